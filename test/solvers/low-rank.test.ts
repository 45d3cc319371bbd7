/** Low-rank lin-RFM: its steps against the dense formulas, what it recovers, its standard errors, its ends. */
import * as tf from '@tensorflow/tfjs';
import { Matrix, solve as solveDense } from 'ml-matrix';
import {
  atMostSteps,
  columnsOnly,
  complete,
  constant,
  createSparseProblem,
  generateProblem,
  geometric,
  lowRankLinRfm,
  rowsOnly,
  solve,
  useBackend,
} from '../../src/index.js';
import type { Observations } from '../../src/index.js';
import type { LowRankMetric } from '../../src/solvers/low-rank-rows.js';
import { completionError, relativeError } from '../support/errors.js';
import { independentLinRfm } from '../support/independent.js';

const { observations } = generateProblem({ shape: [23, 17], rank: 2, observed: 190, noise: 0.05, seed: 3 });
const { observations: small } = generateProblem({ shape: [21, 15], rank: 2, observed: 160, noise: 0.05, seed: 3 });
const scale = Math.sqrt(observations.value.reduce((sum, value) => sum + value ** 2, 0) / observations.value.length);
const precisions = [
  ['wasm', 'float64'],
  ['wasm', 'float32'],
  ['cpu', 'float64'],
] as const;

/** K as a whole: V diag(κ − κ₀) Vᵀ + κ₀·I. */
function wholeMetric({ basis, ridge, rest, level }: LowRankMetric): Matrix {
  const v = Matrix.from1DArray(basis.count, basis.width, basis.values);
  const excess = Matrix.diag([...ridge].map((value) => level / value));
  return v.mmul(excess).mmul(v.transpose()).add(Matrix.eye(basis.count).mul(rest));
}

/** Observed places and scaled values of one row, or column. */
function lineOf({ row, column, value }: Observations, direction: 'rows' | 'columns', line: number) {
  const [lines, places] = direction === 'rows' ? [row, column] : [column, row];
  const own = [...lines.keys()].filter((k) => lines[k] === line);
  return { own, places: own.map((k) => places[k]!), values: own.map((k) => value[k]! / scale) };
}

describe.each(precisions)('on %s, row problems in %s', (backend, precision) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [0.25, 0, 'rows'],
    [0.5, 1e-2, 'rows'],
    [1, 0, 'columns'],
    [0.5, 0, 'columns'],
  ] as const)('a step at alpha %p, ridge %p, by %s is the dense formula', async (alpha, ridge, direction) => {
    const problem = createSparseProblem(observations, precision === 'float64');
    const epsilon = constant(0.3);
    const solver = lowRankLinRfm({ alpha, epsilon, ridge: constant(ridge), rank: 4, direction, precision });
    const first = await solver.init(problem);
    const { state } = await solver.step(problem, first, []);
    const estimate = await solver.estimate(problem, state);
    const metric = wholeMetric(state.metric!);
    const [expected, actual]: [number[], number[]] = [[], []];
    for (let line = 0; line < problem.shape[direction === 'rows' ? 0 : 1]; line += 1) {
      const { own, places, values } = lineOf(observations, direction, line);
      const block = metric.selection(places, places).add(Matrix.eye(places.length).mul(ridge));
      const inverse = solveDense(block, Matrix.eye(places.length));
      const across = metric.subMatrixColumn(places);
      const dense = across.mmul(inverse).mmul(Matrix.columnVector(values)).to1DArray();
      const covariance = Matrix.sub(metric, across.mmul(inverse).mmul(across.transpose()));
      for (let place = 0; place < dense.length; place += 1) {
        const [i, j] = direction === 'rows' ? [line, place] : [place, line];
        const at = places.indexOf(place);
        const { left, right } = estimate;
        let factors = 0;
        for (let k = 0; k < left.width; k += 1)
          factors += left.values[i * left.width + k]! * right.values[j * right.width + k]!;
        expected.push(dense[place]!);
        actual.push((at < 0 ? factors : estimate.fitted[own[at]!]!) / scale);
        if (at < 0) expect(estimate.variance(i, j) / scale ** 2 / covariance.get(place, place)).toBeCloseTo(1, 8);
      }
    }
    expect(relativeError(actual, expected)).toBeLessThan(1e-10);
    [first, state].forEach((each) => solver.dispose(each));
    problem.dispose();
  });

  it.each([
    [0.25, 0, 'rows'],
    [0.5, 1e-3, 'columns'],
  ] as const)('follows the dense trajectory at alpha %p where every pair is kept', async (alpha, ridge, direction) => {
    const problem = createSparseProblem(small, precision === 'float64');
    const epsilon = geometric({ start: 0.8, decay: 0.7, floor: 0 });
    const settings = { alpha, epsilon, ridge: constant(ridge), rank: 15, direction, precision };
    const solver = lowRankLinRfm({ ...settings, negligible: 0 });
    const { estimate } = await solve(solver, problem, { stop: atMostSteps(5) });
    problem.dispose();
    const sides = direction === 'rows' ? rowsOnly : columnsOnly;
    const whole = independentLinRfm(small, {
      ...{ alpha, keepObserved: false, steps: 5, epsilon: (step) => 0.8 * 0.7 ** step, ridge: () => ridge },
      ...{ solvesRows: () => direction === 'rows', samples: sides.samples },
    });
    const expected = small.value.map((_, k) => whole[small.row[k]! * 15 + small.column[k]!]!);
    expect(relativeError(estimate.fitted, expected)).toBeLessThan(1e-10);
    const { left, right } = estimate;
    const product = Matrix.from1DArray(left.count, left.width, left.values).mmul(
      Matrix.from1DArray(right.count, right.width, right.values).transpose(),
    );
    small.row.forEach((i, k) => product.set(i, small.column[k]!, estimate.fitted[k]!));
    expect(relativeError(product.to1DArray(), whole)).toBeLessThan(1e-10);
  });
});

