/** Backends that fail under way: 'auto' goes on with the next, a backend that was named ends with one line. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { BackendError, useBackend } from '../../src/index.js';
import { runCli } from '../support/io.js';

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  await useBackend('wasm');
  await runCli(['generate', '--shape', '40x30', '--rank', '2', '--oversampling', '4', '--out', file('in.csv')]);
});
afterAll(() => rm(folder, { recursive: true }));

/** Makes a kernel of a backend throw from its n-th call on, until the returned function puts it back. */
function breakKernel(backendName: string, from: number, error: Error): () => void {
  const kernel = tf.getKernel('LinRfmSampledProduct', backendName);
  let calls = 0;
  const replace = (config: tf.KernelConfig): void => {
    tf.unregisterKernel(kernel.kernelName, backendName);
    tf.registerKernel(config);
  };
  const kernelFunc: tf.KernelFunc = (inputs) => {
    calls += 1;
    if (calls >= from) throw error;
    return kernel.kernelFunc(inputs);
  };
  replace({ ...kernel, kernelFunc });
  return () => replace(kernel);
}

const solve = ['complete', 'in.csv', '--out', 'out.npy', '--metrics', 'm.json', '--quiet'];
const argv = (...more: string[]): string[] => [
  ...solve.map((word) => (word.includes('.') ? file(word) : word)),
  ...more,
];
const failures: [string, Error, string][] = [
  ['a lost device', new BackendError('wasm', 'the device was lost', 'start anew'), 'the device was lost; start anew'],
  [
    'memory that is out',
    new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor'),
    'out of memory: Invalid TF_Status: 8; use another --backend, or a smaller problem',
  ],
  [
    'a driver that fails',
    new Error('CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected'),
    'the device failed: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected; check its driver, or use --backend wasm',
  ],
];

describe.each(failures)('%s', (_, error, told) => {
  it('sends auto to the next backend with a warning, and nothing is lost', async () => {
    const before = tf.memory().numTensors;
    const repair = breakKernel('wasm', 20, error);
    try {
      const { code, stdout, stderr } = await runCli(argv());
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toBe(`warning: backend wasm: ${told}; starting anew on backend cpu\n`);
    } finally {
      repair();
    }
    expect(JSON.parse(await readFile(file('m.json'), 'utf8'))).toMatchObject({
      ...{ status: 'converged', backend: 'cpu', rank: 2 },
    });
    expect((await readdir(folder)).sort()).toEqual(['in.csv', 'm.json', 'out.npy']);
    expect(tf.memory().numTensors).toBe(before);
    await Promise.all(['m.json', 'out.npy'].map((name) => rm(file(name))));
  });

  it('ends a backend that was named in one line', async () => {
    const repair = breakKernel('wasm', 20, error);
    try {
      expect(await runCli(argv('--backend', 'wasm'))).toEqual({
        ...{ code: 2, stdout: '', stderr: `backend wasm: ${told}\n` },
      });
    } finally {
      repair();
    }
    expect(await readdir(folder)).toEqual(['in.csv']);
  });
});

it('tells the first failure that leaves no backend', async () => {
  const repairs = ['wasm', 'cpu'].map((name) => breakKernel(name, 5, new BackendError(name, 'broken', 'mend it')));
  try {
    expect(await runCli(argv())).toEqual({
      code: 2,
      stdout: '',
      stderr: 'warning: backend wasm: broken; mend it; starting anew on backend cpu\nbackend cpu: broken; mend it\n',
    });
  } finally {
    repairs.forEach((repair) => repair());
  }
});

it('does not take a mistake of this project for a failure of the backend', async () => {
  const repair = breakKernel('wasm', 5, new TypeError('x is undefined'));
  try {
    const { code, stderr } = await runCli(argv());
    expect([code, stderr]).toEqual([
      ...[1, 'internal error: x is undefined; please report it with the command that you ran\n'],
    ]);
  } finally {
    repair();
  }
});

it('says which backend auto took, and why; nothing of the kind for a name', async () => {
  const chosen = await runCli(['complete', file('in.csv')]);
  expect(chosen.stderr).toMatch(/^backend: wasm \(CPU with SIMD\): 544 observations, fewer than .*\nmemory: /u);
  const named = await runCli(['complete', file('in.csv'), '--backend', 'wasm']);
  expect(named.stderr).toMatch(/^memory: /u);
});
