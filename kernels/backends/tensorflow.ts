import * as tf from '@tensorflow/tfjs';
import { availableMemory } from './available-memory.js';
import type { Backend } from './backend.js';

const packageName = '@tensorflow/tfjs-node-gpu';

/** libtensorflow through @tensorflow/tfjs-node-gpu: CUDA, or the CPU where there is none. Optional at install. */
export const tensorflow: Backend = {
  name: 'tensorflow',
  precisions: ['float32'],
  memoryBytes: availableMemory,
  remedy: `npm install ${packageName}@4.22.0 --foreground-scripts (fetches libtensorflow; Linux x64)`,
  async load() {
    try {
      await import(packageName);
    } catch (error) {
      const [line] = String(error instanceof Error ? error.message : error).split('\n');
      const missing = /cannot find (module|package) '@tensorflow\/tfjs-node-gpu'/iu.test(line ?? '');
      throw new Error(missing ? `${packageName} is not installed` : `${packageName} does not load: ${line}`);
    }
  },
  describe() {
    const backend: object = tf.engine().findBackend('tensorflow');
    const usesGpu = 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
    const device = usesGpu ? 'CUDA GPU' : 'CPU by libtensorflow';
    return { device, version: tf.version.tfjs };
  },
};
