/** The nuclear norm against an independent solver of dense matrices, its duality gap, its transition, and lin-RFM at α = 1/4. */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import * as tf from '@tensorflow/tfjs';
import {
  alternating,
  atMostSteps,
  complete,
  constant,
  createProblem,
  createSparseProblem,
  firstOf,
  followChange,
  generateProblem,
  linRfm,
  nuclearNorm,
  solve,
  useBackend,
  whenConverged,
  whenGapCloses,
} from '../../src/index.js';
import type { Observations } from '../../src/index.js';
import { factorError } from '../../benchmarks/measure.js';
import { completionError } from '../support/errors.js';

/**
 * min ‖X‖_* + ‖P(X) − y‖²/2λ by Douglas–Rachford on the whole matrix, written down once more: the reflections of both
 * proximal maps with a full singular value decomposition each step.
 */
function independentObjective({ shape, row, column, value }: Observations, ridge: number, steps: number): number {
  const threshold = 3;
  let state = Matrix.zeros(...shape);
  let norm = 0;
  let misfit = 0;
  for (let k = 0; k < steps; k += 1) {
    const fitted = state.clone();
    value.forEach((entry, at) => {
      const [i, j] = [row[at]!, column[at]!];
      fitted.set(i, j, (threshold * entry + ridge * state.get(i, j)) / (threshold + ridge));
    });
    const reflected = Matrix.mul(fitted, 2).sub(state);
    const { leftSingularVectors, diagonal, rightSingularVectors } = new SingularValueDecomposition(reflected);
    const shrunk = diagonal.map((singular) => Math.max(0, singular - threshold));
    const lower = leftSingularVectors.mmul(Matrix.diag(shrunk)).mmul(rightSingularVectors.transpose());
    state = Matrix.add(state, Matrix.sub(lower, fitted));
    norm = shrunk.reduce((sum, singular) => sum + singular, 0);
    misfit = value.reduce((sum, entry, at) => sum + (lower.get(row[at]!, column[at]!) - entry) ** 2, 0);
  }
  return norm + (ridge > 0 ? misfit / (2 * ridge) : 0);
}

async function run(observations: Observations, ridge: number, gap: number, most = 3000) {
  const problem = createSparseProblem(observations, true);
  try {
    const stop = firstOf(whenGapCloses({ gap, residual: ridge > 0 ? Infinity : gap }), atMostSteps(most));
    const { status, estimate, progress } = await solve(nuclearNorm({ ridge }), problem, { stop });
    const norm = estimate.values.reduce((sum, value) => sum + value / problem.scale, 0);
    const misfit = (progress.at(-1)!.residual * problem.norm) ** 2;
    const objective = norm + (ridge > 0 ? misfit / (2 * ridge) : 0);
    return { status, estimate, objective, scale: problem.scale, gap: progress.at(-1)!.gap! };
  } finally {
    problem.dispose();
  }
}

beforeAll(() => useBackend('auto'));

const { observations } = generateProblem({ shape: [12, 10], rank: 2, observed: 70, noise: 0.1, seed: 4 });
const scale = Math.sqrt(observations.value.reduce((sum, value) => sum + value ** 2, 0) / observations.value.length);
const scaled = { ...observations, value: observations.value.map((value) => value / scale) };

const ridges = [0, 0.3, 2];
const expectedAt = new Map(ridges.map((ridge) => [ridge, independentObjective(scaled, ridge, 600)]));

describe.each(['wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  afterAll(() => useBackend('auto'));

  it.each(ridges)('agrees with Douglas–Rachford on the whole matrix at ridge %p', async (ridge) => {
    const before = tf.memory().numTensors;
    const { status, objective, gap } = await run(observations, ridge, 1e-8);
    const expected = expectedAt.get(ridge)!;
    expect(status).toBe('converged');
    expect(gap).toBeLessThan(1e-8);
    expect(Math.abs(objective - expected) / expected).toBeLessThan(1e-6);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it.each([
  ['where neither knows the truth', observations],
  ['where both recover it', generateProblem({ shape: [12, 10], rank: 1, observed: 85, seed: 4 }).observations],
])('reaches the objective that lin-RFM with α = 1/4 reaches %s', async (_, given) => {
  const { objective, scale: unit } = await run(given, 0, 1e-8);
  const problem = createProblem(given, 'float64');
  // Slow enough that smoothing does not fix the estimate before it has settled.
  const epsilon = followChange({ start: 1, decay: 0.8, ratio: 0.01, relativeFloor: 1e-7 });
  const solver = linRfm({ alpha: 0.25, epsilon, ridge: constant(0), sides: alternating, keepObserved: true });
  const stop = firstOf(whenConverged({ change: 1e-9, residual: 1e-6 }), atMostSteps(1500));
  const { estimate } = await solve(solver, problem, { stop });
  problem.dispose();
  const { diagonal } = new SingularValueDecomposition(Matrix.from1DArray(12, 10, estimate));
  const norm = diagonal.reduce((sum, value) => sum + value, 0) / unit;
  expect(Math.abs(norm - objective) / objective).toBeLessThan(1e-6);
});

it('fails below its transition and recovers above it (100 x 100, rank 5)', async () => {
  for (const [ratio, recovers] of [
    [2, false],
    [3.5, true],
  ] as const) {
    const observed = Math.round(ratio * 5 * 195);
    const problem = generateProblem({ shape: [100, 100], rank: 5, observed, seed: 1 });
    const { estimate } = await run(problem.observations, 0, 1e-4, 120);
    expect(factorError(estimate, problem.truth) < 1e-3).toBe(recovers);
  }
});

it('shrinks everything to nothing at a large ridge', async () => {
  const { estimate, status } = await run(observations, 1e3, 1e-8);
  expect(status).toBe('converged');
  expect(estimate.values).toHaveLength(0);
});

it('chooses its ridge on held-out observations, none for exact data', async () => {
  const exact = generateProblem({ shape: [40, 30], rank: 2, observed: 800, seed: 1 });
  const sharp = await complete(exact.observations, { solver: 'nuclear-norm' });
  expect(sharp.ridge).toBe(0);
  expect(completionError(sharp.completion, exact.truth)).toBeLessThan(1e-4);
  const noisy = generateProblem({ shape: [40, 30], rank: 2, observed: 800, noise: 0.5, seed: 1 });
  const [found, none] = [
    await complete(noisy.observations, { solver: 'nuclear-norm' }),
    await complete(noisy.observations, { solver: 'nuclear-norm', noise: 0 }),
  ];
  expect(found.ridge).toBeGreaterThan(0);
  expect(found.heldOutRmse).toBeGreaterThan(0.4);
  const error = (result: typeof found): number => completionError(result.completion, noisy.truth);
  expect(error(found)).toBeLessThan(0.9 * error(none));
  const told = await complete(noisy.observations, { solver: 'nuclear-norm', noise: 0.5, offsets: 'none' });
  expect(error(told)).toBeLessThan(error(none));
});

it('refuses a negative ridge', () => {
  expect(() => nuclearNorm({ ridge: -1 })).toThrow('ridge: expected a number of at least 0, got -1');
});