describe('by complete', () => {
  beforeAll(() => useBackend('auto'));
  const levels = () => ({ tensors: tf.memory().numTensors, buffers: tf.memory().numDataBuffers });

  it.each([
    [[100, 100], 5, 3, 0.5, 1],
    [[40, 300], 2, 4, 0.5, 1],
    [[300, 40], 2, 4, 1, 1],
    [[60, 60], 1, 12, 0.25, 1],
  ] as const)('recovers %p of rank %i at %p observations a degree of freedom, alpha %p', async (...problem) => {
    const [shape, rank, ratio, alpha, seed] = problem;
    const observed = Math.round(ratio * rank * (shape[0] + shape[1] - rank));
    const { observations: given, truth } = generateProblem({ shape, rank, observed, seed });
    const before = levels();
    const result = await complete(given, { solver: 'low-rank', alpha });
    expect(result).toMatchObject({ status: 'converged', solver: 'low-rank', rank });
    expect(completionError(result.completion, truth)).toBeLessThan(1e-3);
    expect([...result.completion.predict(given.row, given.column)]).toEqual([...given.value]);
    expect(levels()).toEqual(before);
  });

  // The metric is made of means as if they were certain: nominal nine in ten are about eight.
  it.each([0.5, 0.25])('has intervals that cover most hidden entries of noisy data at alpha %p', async (alpha) => {
    const noise = 0.1;
    const { observations: given, truth } = generateProblem({
      shape: [200, 60],
      rank: 3,
      observed: 4000,
      noise,
      seed: 2,
    });
    const { completion } = await complete(given, { solver: 'low-rank', alpha, noise, offsets: 'none', maxSteps: 300 });
    const rows = Array.from({ length: 12000 }, (_, k) => Math.floor(k / 60));
    const columns = rows.map((_, k) => k % 60);
    const errors = completion.standardError!(rows, columns);
    const [predicted, exact] = [completion.predict(rows, columns), truth.predict(rows, columns)];
    const seen = new Set(given.row.map((i, k) => i * 60 + given.column[k]!));
    const hidden = rows.flatMap((_, k) => (seen.has(k) ? [] : [k]));
    const ofTruth = (k: number): number => Math.sqrt(errors[k]! ** 2 - noise ** 2);
    const covered = hidden.filter((k) => Math.abs(predicted[k]! - exact[k]!) <= 1.645 * ofTruth(k)).length;
    expect(covered / hidden.length).toBeGreaterThan(0.78);
    expect(covered / hidden.length).toBeLessThan(0.97);
  });

  it('says that data of full rank, said to be exact, have no low rank', async () => {
    const { observations: given } = generateProblem({ shape: [30, 20], rank: 2, observed: 300, noise: 0.5, seed: 1 });
    const { status, completion } = await complete(given, { solver: 'low-rank', rank: 2, maxSteps: 3000 });
    expect(['no-exact-fit', 'stagnated']).toContain(status);
    expect(completion.rows(0, 30).every(Number.isFinite)).toBe(true);
  });

  it('leaves nothing behind when it is interrupted or its callback throws', async () => {
    const before = levels();
    const { status } = await complete(observations, { solver: 'low-rank', signal: AbortSignal.abort() });
    expect(status).toBe('interrupted');
    const onProgress = (): void => {
      throw new Error('no more');
    };
    await expect(complete(observations, { solver: 'low-rank', onProgress })).rejects.toThrow('no more');
    expect(levels()).toEqual(before);
  });

  it('is what auto takes for other powers where the whole matrix has no room', async () => {
    const shape = [30000, 20000] as const;
    const { observations: given } = generateProblem({ shape, rank: 1, observed: 100_000, seed: 1 });
    const { solver } = await complete(given, { alpha: 0.75, maxSteps: 1 });
    expect(solver).toBe('low-rank');
  });
});
