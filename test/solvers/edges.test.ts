/** Shapes and data that break careless solvers, ways to end, and memory. */
import * as tf from '@tensorflow/tfjs';
import {
  alternating,
  atMostSteps,
  complete,
  constant,
  createObservations,
  createProblem,
  generateProblem,
  linRfm,
  solve,
  useBackend,
} from '../../src/index.js';
import type { Observations, Solver } from '../../src/index.js';

beforeAll(() => useBackend('wasm'));

function fromDense(rows: readonly (readonly (number | undefined)[])[]): Observations {
  const entries = rows.flatMap((cells, row) =>
    cells.flatMap((value, column) => (value === undefined ? [] : [{ row, column, value }])),
  );
  return createObservations({
    shape: [rows.length, rows[0]!.length],
    row: entries.map(({ row }) => row),
    column: entries.map(({ column }) => column),
    value: entries.map(({ value }) => value),
  });
}

const gap = undefined;
const cases: [string, Observations][] = [
  [
    'a single observation',
    fromDense([
      [gap, 2],
      [gap, gap],
    ]),
  ],
  ['one row', fromDense([[1, gap, 3, 4]])],
  ['one column', fromDense([[1], [gap], [3]])],
  ['one entry', fromDense([[5]])],
  [
    'all observed',
    fromDense([
      [1, 2],
      [3, 5],
    ]),
  ],
  [
    'all zero',
    fromDense([
      [0, gap, 0],
      [0, 0, gap],
    ]),
  ],
  [
    'a constant matrix',
    fromDense([
      [7, 7, gap],
      [7, gap, 7],
      [gap, 7, 7],
    ]),
  ],
  [
    'an empty row and column',
    fromDense([
      [1, 2, gap],
      [gap, gap, gap],
      [3, 6, gap],
    ]),
  ],
  [
    'tiny values',
    fromDense([
      [1e-310, 2e-310],
      [3e-310, gap],
    ]),
  ],
  [
    'huge values',
    fromDense([
      [1e300, 2e300],
      [3e300, gap],
    ]),
  ],
];

describe.each(cases)('%s', (_, observations) => {
  it.each([
    [0.25, 0],
    [0.5, 0],
    [1, 0],
    [0.5, 0.5],
  ])('gives finite numbers at alpha %p, noise %p', async (alpha, noise) => {
    const { completion, status, residual } = await complete(observations, { alpha, noise, maxSteps: 300 });
    expect(status).not.toBe('non-finite');
    expect(completion.rows(0, observations.shape[0]).every(Number.isFinite)).toBe(true);
    if (noise === 0) expect(residual).toBeLessThan(1e-6);
  });
});

it('completes a constant matrix with its constant', async () => {
  const { completion, rank } = await complete(cases.find(([name]) => name === 'a constant matrix')![1]);
  expect(rank).toBe(1);
  completion.rows(0, 3).forEach((value) => expect(value).toBeCloseTo(7, 4));
});

it('names empty rows, at most five', async () => {
  const { warnings } = await complete(createObservations({ shape: [9, 1], row: [1], column: [0], value: [2] }));
  expect(warnings).toEqual(['no observation in row 0, 2, 3, 4, 5 and 3 more; predicted from offsets alone']);
});

it('fills an empty row from the columns and says so', async () => {
  const { completion, warnings } = await complete(cases.find(([name]) => name.startsWith('an empty row'))![1]);
  expect(warnings).toEqual([
    'no observation in row 1; predicted from offsets alone',
    'no observation in column 2; predicted from offsets alone',
  ]);
  const [first, second] = completion.predict([1, 1], [0, 1]);
  expect(first!).toBeLessThan(second!);
});

