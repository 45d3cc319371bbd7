/** Regression solvers: against independent solutions, recovery, the noise level, memory. */
import * as tf from '@tensorflow/tfjs';
import { Matrix, solve as solveLinear } from 'ml-matrix';
import {
  atMostSteps,
  basisPursuit,
  createDenseMatrix,
  createRegressionProblem,
  deepDiagonal,
  firstOf,
  generateRegression,
  geometric,
  regress,
  solve,
  sparseLinRfm,
  useBackend,
  whenConverged,
} from '../../../src/index.js';
import type { DenseMatrix, Solver } from '../../../src/index.js';
import type { RegressionProblem } from '../../../src/index.js';
import { relativeError } from '../../support/errors.js';

beforeAll(() => useBackend('wasm'));

async function run<State>(
  solver: Solver<State, RegressionProblem>,
  matrix: DenseMatrix,
  targets: Float64Array,
  steps: number,
): Promise<{ status: string; weights: Float64Array }> {
  const problem = createRegressionProblem(matrix, targets, 'float64');
  try {
    const { status, estimate } = await solve(solver, problem, { stop: atMostSteps(steps) });
    return { status, weights: estimate };
  } finally {
    problem.dispose();
  }
}

const norm1 = (weights: ArrayLike<number>): number => Array.from(weights, Math.abs).reduce((a, b) => a + b, 0);

/** Every choice of `size` of the numbers from `from` to `count` − 1. */
function* choices(count: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else for (let k = from; k < count; k += 1) for (const rest of choices(count, size - 1, k + 1)) yield [k, ...rest];
}

/** The linear programme by its vertices: an optimum has a basis of as many columns as there are samples. */
function smallestNorm({ shape, values }: DenseMatrix, targets: Float64Array): number {
  const whole = Matrix.from1DArray(...shape, values);
  let least = Infinity;
  for (const columns of choices(shape[1], shape[0])) {
    const weights = solveLinear(whole.subMatrixColumn(columns), Matrix.columnVector(targets));
    least = Math.min(least, norm1(weights.to1DArray()));
  }
  return least;
}

/** Optimality of the lasso, from the definition: |a_jᵀr| ≤ δ, with equality and the sign of w_j on the support. */
function lassoViolation({ shape, values }: DenseMatrix, targets: Float64Array, weights: Float64Array, penalty: number) {
  const whole = Matrix.from1DArray(...shape, values);
  const residual = Matrix.sub(Matrix.columnVector(targets), whole.mmul(Matrix.columnVector(weights)));
  const correlations = whole.transpose().mmul(residual).to1DArray();
  return Math.max(
    ...correlations.map((value, k) =>
      weights[k] === 0 ? Math.max(0, Math.abs(value) - penalty) : Math.abs(value - penalty * Math.sign(weights[k]!)),
    ),
  );
}

describe('basis pursuit', () => {
  it.each([
    [2, 6],
    [3, 8],
    [4, 9],
  ])('has the objective of the linear programme, %p samples and %p features', async (samples, features) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { matrix, targets } = generateRegression({ samples, features, nonzeros: features, seed });
      const { status, weights } = await run(basisPursuit({ penalty: 0 }), matrix, targets, 60);
      expect(status).toBe('converged');
      const expected = smallestNorm(matrix, targets);
      expect(Math.abs(norm1(weights) - expected) / expected).toBeLessThan(1e-9);
      expect(weights.filter((weight) => weight !== 0).length).toBeLessThanOrEqual(samples);
    }
  });

  it.each([
    [20, 40],
    [60, 15],
  ])('meets the optimality conditions of the lasso, %p samples and %p features', async (samples, features) => {
    const { matrix, targets } = generateRegression({ samples, features, nonzeros: 5, noise: 0.2, seed: 2 });
    const problem = createRegressionProblem(matrix, targets, 'float64');
    const { status, estimate } = await solve(basisPursuit({ penalty: 3 }), problem, { stop: atMostSteps(60) });
    problem.dispose();
    expect(status).toBe('converged');
    // The penalty of the scaled problem, in the units of the data.
    const penalty = (3 * problem.targetScale ** 2) / problem.scale;
    expect(lassoViolation(matrix, targets, estimate, penalty) / penalty).toBeLessThan(1e-9);
  });

  it('takes samples that repeat each other', async () => {
    const matrix = createDenseMatrix([3, 4], [1, 2, 0, 1, 1, 2, 0, 1, 0, 1, 1, 0]);
    const { status, weights } = await run(basisPursuit({ penalty: 0 }), matrix, Float64Array.of(2, 2, 1), 60);
    expect(status).toBe('converged');
    expect(norm1(weights)).toBeCloseTo(1, 8);
  });
});

