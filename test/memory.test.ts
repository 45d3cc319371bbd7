/** What a solve is reckoned to need, and how it is refused before anything is allocated. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../kernels/backends/index.js';
import type { Backend } from '../kernels/backends/index.js';
import { complete, estimateMemory, generateProblem, useBackend } from '../src/index.js';
import { checkFactorMemory, factorMemory, tightest } from '../src/memory.js';
import { atMostSteps, createSparseProblem, solve, twoSidedLinRfm } from '../src/index.js';

beforeAll(() => useBackend('wasm'));

const small: Backend = {
  ...{ name: 'small', precisions: ['float64'], remedy: '', memoryBytes: () => 1e6 },
  load: () => Promise.resolve(),
  describe: () => ({ device: '', version: '' }),
};
const { observations } = generateProblem({ shape: [400, 300], rank: 5, observed: 20000, seed: 1 });

it('reckons with at least what the tensors of a solve take at their peak, and less than four times that', async () => {
  const problem = createSparseProblem(observations, true);
  let peak = 0;
  const engine = tf.engine();
  const runKernel = engine.runKernel.bind(engine);
  const spy = jest.spyOn(engine, 'runKernel').mockImplementation((...call: Parameters<typeof runKernel>) => {
    const made = runKernel(...call);
    peak = Math.max(peak, tf.memory().numBytes);
    return made;
  });
  await solve(twoSidedLinRfm({ rank: 5 }), problem, { stop: atMostSteps(100) });
  spy.mockRestore();
  problem.dispose();
  const [device] = factorMemory(observations, 5, activeBackend());
  expect(device!.needed).toBeGreaterThan(peak);
  expect(device!.needed).toBeLessThan(4 * peak);
});

it('grows with the rank that is told, and asks the tighter of device and process', () => {
  const [five, forty] = [5, 40].map((rank) => factorMemory(observations, rank, small));
  five!.forEach(({ needed }, k) => expect(forty![k]!.needed).toBeGreaterThan(needed));
  expect(estimateMemory(observations, { rank: 40 }).needed).toBeLessThan(2 ** 28);
  const estimates = factorMemory(observations, 5, small);
  expect(tightest(estimates)).toBe(estimates[0]);
  expect(tightest(estimates).place).toBe('backend small');
});

it('reckons with the whole matrix for the solvers that hold it', () => {
  const { needed, place } = estimateMemory(observations, { solver: 'lin-rfm' });
  expect(needed).toBeGreaterThan(8 * 400 * 400 * 8);
  expect(place).toBe('backend wasm');
});

it('refuses before anything is allocated', async () => {
  expect(() => checkFactorMemory(observations, undefined, small)).toThrow(
    /^memory: expected a problem within 0\.000931 GiB on backend small, got 20000 observations of 400x300, which need 0\.00\d+ GiB; complete a part of the matrix, or give a smaller rank$/u,
  );
  const before = tf.memory().numTensors;
  const { observations: long } = generateProblem({ shape: [200_000, 900], rank: 1, observed: 400_000, seed: 1 });
  const shape = [200_000, 200_000] as const;
  await expect(complete({ ...long, shape }, { solver: 'lin-rfm' })).rejects.toThrow(/^memory: expected/u);
  expect(() => estimateMemory({ ...long, shape }, { solver: 'lin-rfm' })).toThrow(/^memory: expected/u);
  expect(tf.memory().numTensors).toBe(before);
});
