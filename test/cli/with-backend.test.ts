/** Backends that fail under way: 'auto' goes on with the next, a backend that was named ends with one line. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../../kernels/backends/index.js';
import { withBackend } from '../../src/cli/with-backend.js';
import { BackendError, InputError, useBackend } from '../../src/index.js';
import { runCli } from '../support/io.js';

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  next = (await useBackend('auto', { failed: ['wasm'] })).name;
  await useBackend('wasm');
  await runCli(['generate', '--shape', '40x30', '--rank', '2', '--oversampling', '4', '--out', file('in.csv')]);
});
afterAll(() => rm(folder, { recursive: true }));

/** What comes after wasm here. */
let next = '';

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
      expect(stderr).toBe(`warning: backend wasm: ${told}; starting anew on backend ${next}\n`);
    } finally {
      repair();
    }
    expect(JSON.parse(await readFile(file('m.json'), 'utf8'))).toMatchObject({
      ...{ status: 'converged', backend: next, rank: 2 },
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

it('tells the last failure, once none is left', async () => {
  const tried = [...new Set(['wasm', next, 'cpu'])];
  const repairs = tried.map((name) => breakKernel(name, 5, new BackendError(name, 'broken', 'mend it')));
  const line = (name: string): string => `backend ${name}: broken; mend it`;
  const warnings = tried.slice(1).map((name, k) => `warning: ${line(tried[k]!)}; starting anew on backend ${name}\n`);
  try {
    expect(await runCli(argv())).toEqual({ code: 2, stdout: '', stderr: `${warnings.join('')}${line('cpu')}\n` });
  } finally {
    repairs.forEach((repair) => repair());
  }
});

it('takes a backend with more memory for what wasm cannot hold, and tells of wasm where none has it', async () => {
  const texts: string[] = [];
  const io = { stdout: { write: () => true }, stderr: { write: (text: string) => texts.push(text) } };
  const large = new InputError('memory', 'a problem within 1 GiB on backend wasm', 'one of 9 GiB');
  const refuseBut = (accepted: string) => () => {
    if (activeBackend().name !== accepted) throw large;
  };
  const solveOn = (accepted: string) =>
    withBackend(io, { backend: 'auto', threads: 1 }, ({ name }) => Promise.resolve(name), refuseBut(accepted));
  await expect(solveOn('none')).rejects.toBe(large);
  // Plain JavaScript has the memory, but not the time.
  await expect(solveOn('cpu')).rejects.toBe(large);
  expect(texts).toEqual([]);
  if (next === 'cpu') return;
  expect(await solveOn(next)).toBe(next);
  expect(texts).toEqual([`warning: ${large.message}; starting anew on backend ${next}\n`]);
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
