/** Time against the number of observations: square, five observations a degree of freedom, to a relative error of 1e-6. */
import { atMostSteps, createSparseProblem, generateProblem, solve, twoSidedLinRfm, useThreads } from '../src/index.js';
import { factorError, markdownTable } from './measure.js';

export interface ScaleOptions {
  readonly sizes: readonly { readonly size: number; readonly observed: number }[];
  readonly rank: number;
}

export const full: ScaleOptions = {
  rank: 10,
  sizes: [
    { size: 1000, observed: 100_000 },
    { size: 10_000, observed: 1_000_000 },
    { size: 100_000, observed: 10_000_000 },
  ],
};
export const tiny: ScaleOptions = {
  rank: 2,
  sizes: [
    { size: 50, observed: 1000 },
    { size: 100, observed: 2000 },
  ],
};

export interface ScaleRow {
  readonly size: number;
  readonly observed: number;
  readonly seconds: number;
  readonly error: number;
  readonly rank: number;
  readonly memory: number;
}

/** Relative residual that leaves an error under 1e-6. */
const target = 1e-7;

export async function measureScale({ sizes, rank }: ScaleOptions): Promise<ScaleRow[]> {
  await useThreads();
  const rows: ScaleRow[] = [];
  for (const { size, observed } of sizes) {
    const { observations, truth } = generateProblem({ shape: [size, size], rank, observed, seed: 1 });
    const problem = createSparseProblem(observations, true);
    try {
      const { estimate, progress } = await solve(twoSidedLinRfm({ target }), problem, { stop: atMostSteps(300) });
      const memory = 1024 * process.resourceUsage().maxRSS;
      const seconds = progress.at(-1)?.seconds ?? NaN;
      rows.push({ size, observed, seconds, error: factorError(estimate, truth), rank: estimate.values.length, memory });
    } finally {
      problem.dispose();
    }
  }
  await useThreads(1);
  return rows;
}

export function scaleTable(rows: readonly ScaleRow[]): string {
  const [first, last] = [rows.at(0), rows.at(-1)];
  const slope =
    first === undefined || last === undefined
      ? NaN
      : Math.log(last.seconds / first.seconds) / Math.log(last.observed / first.observed);
  const cells = rows.map((row) => [
    ...[`${row.size}`, `${row.observed}`, row.seconds.toFixed(2), `${row.rank}`, row.error.toExponential(0)],
    (row.memory / 2 ** 30).toFixed(2),
  ]);
  const header = ['side', 'observations', `seconds (slope ${slope.toFixed(2)})`, 'rank', 'relative error', 'peak GiB'];
  return markdownTable(header, cells);
}
