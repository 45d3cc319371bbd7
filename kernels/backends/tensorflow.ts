import { availableMemory } from './available-memory.js';
import type { Backend } from './backend.js';
import type { LoadedTensorflow } from './tensorflow-load.js';

/** What `load` found. */
let loaded: LoadedTensorflow | undefined;

/**
 * libtensorflow: CUDA, or the CPU where there is none. From a build in a place of its own (`lin-rfm backends --install
 * tensorflow`), else from @tensorflow/tfjs-node-gpu, which is optional at install.
 */
export const tensorflow: Backend = {
  name: 'tensorflow',
  precisions: ['float64', 'float32'],
  memoryBytes: () => loaded?.gpu?.memoryBytes ?? availableMemory(),
  remedy:
    'lin-rfm backends --install tensorflow (add --gpu for CUDA; Linux x64, needs Python with pip and a C++ compiler)',
  async load() {
    const { process } = globalThis;
    if (typeof process !== 'object') throw new Error('it runs in Node only');
    const { loadTensorflow } = await import('./tensorflow-load.js');
    loaded ??= await loadTensorflow();
  },
  describe() {
    if (loaded === undefined) throw new Error('tensorflow: expected it to be loaded first');
    const { gpu, threads, source, version } = loaded;
    const processor = gpu === undefined ? 'CPU' : 'GPU';
    return { device: gpu?.name ?? 'CPU', processor, version: `libtensorflow ${version}`, threads, source };
  },
};
