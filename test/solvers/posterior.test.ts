/** The posterior solvers: noise level and rank found, intervals that cover, choices made on held-out observations. */
import * as tf from '@tensorflow/tfjs';
import { atMostSteps, complete, createObservations, createSparseProblem, firstOf } from '../../src/index.js';
import { generateProblem, meanOf, solve, useBackend, whenConverged } from '../../src/index.js';
import type { Observations, Truth } from '../../src/index.js';
import { createRandom } from '../../src/data/random.js';
import { climbingPosterior } from '../../src/solvers/posterior/climbing-posterior.js';

beforeAll(() => useBackend('auto'));

/** New noisy observations at positions that were not observed. */
function hidden(observations: Observations, truth: Truth, noise: number) {
  const random = createRandom(99);
  const columns = observations.shape[1];
  const seen = new Set(Array.from(observations.row, (row, k) => row * columns + observations.column[k]!));
  const row: number[] = [];
  const column: number[] = [];
  for (let at = 0; at < observations.shape[0] * columns; at += 1) {
    if (seen.has(at)) continue;
    row.push(Math.floor(at / columns));
    column.push(at % columns);
  }
  return { row, column, value: truth.predict(row, column).map((value) => value + noise * random.normal()) };
}

it.each([0.01, 0.1, 0.5])('finds rank, noise %p and honest intervals by itself', async (noise) => {
  const { observations, truth } = generateProblem({ shape: [100, 100], rank: 5, observed: 2925, noise, seed: 1 });
  const before = tf.memory().numTensors;
  const result = await complete(observations);
  expect(tf.memory().numTensors).toBe(before);
  expect(result.status).toBe('converged');
  expect(result.solver).toBe('posterior');
  expect(Math.abs(result.rank - 5)).toBeLessThanOrEqual(1);
  expect(Math.abs(result.noise! / noise - 1)).toBeLessThan(0.1);
  const { row, column, value } = hidden(observations, truth, noise);
  const [mean, error] = [result.completion.predict(row, column), result.completion.standardError!(row, column)];
  const covered = value.filter((target, k) => Math.abs(target - mean[k]!) <= 1.6449 * error[k]!).length / value.length;
  expect(covered).toBeGreaterThan(0.85);
  expect(covered).toBeLessThan(0.95);
  const rmse = Math.sqrt(value.reduce((sum, target, k) => sum + (target - mean[k]!) ** 2, 0) / value.length);
  // Noise of the target, and about as much again from so few observations.
  expect(rmse).toBeLessThan(1.5 * noise);
});

it('takes the dense metric for a panel with a short side', async () => {
  const random = createRandom(4);
  const [units, times] = [12, 300];
  const loadings = Array.from({ length: units * 3 }, () => random.normal());
  const [row, column, value]: [number[], number[], number[]] = [[], [], []];
  const [hiddenRow, hiddenColumn, hiddenValue]: [number[], number[], number[]] = [[], [], []];
  for (let t = 0; t < times; t += 1) {
    for (let j = 0; j < units; j += 1) {
      let entry = 0.3 * random.normal();
      for (let k = 0; k < 3; k += 1) entry += Math.sin(t / (9 + 7 * k) + k) * loadings[j * 3 + k]!;
      const observed = random.uniform() < 0.5;
      (observed ? row : hiddenRow).push(t);
      (observed ? column : hiddenColumn).push(j);
      (observed ? value : hiddenValue).push(entry);
    }
  }
  const { completion, heldOutRmse, noise } = await complete(
    createObservations({ shape: [times, units], row, column, value }),
  );
  const predicted = completion.predict(hiddenRow, hiddenColumn);
  const squares = hiddenValue.reduce((sum, target, k) => sum + (target - predicted[k]!) ** 2, 0);
  const spread = Math.sqrt(hiddenValue.reduce((sum, target) => sum + target ** 2, 0) / hiddenValue.length);
  const rmse = Math.sqrt(squares / hiddenValue.length);
  expect(rmse).toBeLessThan(spread / 2);
  expect(Math.abs(heldOutRmse! / rmse - 1)).toBeLessThan(0.2);
  expect(noise).toBeGreaterThan(0.15);
});

it('takes a noise level that is given', async () => {
  const { observations } = generateProblem({ shape: [40, 40], rank: 2, observed: 700, noise: 0.2, seed: 1 });
  const { noise, solver } = await complete(observations, { noise: 0.25 });
  expect(solver).toBe('posterior');
  expect(noise).toBeCloseTo(0.25, 10);
});

it.each([1, 2, 3])('climbs to the rank where observations are few, draw %p', async (seed) => {
  const observed = Math.round(1.5 * 5 * 195);
  const { observations, truth } = generateProblem({ shape: [100, 100], rank: 5, observed, noise: 0.1, seed });
  const problem = createSparseProblem(observations, true);
  const before = tf.memory().numTensors;
  try {
    const stop = firstOf(whenConverged({ change: 1e-4, residual: Infinity }), atMostSteps(60));
    const { estimate } = await solve(climbingPosterior({ rank: 20, precision: 'float64' }), problem, { stop });
    expect(tf.memory().numTensors).toBe(before);
    expect(Math.abs(estimate.left.means.width - 5)).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.sqrt(estimate.noise) / 0.1 - 1)).toBeLessThan(0.15);
    const { row, column, value } = hidden(observations, truth, 0);
    const squares = value.reduce((sum, target, k) => sum + (target - meanOf(estimate, row[k]!, column[k]!)) ** 2, 0);
    // Least squares told the rank and the best ridge is at 1.7 to 1.8 times the noise.
    expect(Math.sqrt(squares / value.length)).toBeLessThan(0.2);
  } finally {
    problem.dispose();
  }
});

it.each<[string, number[], number[], number[]]>([
  ['a single observation', [0], [0], [3]],
  ['a constant matrix', [0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 0, 2], [2, 2, 2, 2, 2, 2]],
  ['zeros', [0, 1, 2], [0, 1, 2], [0, 0, 0]],
  ['one row seen once', [0, 0, 0, 1, 1, 1, 2], [0, 1, 2, 0, 1, 2, 0], [1, -2, 3, 0.5, 4, -1, 2]],
  ['all observed', [0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2, 0, 1, 2, 0, 1, 2], [1, -2, 3, 0.5, 4, -1, 2, 7, -3]],
])('gives numbers for %s', async (_, row, column, value) => {
  const observations = createObservations({ shape: [3, 3], row, column, value });
  const { status, completion } = await complete(observations, { solver: 'posterior' });
  expect(status).not.toBe('non-finite');
  expect(completion.predict([0, 1, 2], [2, 1, 0]).every(Number.isFinite)).toBe(true);
  expect(completion.standardError!([0, 1, 2], [2, 1, 0]).every(Number.isFinite)).toBe(true);
});
