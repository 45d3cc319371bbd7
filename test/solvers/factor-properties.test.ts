/**
 * Solvers of factors on data that break careless ones: a sensible answer or status, finite numbers, an end, tensors level.
 * What counts as sensible is said case by case: exact low rank with enough observations is recovered.
 */
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { complete, createObservations, filterObservations, generateProblem, useBackend } from '../../src/index.js';
import type { CompleteOptions, CompleteResult, Observations, Truth } from '../../src/index.js';
import { createRandom } from '../../src/data/random.js';

beforeAll(() => useBackend('auto'));

const solvers = ['auto', 'two-sided', 'low-rank'] as const;

/** Runs a solver; whatever the data, its answer is finite, it ends, and it leaves nothing behind. */
async function run(observations: Observations, options: CompleteOptions): Promise<CompleteResult> {
  const before = tf.memory().numTensors;
  const result = await complete(observations, { timeLimit: 30, ...options });
  expect(tf.memory().numTensors).toBe(before);
  expect(result.status).not.toBe('non-finite');
  const { rows, columns } = somePositions(observations);
  expect(result.completion.predict(rows, columns).every(Number.isFinite)).toBe(true);
  const errors = result.completion.standardError?.(rows, columns) ?? Float64Array.of(0);
  expect(errors.every((error) => error >= 0 && Number.isFinite(error))).toBe(true);
  expect(result.singularValues.every(Number.isFinite)).toBe(true);
  return result;
}

/** Positions all over the matrix. */
function somePositions({ shape }: Observations): { rows: number[]; columns: number[] } {
  const rows = Array.from({ length: 500 }, (_, k) => (k * 7919) % shape[0]);
  return { rows, columns: rows.map((_, k) => (k * 104729) % shape[1]) };
}

/** Root mean square error against the truth, whose entries have root mean square 1, at some positions. */
function errorAt({ completion }: CompleteResult, truth: Truth, rows: number[], columns: number[]): number {
  const [actual, expected] = [completion.predict(rows, columns), truth.predict(rows, columns)];
  return Math.sqrt(actual.reduce((sum, value, k) => sum + (value - expected[k]!) ** 2, 0) / actual.length);
}

describe.each(solvers)('%s', (solver) => {
  it('ends on a single observation, and meets it', async () => {
    const one = createObservations({ shape: [30, 40], row: [3], column: [5], value: [2] });
    expect((await run(one, { solver })).completion.predict([3], [5])[0]).toBeCloseTo(2, 6);
  });

  it('completes a constant matrix with its constant', async () => {
    const { observations } = generateProblem({ shape: [60, 50], rank: 1, observed: 600, seed: 1 });
    const constant = { ...observations, value: observations.value.map(() => 3.5) };
    const result = await run(constant, { solver });
    expect(result).toMatchObject({ status: 'converged', rank: 1 });
    const { rows, columns } = somePositions(constant);
    for (const value of result.completion.predict(rows, columns)) expect(value).toBeCloseTo(3.5, 3);
  });

  it('recovers rank 1', async () => {
    const { observations, truth } = generateProblem({ shape: [90, 60], rank: 1, observed: 1500, seed: 1 });
    const result = await run(observations, { solver });
    expect(result).toMatchObject({ status: 'converged', rank: 1 });
    const { rows, columns } = somePositions(observations);
    expect(errorAt(result, truth, rows, columns)).toBeLessThan(1e-3);
  });

  it('gives a matrix of low rank back that is observed whole', async () => {
    const { observations } = generateProblem({ shape: [60, 40], rank: 3, observed: 2400, seed: 1 });
    const result = await run(observations, { solver });
    expect(result).toMatchObject({ status: 'converged', rank: 3 });
    expect([...result.completion.rows(0, 60)]).toEqual([...observations.value]);
  });

  it('ends with a status on full rank, half observed', async () => {
    const { observations } = generateProblem({ shape: [40, 30], rank: 30, observed: 700, seed: 1 });
    const { status } = await run(observations, { solver, maxSteps: 60 });
    expect(['no-exact-fit', 'max-steps', 'stagnated', ...(solver === 'auto' ? ['converged'] : [])]).toContain(status);
  });

  it('recovers the other rows where some have fewer observations than the rank, and one has none', async () => {
    const { observations, truth } = generateProblem({ shape: [100, 80], rank: 4, observed: 3200, seed: 1 });
    const seen = new Int32Array(100);
    const kept = observations.row.map((i) => {
      seen[i] = seen[i]! + 1;
      return Number(i > 10 ? i !== 50 : seen[i] <= 3);
    });
    const short = filterObservations(observations, (k) => kept[k] === 1);
    const result = await run(short, { solver });
    expect(result.status).toBe('converged');
    expect(result.warnings).toEqual(['no observation in row 50; predicted from offsets alone']);
    const { rows, columns } = somePositions(observations);
    const others = rows.flatMap((i, k) => (i > 10 && i !== 50 ? [k] : []));
    const pick = (values: number[]): number[] => others.map((k) => values[k]!);
    expect(errorAt(result, truth, pick(rows), pick(columns))).toBeLessThan(1e-3);
  });
});

