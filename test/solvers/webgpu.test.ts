/** Whole solves on WebGPU, where the device has float32 only. Skipped where there is none. */
import * as tf from '@tensorflow/tfjs';
import { complete, generateProblem, useBackend } from '../../src/index.js';
import { relativeError } from '../../benchmarks/measure.js';
import { testsOn } from '../support/backends.js';

const itThere = testsOn('webgpu');

itThere('two-sided reaches float64 answers by corrections in float32', async () => {
  const { observations, truth } = generateProblem({ shape: [30, 25], rank: 1, observed: 250, seed: 3 });
  const before = tf.memory().numTensors;
  const result = await complete(observations);
  expect([result.status, result.solver, result.rank, result.backend]).toEqual(['converged', 'two-sided', 1, 'webgpu']);
  expect(relativeError(result.completion, truth)).toBeLessThan(1e-9);
  expect(result.warnings).toEqual([]);
  expect(tf.memory().numTensors).toBe(before);
});

itThere('the posterior finds noise and rank as it does in float64', async () => {
  const { observations } = generateProblem({ shape: [30, 30], rank: 1, observed: 400, noise: 0.1, seed: 1 });
  const options = { noise: 0.1, rank: 2, maxSteps: 3, offsets: 'none' } as const;
  const before = tf.memory().numTensors;
  const single = await complete(observations, options);
  expect(tf.memory().numTensors).toBe(before);
  await useBackend('wasm');
  const double = await complete(observations, options);
  await useBackend('webgpu');
  expect([single.solver, single.rank]).toEqual([double.solver, double.rank]);
  expect(Math.abs(single.heldOutRmse! / double.heldOutRmse! - 1)).toBeLessThan(1e-3);
  const [row, column] = [
    [0, 7, 29],
    [3, 21, 29],
  ];
  const [actual, expected] = [single.completion.predict(row, column), double.completion.predict(row, column)];
  actual.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-2));
});

itThere('solvers of full matrices compute in float32 there, and say so', async () => {
  const { observations, truth } = generateProblem({ shape: [20, 15], rank: 1, observed: 160, seed: 2 });
  const before = tf.memory().numTensors;
  const result = await complete(observations, { solver: 'lin-rfm', maxSteps: 30 });
  expect(tf.memory().numTensors).toBe(before);
  expect(result.warnings.join()).toMatch(/backend webgpu has no float64/u);
  expect(relativeError(result.completion, truth)).toBeLessThan(1e-2);
  const asked = await complete(observations, { solver: 'lin-rfm', maxSteps: 1, precision: 'float32' });
  expect(asked.warnings.join()).not.toMatch(/float64/u);
});