describe('ways to end', () => {
  const { observations } = generateProblem({ shape: [30, 30], rank: 2, observed: 400, seed: 1 });

  it('stops at the limit of steps with the last estimate', async () => {
    const { status, progress, advice } = await complete(observations, { maxSteps: 4 });
    expect(status).toBe('max-steps');
    expect(progress.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(advice).toMatch(/raise it/u);
  });

  it('stops at the time limit', async () => {
    const { status, progress } = await complete(observations, { timeLimit: 1e-9 });
    expect(status).toBe('time-limit');
    expect(progress).toHaveLength(1);
  });

  it('stops when it is told to, before the next step', async () => {
    const controller = new AbortController();
    const onProgress = ({ step }: { step: number }): void => (step === 3 ? controller.abort() : undefined);
    const { status, progress } = await complete(observations, { signal: controller.signal, onProgress });
    expect(status).toBe('interrupted');
    expect(progress).toHaveLength(3);
  });

  it('hands over the estimate before a step that was not finite', async () => {
    const problem = createProblem(observations, 'float64');
    // A smoothing far below what float64 can carry makes the blocks singular.
    const epsilon = (progress: readonly unknown[]): number => (progress.length < 2 ? 1 : 1e-30);
    const solver = linRfm({ alpha: 1, epsilon, ridge: constant(0), sides: alternating, keepObserved: false });
    const { status, estimate, progress } = await solve(solver, problem, { stop: atMostSteps(50) });
    problem.dispose();
    expect(status).toBe('non-finite');
    expect(progress.length).toBeGreaterThanOrEqual(2);
    expect(estimate.every(Number.isFinite)).toBe(true);
  });

  it('says stagnated where float32 cannot reach the tolerance', async () => {
    const { status } = await complete(observations, {
      solver: 'lin-rfm',
      precision: 'float32',
      tolerance: 1e-14,
      maxSteps: 2000,
    });
    expect(status).toBe('stagnated');
  });
});

describe('memory is level', () => {
  const { observations } = generateProblem({ shape: [30, 20], rank: 2, observed: 250, seed: 1 });
  const levels = () => ({ tensors: tf.memory().numTensors, buffers: tf.memory().numDataBuffers });

  it.each([0.25, 0.3, 0.5, 0.75, 1])('after a solve at alpha %p', async (alpha) => {
    const before = levels();
    await complete(observations, { alpha, maxSteps: 20 });
    await complete(observations, { alpha, maxSteps: 20, solver: 'svd-irls' });
    expect(levels()).toEqual(before);
  });

  it('after an aborted one', async () => {
    const before = levels();
    await complete(observations, { signal: AbortSignal.abort() });
    expect(levels()).toEqual(before);
  });

  it('after one whose callback throws', async () => {
    const before = levels();
    const onProgress = (): void => {
      throw new Error('no more');
    };
    await expect(complete(observations, { onProgress })).rejects.toThrow('no more');
    expect(levels()).toEqual(before);
  });

  it('after one whose power fails', async () => {
    const before = levels();
    const problem = createProblem(observations, 'float32');
    const power = () => Promise.reject(new Error('no power'));
    const solver: Solver<never> | ReturnType<typeof linRfm> = linRfm({
      alpha: 0.5,
      epsilon: constant(1),
      ridge: constant(0),
      sides: alternating,
      keepObserved: false,
      power,
    });
    await expect(solve(solver, problem, { stop: atMostSteps(2) })).rejects.toThrow('no power');
    problem.dispose();
    expect(levels()).toEqual(before);
  });

  it('after a problem refused for its size', async () => {
    const before = levels();
    const large = createObservations({ shape: [200000, 200000], row: [0], column: [1], value: [1] });
    await expect(complete(large, { solver: 'lin-rfm' })).rejects.toThrow(
      /^memory: expected a problem within .* GiB on backend wasm, got 200000x200000/u,
    );
    expect(levels()).toEqual(before);
  });
});

it('an entry at the bottom of what a double holds, beside one of usual size', async () => {
  const observations = createObservations({ shape: [6, 4], row: [2, 2], column: [0, 1], value: [-5e-324, -2] });
  const { completion } = await complete(observations, { alpha: 1, noise: 0.1, offsets: 'none' });
  expect(completion.rows(0, 6).every(Number.isFinite)).toBe(true);
});