describe('exact data of awkward shapes', () => {
  it.each([
    [[60, 2500], 5, 'two-sided'],
    [[2500, 60], 5, 'two-sided'],
    [[60, 800], 12, 'low-rank'],
    [[800, 60], 12, 'low-rank'],
  ] as const)('%p, %i observations along the long side, by %s', async (shape, count, solver) => {
    const observed = count * Math.max(...shape);
    const { observations, truth } = generateProblem({ shape, rank: 2, observed, seed: 1 });
    const result = await run(observations, { solver });
    expect(result.status).toBe('converged');
    const { rows, columns } = somePositions(observations);
    // Some of the long side's vectors have fewer observations than the rank: those nobody can recover.
    const misses = rows.filter((row, k) => errorAt(result, truth, [row], [columns[k]!]) > 0.05).length;
    expect(misses / rows.length).toBeLessThan(0.12);
  });

  it.each(['two-sided', 'low-rank'])('rows of one to hundreds of observations, by %s', async (solver) => {
    const shape = [400, 300] as const;
    const { truth } = generateProblem({ shape, rank: 2, observed: 10_000, seed: 2 });
    const random = createRandom(3);
    const [row, column]: [number[], number[]] = [[], []];
    for (let i = 0; i < shape[0]; i += 1) {
      const count = Math.max(1, Math.min(shape[1], Math.round(2500 / (i + 1))));
      const places = new Set<number>();
      while (places.size < count) places.add(Math.floor(shape[1] * random.uniform()));
      row.push(...Array.from(places, () => i));
      column.push(...places);
    }
    const given = createObservations({ shape, row, column, value: truth.predict(row, column) });
    const result = await run(given, { solver, maxSteps: 600 });
    const many = Array.from({ length: 500 }, (_, k) => k % 60);
    const across = many.map((_, k) => (k * 7) % 300);
    expect(errorAt(result, truth, many, across)).toBeLessThan(1e-2);
  });
});

it('never gives NaN, never runs on, never leaks, whatever the observations', async () => {
  const problems = fc
    .record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 12 }) })
    .chain(({ rows, columns }) =>
      fc.record({
        shape: fc.constant([rows, columns] as const),
        entries: fc.uniqueArray(
          fc.record({
            row: fc.nat(rows - 1),
            column: fc.nat(columns - 1),
            value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
          }),
          { minLength: 1, selector: ({ row, column }) => row * columns + column },
        ),
        solver: fc.constantFrom('two-sided', 'low-rank', 'low-rank', 'auto'),
        alpha: fc.constantFrom(0.125, 0.25, 0.5, 0.5, 1),
        noise: fc.constantFrom(undefined, 0, 0.5),
        rank: fc.constantFrom(undefined, 1, 3, 20),
      }),
    );
  await fc.assert(
    fc.asyncProperty(problems, async ({ shape, entries, solver, alpha, noise, rank }) => {
      const given = createObservations({
        shape,
        row: entries.map(({ row }) => row),
        column: entries.map(({ column }) => column),
        value: entries.map(({ value }) => value),
      });
      const chosen = { ...(noise !== undefined && { noise }), ...(rank !== undefined && { rank }) };
      const { completion, progress } = await run(given, { solver, alpha, maxSteps: 30, ...chosen });
      expect(completion.rows(0, shape[0]).every(Number.isFinite)).toBe(true);
      expect(progress.length).toBeLessThanOrEqual(30);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
