/**
 * P1: 500x500 of rank 5 from 10,000 observations (2 a degree of freedom). The published NumPy code reaches a relative
 * error of 4e-3 in 3000 iterations of 35 ms with an oracle; here it is blind.
 */
import { complete, defaultMaxSteps, generateProblem, useBackend } from '../src/index.js';
import { markdownTable, median, relativeError } from './measure.js';

export interface P1Options {
  readonly size: number;
  readonly rank: number;
  readonly observed: number;
  readonly runs: number;
  readonly backends: readonly string[];
  readonly solvers: readonly { readonly solver: string; readonly alpha: number; readonly maxSteps: number }[];
}

export const full: P1Options = {
  ...{ size: 500, rank: 5, observed: 10000, runs: 3, backends: ['wasm', 'cpu'] },
  solvers: [
    { solver: 'lin-rfm', alpha: 0.5, maxSteps: defaultMaxSteps },
    { solver: 'lin-rfm', alpha: 0.75, maxSteps: 10 },
    { solver: 'svd-irls', alpha: 0.75, maxSteps: 10 },
  ],
};
export const tiny: P1Options = { ...full, size: 40, rank: 2, observed: 500, runs: 1, backends: ['wasm'] };

export interface P1Row {
  readonly backend: string;
  readonly solver: string;
  readonly alpha: number;
  readonly status: string;
  readonly steps: number;
  readonly error: number;
  /** The first step after which the relative error was at most 4e-3, by running again with that many; 0 where none. */
  readonly stepsToReference: number;
  readonly millisecondsPerStep: number;
}

const referenceError = 4e-3;

export async function measureP1(options: P1Options): Promise<P1Row[]> {
  const { size, rank, observed, runs } = options;
  const { observations, truth } = generateProblem({ shape: [size, size], rank, observed, seed: 0 });
  const rows: P1Row[] = [];
  for (const backend of options.backends) {
    await useBackend(backend);
    for (const settings of options.solvers) {
      // Plain JavaScript is the reference, not a contender: a few steps tell its speed.
      const limited = backend === 'cpu' ? { ...settings, maxSteps: Math.min(10, settings.maxSteps) } : settings;
      const times: number[] = [];
      let last = await complete(observations, limited);
      for (let run = 0; run < runs; run += 1) {
        last = await complete(observations, limited);
        times.push((1000 * last.seconds) / last.progress.length);
      }
      const error = relativeError(last.completion, truth);
      rows.push({
        ...{ backend, solver: settings.solver, alpha: settings.alpha, status: last.status, error },
        steps: last.progress.length,
        stepsToReference: error <= referenceError ? await firstStepWithin(last.progress.length) : 0,
        millisecondsPerStep: median(times),
      });

      async function firstStepWithin(most: number): Promise<number> {
        let [below, reached] = [0, most];
        while (reached - below > 1) {
          const middle = Math.floor((below + reached) / 2);
          const { completion } = await complete(observations, { ...settings, maxSteps: middle });
          if (relativeError(completion, truth) <= referenceError) reached = middle;
          else below = middle;
        }
        return reached;
      }
    }
  }
  return rows;
}

export function p1Table(rows: readonly P1Row[]): string {
  const cells = rows.map((row) => [
    ...[row.backend, row.solver, `${row.alpha}`, row.status, `${row.steps}`, row.error.toExponential(0)],
    ...[row.stepsToReference === 0 ? '-' : `${row.stepsToReference}`, row.millisecondsPerStep.toFixed(1)],
  ]);
  const header = ['backend', 'solver', 'alpha', 'status', 'steps', 'relative error', 'steps to 4e-3', 'ms per step'];
  return markdownTable(header, cells);
}
