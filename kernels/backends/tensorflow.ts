import * as tf from '@tensorflow/tfjs';
import { availableMemory } from './available-memory.js';
import type { Backend } from './backend.js';
import type { NodeBackend } from './tensorflow-binding.js';

/** What `load` found. */
let source = '';

/**
 * libtensorflow: CUDA, or the CPU where there is none. From a build in a place of its own (`lin-rfm backends --install
 * tensorflow`), else from @tensorflow/tfjs-node-gpu, which is optional at install.
 */
export const tensorflow: Backend = {
  name: 'tensorflow',
  precisions: ['float64', 'float32'],
  memoryBytes: availableMemory,
  remedy:
    'lin-rfm backends --install tensorflow (add --gpu for CUDA; Linux x64, needs Python with pip and a C++ compiler)',
  async load() {
    const { process } = globalThis;
    if (typeof process !== 'object') throw new Error('it runs in Node only');
    const { loadTensorflow } = await import('./tensorflow-load.js');
    source = await loadTensorflow();
  },
  describe() {
    const { binding, isUsingGpuDevice } = tf.engine().findBackend('tensorflow') as object as NodeBackend;
    const device = isUsingGpuDevice ? 'CUDA GPU' : 'CPU';
    return { device: `${device}, ${source}`, version: `libtensorflow ${binding.TF_Version}` };
  },
};
