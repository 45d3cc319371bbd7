/**
 * P1 to P6, the problems on which the published completers were compared, and one of condition number 1e10: the default
 * solver, which is not told the rank, on one thread and on all cores.
 */
import { createSparseProblem, generateProblem, solve, twoSidedLinRfm, useThreads } from '../src/index.js';
import { atMostSteps, degreesOfFreedom } from '../src/index.js';
import type { Factors, Progress } from '../src/index.js';
import { bytesPerEntry } from '../src/benchmark/measure.js';
import { factorError, markdownTable, median } from './measure.js';

export interface Case {
  readonly name: string;
  readonly size: number;
  readonly rank: number;
  /** Observations per degree of freedom. */
  readonly ratio: number;
  readonly conditionNumber?: number;
  /** Tell the solver the rank. */
  readonly told?: boolean;
}

export interface PeersOptions {
  readonly cases: readonly Case[];
  readonly threads: readonly number[];
  readonly repeats: number;
}

export const problems: readonly Case[] = [
  { name: 'P1', size: 500, rank: 5, ratio: 2 },
  { name: 'P2', size: 1000, rank: 5, ratio: 3 },
  { name: 'P3', size: 2000, rank: 10, ratio: 3 },
  { name: 'P4', size: 1000, rank: 10, ratio: 1.5 },
  { name: 'P5', size: 1000, rank: 10, ratio: 2.5, conditionNumber: 1e6 },
  { name: 'P6', size: 5000, rank: 10, ratio: 4 },
];
export const full: PeersOptions = {
  cases: [
    ...problems,
    { name: '1e10', size: 1000, rank: 10, ratio: 2.5, conditionNumber: 1e10 },
    ...problems.map((problem) => ({ ...problem, name: `${problem.name} told`, told: true })),
  ],
  threads: [1, 2],
  repeats: 3,
};
export const tiny: PeersOptions = {
  cases: [{ name: 'tiny', size: 60, rank: 2, ratio: 3 }],
  threads: [1],
  repeats: 1,
};

export interface PeersRow {
  readonly name: string;
  readonly threads: number;
  readonly seconds: number;
  readonly steps: number;
  readonly innerSteps: number;
  readonly rank: number;
  readonly error: number;
  /** Peak resident memory of the process so far, bytes. */
  readonly memory: number;
  /** Bytes that the conjugate gradients read and wrote. */
  readonly moved: number;
}

export async function measurePeers({ cases, threads, repeats }: PeersOptions): Promise<PeersRow[]> {
  const rows: PeersRow[] = [];
  for (const { name, size, rank, ratio, conditionNumber, told } of cases) {
    const observed = Math.round(ratio * degreesOfFreedom([size, size], rank));
    const condition = conditionNumber === undefined ? {} : { conditionNumber };
    const { observations, truth } = generateProblem({ shape: [size, size], rank, observed, seed: 1, ...condition });
    const problem = createSparseProblem(observations, true);
    try {
      for (const count of threads) {
        const used = await useThreads(count);
        const times: number[] = [];
        let last: { estimate: Factors; progress: readonly Progress[] } | undefined;
        // One more than is timed: the first run also compiles.
        for (let repeat = 0; repeat <= repeats; repeat += 1) {
          last = await solve(twoSidedLinRfm(told === true ? { rank } : {}), problem, { stop: atMostSteps(1000) });
          if (repeat > 0) times.push(last.progress.at(-1)?.seconds ?? NaN);
        }
        if (last === undefined) continue;
        const innerSteps = last.progress.reduce((sum, step) => sum + (step.innerSteps ?? 0), 0);
        rows.push({
          ...{ name, threads: used, seconds: median(times), steps: last.progress.length, innerSteps },
          rank: last.estimate.values.length,
          error: factorError(last.estimate, truth),
          memory: 1024 * process.resourceUsage().maxRSS,
          moved: innerSteps * observed * bytesPerEntry(rank),
        });
      }
    } finally {
      problem.dispose();
    }
  }
  await useThreads(1);
  return rows;
}

/** Bytes a second of copying a large array. */
export function copyBandwidth(): number {
  const [from, to] = [new Float64Array(1 << 23), new Float64Array(1 << 23)];
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    to.set(from);
    return (performance.now() - began) / 1000;
  });
  return (2 * from.byteLength) / median(times);
}

export function peersTable(rows: readonly PeersRow[]): string {
  const bandwidth = copyBandwidth();
  const cells = rows.map((row) => [
    ...[row.name, `${row.threads}`, row.seconds.toFixed(2), `${row.steps}`, `${row.innerSteps}`, `${row.rank}`],
    ...[row.error.toExponential(0), (row.memory / 2 ** 20).toFixed(0)],
    `${(row.moved / 1e9).toFixed(1)} (${((100 * row.moved) / row.seconds / bandwidth).toFixed(0)} %)`,
  ]);
  const header = ['problem', 'threads', 'seconds', 'steps', 'CG steps', 'rank', 'relative error', 'peak MiB'];
  return markdownTable([...header, `GB moved by CG (of ${(bandwidth / 1e9).toFixed(1)} GB/s)`], cells);
}
