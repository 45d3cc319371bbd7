const { existsSync } = require('node:fs');

/** Where Debian's chromium keeps its Vulkan driver for the CPU. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const gpus = ['/dev/nvidia0', '/dev/dri/renderD128'];

/** On a machine without a GPU, lets Vulkan, and so WebGPU, run on SwiftShader if it is installed. */
exports.useSoftwareGpu = () => {
  const hasGpu = process.platform !== 'linux' || gpus.some((path) => existsSync(path));
  if (!hasGpu && existsSync(swiftShader)) process.env.VK_ICD_FILENAMES ??= swiftShader;
};
