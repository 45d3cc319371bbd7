import * as tf from '@tensorflow/tfjs';
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import type { Backend } from './backend.js';
import { threadCount } from './wasm-threads.js';

/** WebAssembly with SIMD: the embedded default, from the npm registry alone. */
export const wasm: Backend = {
  name: 'wasm',
  precisions: ['float64', 'float32'],
  // The heap of @tensorflow/tfjs-backend-wasm grows to 2 GiB; some of it is scratch and fragments.
  memoryBytes: () => 0.9 * 2 ** 31,
  remedy: 'it needs WebAssembly SIMD: use Node 20 or newer',
  async load() {
    const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    if (hasSimd !== true) throw new Error('this JavaScript engine has no WebAssembly SIMD');
    if (!(await readies('wasm'))) throw new Error('@tensorflow/tfjs-backend-wasm did not start');
  },
  describe: () => ({ device: 'CPU with SIMD', processor: 'CPU', version: version_wasm, threads: threadCount() }),
};

/** Starts a backend and puts the active one back. */
async function readies(name: string): Promise<boolean> {
  const active = tf.engine().backendName;
  const works = await tf.setBackend(name);
  if (active && active !== name) await tf.setBackend(active);
  return works;
}
