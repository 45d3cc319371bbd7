/**
 * Noisy synthetic data, nothing told: rank and noise level found, the error against an oracle's, and how many hidden
 * entries the 90 % intervals cover. The oracle, which lives only here, is alternating least squares with the rank and the
 * ridge that are best on the hidden truth, started from the truth.
 */
import { complete, degreesOfFreedom, generateProblem, splitBy } from '../src/index.js';
import type { Observations, Truth } from '../src/index.js';
import { createObservations } from '../src/index.js';
import { createRandom } from '../src/data/random.js';
import { leastSquaresOracle } from './least-squares-oracle.js';
import { markdownTable, median, span } from './measure.js';

export interface NoiseOptions {
  readonly size: number;
  readonly rank: number;
  readonly noises: readonly number[];
  readonly ratios: readonly number[];
  readonly seeds: readonly number[];
}

export const full: NoiseOptions = {
  ...{ size: 100, rank: 5, noises: [0.01, 0.1, 0.5], ratios: [1.5, 2, 3] },
  seeds: [1, 2, 3, 4],
};
export const tiny: NoiseOptions = { size: 24, rank: 2, noises: [0.1], ratios: [3], seeds: [1] };

export interface NoiseRun {
  readonly ratio: number;
  readonly noise: number;
  readonly rank: number;
  /** Over the true one. */
  readonly noiseFound: number;
  /** Root mean square error on the hidden truth over the oracle's. */
  readonly overOracle: number;
  /** The oracle's root mean square error over the noise. */
  readonly oracle: number;
  readonly coverage: number;
  readonly seconds: number;
}

const ninety = 1.6449;

export async function measureNoise({ size, rank, noises, ratios, seeds }: NoiseOptions): Promise<NoiseRun[]> {
  const shape = [size, size] as const;
  const runs: NoiseRun[] = [];
  for (const ratio of ratios) {
    for (const noise of noises) {
      for (const seed of seeds) {
        const observed = Math.round(ratio * degreesOfFreedom(shape, rank));
        const { observations, truth } = generateProblem({ shape, rank, observed, noise, seed });
        const hidden = hiddenOf(observations, truth);
        const { completion, seconds, ...found } = await complete(observations);
        const predicted = completion.predict(hidden.row, hidden.column);
        const error = completion.standardError?.(hidden.row, hidden.column) ?? new Float64Array(predicted.length);
        const random = createRandom(seed);
        const covered = predicted.filter((mean, k) => {
          const fresh = (hidden.value[k] ?? NaN) + noise * random.normal();
          return Math.abs(mean - fresh) <= ninety * (error[k] ?? NaN);
        });
        const oracle = leastSquaresOracle(observations, hidden, truth, noise);
        runs.push({
          ...{ ratio, noise, rank: found.rank, noiseFound: (found.noise ?? 0) / noise, oracle: oracle / noise },
          overOracle: rootMeanSquare(predicted.map((mean, k) => mean - (hidden.value[k] ?? NaN))) / oracle,
          coverage: covered.length / predicted.length,
          seconds,
        });
      }
    }
  }
  return runs;
}

/** Every entry of the truth that was not observed. */
function hiddenOf({ shape, row, column }: Observations, truth: Truth): Observations {
  const all = Int32Array.from({ length: shape[0] * shape[1] }, (_, at) => at);
  const rows = all.map((at) => Math.floor(at / shape[1]));
  const columns = all.map((at) => at % shape[1]);
  const whole = createObservations({ shape, row: rows, column: columns, value: truth.predict(rows, columns) });
  const seen = new Set(row.map((i, k) => i * shape[1] + (column[k] ?? 0)));
  return splitBy(whole, (k) => !seen.has(k)).heldOut;
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

export function noiseTable(runs: readonly NoiseRun[]): string {
  const groups = new Map<string, NoiseRun[]>();
  for (const run of runs) {
    const key = `${run.ratio} ${run.noise}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const range = (values: readonly number[]): string => span(values.map((value) => Number(value.toFixed(2))));
  const cells = [...groups.values()].map((group) => [
    ...[`${group[0]?.ratio ?? NaN}`, `${group[0]?.noise ?? NaN}`, span(group.map(({ rank }) => rank))],
    range(group.map(({ noiseFound }) => noiseFound)),
    range(group.map(({ overOracle }) => overOracle)),
    range(group.map(({ oracle }) => oracle)),
    range(group.map(({ coverage }) => coverage)),
    median(group.map(({ seconds }) => seconds)).toFixed(1),
  ]);
  const header = ['observations / dof', 'noise', 'rank', 'noise found / true', 'RMSE / oracle', 'oracle RMSE / noise'];
  return markdownTable([...header, 'coverage', 'seconds'], cells);
}
