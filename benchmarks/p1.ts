/**
 * P1: 500x500 of rank 5 from 10,000 observations (2 a degree of freedom). The published NumPy code reaches a relative
 * error of 4e-3 in 3000 iterations of 35 ms with an oracle; here it is blind.
 */
import { complete, defaultMaxSteps, generateProblem, useBackend } from '../src/index.js';
import { markdownTable, median, relativeError } from './measure.js';

interface Run {
  readonly backend: string;
  readonly solver: string;
  readonly alpha: number;
  readonly maxSteps: number;
}

export interface P1Options {
  readonly size: number;
  readonly rank: number;
  readonly observed: number;
  readonly repeats: number;
  readonly runs: readonly Run[];
}

/** Ten steps tell the speed of what is not a contender: plain JavaScript, and the eigendecomposition. */
export const full: P1Options = {
  ...{ size: 500, rank: 5, observed: 10000, repeats: 3 },
  runs: [
    { backend: 'wasm', solver: 'lin-rfm', alpha: 0.5, maxSteps: defaultMaxSteps },
    { backend: 'cpu', solver: 'lin-rfm', alpha: 0.5, maxSteps: 10 },
    { backend: 'wasm', solver: 'lin-rfm', alpha: 0.75, maxSteps: 10 },
    { backend: 'wasm', solver: 'svd-irls', alpha: 0.75, maxSteps: 10 },
  ],
};
export const tiny: P1Options = { ...full, size: 40, rank: 2, observed: 500, repeats: 1 };

export interface P1Row {
  readonly backend: string;
  readonly solver: string;
  readonly alpha: number;
  readonly status: string;
  readonly steps: number;
  readonly error: number;
  /** Steps until the relative error is at most 4e-3; 0 where it never is. */
  readonly stepsToReference: number;
  readonly millisecondsPerStep: number;
}

const referenceError = 4e-3;

export async function measureP1({ size, rank, observed, repeats, runs }: P1Options): Promise<P1Row[]> {
  const problem = generateProblem({ shape: [size, size], rank, observed, seed: 0 });
  const rows: P1Row[] = [];
  for (const run of runs) {
    await useBackend(run.backend);
    let last = await complete(problem.observations, run);
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      last = await complete(problem.observations, run);
      times.push((1000 * last.seconds) / last.progress.length);
    }
    const error = relativeError(last.completion, problem.truth);
    const steps = last.progress.length;
    const stepsToReference = error <= referenceError ? await firstStepWithin(problem, run, steps) : 0;
    rows.push({ ...run, status: last.status, steps, error, stepsToReference, millisecondsPerStep: median(times) });
  }
  return rows;
}

/** By bisection over runs that are cut off: only the benchmark knows the truth, the solver does not. */
async function firstStepWithin(
  { observations, truth }: ReturnType<typeof generateProblem>,
  run: Run,
  most: number,
): Promise<number> {
  let [below, reached] = [0, most];
  while (reached - below > 1) {
    const middle = Math.floor((below + reached) / 2);
    const { completion } = await complete(observations, { ...run, maxSteps: middle });
    if (relativeError(completion, truth) <= referenceError) reached = middle;
    else below = middle;
  }
  return reached;
}

export function p1Table(rows: readonly P1Row[]): string {
  const cells = rows.map((row) => [
    ...[row.backend, row.solver, `${row.alpha}`, row.status, `${row.steps}`, row.error.toExponential(0)],
    ...[row.stepsToReference === 0 ? '-' : `${row.stepsToReference}`, row.millisecondsPerStep.toFixed(1)],
  ]);
  const header = ['backend', 'solver', 'alpha', 'status', 'steps', 'relative error', 'steps to 4e-3', 'ms per step'];
  return markdownTable(header, cells);
}