/** The recursion once more, independently: nested arrays and LU solves. */
function independentWeights(matrix: DenseMatrix, targets: Float64Array, alpha: number, ridge: number, steps: number) {
  const rms = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length);
  const [size, height] = [rms(matrix.values), rms(targets)];
  const whole = Matrix.from1DArray(...matrix.shape, matrix.values).div(size);
  const right = Matrix.columnVector(targets).div(height);
  let weights: number[] = new Array<number>(matrix.shape[1]).fill(0);
  for (let step = 0; step < steps; step += 1) {
    const epsilon = 0.9 * 0.7 ** step;
    const metric = Matrix.diag(weights.map((w) => (step === 0 ? 1 : (w ** 2 + epsilon ** 2) ** (2 * alpha))));
    const system = whole.mmul(metric).mmul(whole.transpose()).add(Matrix.eye(matrix.shape[0]).mul(ridge));
    weights = metric.mmul(whole.transpose()).mmul(solveLinear(system, right)).to1DArray();
  }
  return weights.map((weight) => (weight * height) / size);
}

describe('lin-RFM', () => {
  it.each([
    [12, 30, 0.25],
    [12, 30, 0.5],
    [12, 30, 0.3],
    [12, 30, 1],
    [40, 15, 0.5],
  ])('takes the steps of the recursion: %p samples, %p features, alpha %p', async (samples, features, alpha) => {
    const { matrix, targets } = generateRegression({ samples, features, nonzeros: 4, noise: 0.3, seed: 5 });
    const epsilon = geometric({ start: 0.9, decay: 0.7, floor: 0 });
    for (const ridge of [1e-2, 1]) {
      const { weights } = await run(sparseLinRfm({ alpha, epsilon, ridge }), matrix, targets, 6);
      expect(relativeError(weights, independentWeights(matrix, targets, alpha, ridge, 6))).toBeLessThan(1e-10);
    }
  });

  it.each([0.5, 0.75, 1])('recovers sparse weights where l1 minimisation does not, alpha %p', async (alpha) => {
    const { matrix, targets, weights } = generateRegression({ samples: 40, features: 120, nonzeros: 13, seed: 2 });
    const sparse = await regress(matrix, targets, { alpha });
    expect(sparse).toMatchObject({ status: 'converged', noise: 0, nonzeros: 13 });
    expect(relativeError(sparse.weights, weights)).toBeLessThan(1e-5);
    const convex = await regress(matrix, targets, { solver: 'basis-pursuit', noise: 0 });
    expect(relativeError(convex.weights, weights)).toBeGreaterThan(0.1);
  });

  it('at alpha 1/4 reaches the objective of basis pursuit', async () => {
    const { matrix, targets } = generateRegression({ samples: 30, features: 60, nonzeros: 5, seed: 4 });
    const reweighted = await regress(matrix, targets, { alpha: 0.25, noise: 0 });
    const { weights } = await regress(matrix, targets, { solver: 'basis-pursuit', noise: 0 });
    expect(norm1(reweighted.weights) / norm1(weights)).toBeCloseTo(1, 4);
  });

  it('finds a noise level at which few weights are left and they are right', async () => {
    const options = { samples: 80, features: 100, nonzeros: 5, noise: 0.1, seed: 3 };
    const { matrix, targets, weights } = generateRegression(options);
    const result = await regress(matrix, targets);
    expect(result.status).toBe('converged');
    expect(result.noise).toBeGreaterThan(0);
    expect(result.heldOutRmse).toBeLessThan(0.2);
    expect(relativeError(result.weights, weights)).toBeLessThan(0.1);
    expect(result.nonzeros).toBeLessThan(20);
  });

  it('says that overdetermined noisy targets have no exact fit', async () => {
    const { matrix, targets } = generateRegression({ samples: 50, features: 8, nonzeros: 3, noise: 0.5, seed: 1 });
    const result = await regress(matrix, targets, { noise: 0 });
    expect(result.status).toBe('no-exact-fit');
    expect(result.advice).toMatch(/noisy/u);
  });

  it('computes in float32 too', async () => {
    const { matrix, targets, weights } = generateRegression({ samples: 40, features: 80, nonzeros: 4, seed: 2 });
    const result = await regress(matrix, targets, { precision: 'float32', noise: 0 });
    expect(relativeError(result.weights, weights)).toBeLessThan(1e-3);
  });
});

