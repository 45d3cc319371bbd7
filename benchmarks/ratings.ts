/**
 * Real ratings, five folds, nothing told: every choice is made inside the training folds. A fold's entries whose row or
 * column is nowhere else count too. Ratings are read from `--file PATH`, any format that `complete` reads; the tiny size is
 * made up.
 */
import { complete, createObservations, foldObservations, generateProblem, readMatrix } from '../src/index.js';
import type { Observations } from '../src/index.js';
import { createRandom } from '../src/data/random.js';
import { markdownTable } from './measure.js';

export interface RatingsOptions {
  readonly observations: Observations;
  readonly folds: number;
  readonly seed: number;
}

export interface RatingsRun {
  readonly fold: number;
  readonly rmse: number;
  /** Share of the fold's ratings within the nominal 90 % intervals. */
  readonly coverage: number;
  readonly solver: string;
  readonly seconds: number;
}

const ninety = 1.6449;
const common = { folds: 5, seed: 0 };

/** Ratings from 0.5 to 5 by halves: a taste of rank two and an inclination of every row and column, and much noise. */
export function tiny(): RatingsOptions {
  const shape = [25, 40] as const;
  const { observations } = generateProblem({ shape, rank: 2, observed: 500, noise: 1, seed: 1 });
  const random = createRandom(2);
  const [rows, columns] = shape.map((extent) => Float64Array.from({ length: extent }, () => 0.5 * random.normal()));
  const value = observations.value.map((taste, k) => {
    const inclined = (rows?.[observations.row[k] ?? 0] ?? 0) + (columns?.[observations.column[k] ?? 0] ?? 0);
    return Math.min(5, Math.max(0.5, Math.round(2 * (3.5 + inclined + 0.5 * taste)) / 2));
  });
  return { observations: createObservations({ ...observations, value }), ...common, folds: 2 };
}

/** @throws InputError where the file cannot be read or holds no matrix. */
export async function fromFile(path: string): Promise<RatingsOptions> {
  return { observations: (await readMatrix(path)).observations, ...common };
}

export async function measureRatings({ observations, folds, seed }: RatingsOptions): Promise<RatingsRun[]> {
  const runs: RatingsRun[] = [];
  for (const { kept, heldOut } of foldObservations(observations, folds, seed)) {
    const { completion, solver, seconds } = await complete(kept);
    const predicted = completion.predict(heldOut.row, heldOut.column);
    const error = completion.standardError?.(heldOut.row, heldOut.column);
    const gaps = heldOut.value.map((target, k) => Math.abs(target - (predicted[k] ?? NaN)));
    runs.push({
      fold: runs.length + 1,
      rmse: Math.sqrt(gaps.reduce((sum, gap) => sum + gap ** 2, 0) / gaps.length),
      coverage: gaps.filter((gap, k) => gap <= ninety * (error?.[k] ?? NaN)).length / gaps.length,
      solver,
      seconds,
    });
  }
  return runs;
}

export function ratingsTable(runs: readonly RatingsRun[]): string {
  const mean = (of: (run: RatingsRun) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const numbers = (rmse: number, coverage: number): string[] => [rmse.toFixed(4), coverage.toFixed(3)];
  return markdownTable(
    ['fold', 'RMSE', 'coverage', 'solver', 'seconds'],
    [
      ...runs.map((run) => [`${run.fold}`, ...numbers(run.rmse, run.coverage), run.solver, run.seconds.toFixed(1)]),
      ['mean', ...numbers(mean(({ rmse }) => rmse), mean(({ coverage }) => coverage)), '', mean(({ seconds }) => seconds).toFixed(1)], // prettier-ignore
    ],
  );
}
