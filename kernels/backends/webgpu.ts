import * as tf from '@tensorflow/tfjs';
import { availableMemory } from './available-memory.js';
import type { Backend } from './backend.js';
import { isLost, watchDevice } from './webgpu-device.js';

/** Dawn for Node, which has no WebGPU of its own. A name in a variable keeps bundlers from looking for it. */
const nodePackage = 'webgpu';
const stockPackage = '@tensorflow/tfjs-backend-webgpu';

/** The part of WebGPU's entry point that is used here. */
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: Readonly<Partial<Record<'vendor' | 'architecture' | 'device' | 'description', string>>>;
  readonly limits: { readonly maxBufferSize: number; readonly maxComputeWorkgroupStorageSize: number };
}

let adapter: Adapter | undefined;

/** Any GPU with Vulkan, Metal or Direct3D; browsers. In Node through the package `webgpu`, which a user installs. */
export const webgpu: Backend = {
  name: 'webgpu',
  precisions: ['float32'],
  // WebGPU does not tell how much a device has; what does not fit fails with a line that says so.
  memoryBytes: availableMemory,
  remedy: `npm install ${nodePackage}@0.6.2, and a GPU with its driver for Vulkan, Metal or Direct3D; in a browser, one with WebGPU`,
  async load() {
    const gpu = await findGpu();
    adapter ??= (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
    if (adapter === undefined) throw new Error('no GPU adapter was found');
    await import('@tensorflow/tfjs-backend-webgpu');
    // Small tensors would go through JavaScript: another arithmetic, by size.
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    if (!(await readies())) throw new Error(`${stockPackage} did not start on ${nameOf(adapter)}`);
    const backend = tf.engine().findBackend('webgpu');
    if (isLost(backend)) throw new Error('the device was lost: start the program anew');
    watchDevice(backend);
  },
  describe() {
    const limit = adapter?.limits.maxBufferSize ?? 0;
    const device = `${adapter === undefined ? 'GPU' : nameOf(adapter)}, buffers up to ${Number((limit / 2 ** 30).toFixed(1))} GiB`;
    const isSoftware = adapter !== undefined && (adapter.isFallbackAdapter === true || software.test(nameOf(adapter)));
    return { device, processor: isSoftware ? 'software GPU' : 'GPU', version: tf.version.tfjs };
  },
};

/** Vulkan and Direct3D in software. */
const software = /swiftshader|llvmpipe|lavapipe|basic render|software/iu;

/** The browser's WebGPU, or in Node the package's, put where the browser's would be. */
async function findGpu(): Promise<Gpu> {
  const known = gpuOf(globalThis.navigator);
  if (known !== undefined) return known;
  if (typeof process !== 'object') throw new Error('this browser has no WebGPU');
  const dawn = await loadDawn();
  const gpu = dawn.create([]);
  Object.assign(globalThis, dawn.globals);
  // Node has a navigator from 21 on; it cannot be replaced, but added to.
  if (typeof globalThis.navigator !== 'object') {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

function gpuOf(navigator: object | undefined): Gpu | undefined {
  return navigator !== undefined && 'gpu' in navigator
    ? ((navigator.gpu as Gpu | null | undefined) ?? undefined)
    : undefined;
}

async function loadDawn(): Promise<{ create(flags: string[]): Gpu; readonly globals: object }> {
  try {
    return (await import(nodePackage)) as { create(flags: string[]): Gpu; readonly globals: object };
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    const missing = /cannot find (module|package) 'webgpu'/iu.test(line);
    throw new Error(missing ? `${nodePackage} is not installed` : `${nodePackage} does not load: ${line}`);
  }
}

function nameOf({ info }: Adapter): string {
  const name = info?.device || [info?.vendor, info?.architecture].filter(Boolean).join(' ');
  return [name || 'unnamed GPU', info?.description].filter(Boolean).join(', ');
}

/** Starts the backend and puts the active one back: once registered, TensorFlow.js prefers this one to all others. */
async function readies(): Promise<boolean> {
  const active = tf.engine().backendName;
  const works = await tf.setBackend('webgpu');
  if (active !== 'webgpu') await tf.setBackend(active || 'cpu');
  return works;
}