describe('deep diagonal network', () => {
  it('has the gradient of its loss', async () => {
    const { matrix, targets } = generateRegression({ samples: 6, features: 4, nonzeros: 2, seed: 1 });
    // One plain step from a start where it is known: p = q = c, so that w = 0 and the gradient is ∓L c^{L−1} Aᵀy/n.
    const problem = createRegressionProblem(matrix, targets, 'float64');
    const solver = deepDiagonal({ depth: 3, initialWeight: 0.125, momentum: 0, steps: 1 });
    const start = await solver.init(problem);
    const { state } = await solver.step(problem, start, []);
    const [before, after] = [await start.roots.data(), await state.roots.data()];
    const whole = Matrix.from1DArray(...problem.matrix.shape, problem.matrix.values);
    const pull = whole.transpose().mmul(Matrix.columnVector(problem.hostTargets)).to1DArray();
    const moves = Array.from(after, (value, k) => value - before[k]!);
    // Parallel: every move is the same multiple of its pull, with opposite signs in the two branches.
    const rate = moves[0]! / pull[0]!;
    expect(rate).toBeGreaterThan(0);
    pull.forEach((value, k) => {
      expect(moves[k]! / (rate * value)).toBeCloseTo(1, 3);
      expect(moves[4 + k]! / (rate * value)).toBeCloseTo(-1, 3);
    });
    solver.dispose(start);
    solver.dispose(state);
    problem.dispose();
  });

  it.each([2, 3])('of depth %p descends to sparse weights', async (depth) => {
    const { matrix, targets, weights } = generateRegression({ samples: 40, features: 60, nonzeros: 3, seed: 1 });
    const problem = createRegressionProblem(matrix, targets, 'float64');
    const stop = firstOf(whenConverged({ change: 1e-3, residual: 5e-2 }), atMostSteps(25));
    const { estimate, progress } = await solve(deepDiagonal({ depth }), problem, { stop });
    problem.dispose();
    expect(progress.at(-1)!.residual).toBeLessThan(5e-2);
    expect(relativeError(estimate, weights)).toBeLessThan(0.1);
  });
});

describe('options and memory', () => {
  const { matrix, targets } = generateRegression({ samples: 12, features: 20, nonzeros: 2, noise: 0.1, seed: 1 });
  const levels = () => ({ tensors: tf.memory().numTensors, buffers: tf.memory().numDataBuffers });

  it.each(['lin-rfm', 'basis-pursuit', 'deep-diagonal'])(
    'is level after %s, also when a callback throws',
    async (solver) => {
      const before = levels();
      await regress(matrix, targets, { solver, maxSteps: 3, noise: 0.1 });
      const onProgress = (): void => {
        throw new Error('no more');
      };
      await expect(regress(matrix, targets, { solver, onProgress })).rejects.toThrow('no more');
      expect(levels()).toEqual(before);
    },
  );

  it('stops when told to, also between folds', async () => {
    const controller = new AbortController();
    let seen = 0;
    const onProgress = (): void => {
      seen += 1;
      if (seen === 200) controller.abort();
    };
    const { status } = await regress(matrix, targets, { signal: controller.signal, onProgress });
    expect([status, seen]).toEqual(['interrupted', 200]);
  });

  it('gives zero weights for zero targets', async () => {
    for (const solver of ['lin-rfm', 'basis-pursuit']) {
      const { weights } = await regress(matrix, new Float64Array(12), { solver, noise: 0 });
      expect(norm1(weights)).toBe(0);
    }
  });

  it('refuses what cannot be', async () => {
    await expect(regress(matrix, [1, 2])).rejects.toThrow(
      'targets: expected 12 values, one for each row of the matrix, got 2',
    );
    await expect(regress(matrix, targets, { solver: 'lasso' })).rejects.toThrow(/^solver: expected one of lin-rfm/u);
    await expect(regress(matrix, targets, { solver: 'deep-diagonal', depth: 1 })).rejects.toThrow(/^depth: /u);
    await expect(regress(matrix, targets, { alpha: 2 })).rejects.toThrow(/^alpha: /u);
    expect(() => createDenseMatrix([1, 2], [1, NaN])).toThrow('matrix[1]: expected a finite value, got NaN');
  });
});
