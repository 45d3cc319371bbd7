/**
 * What an oracle is worth: the published code switches its ridge, stops, and picks its answer by the error on the hidden
 * entries, which no user has. Here it may, beside the same ridges blind and beside this project's solvers. This is the
 * only place where a solve sees a hidden entry.
 */
import { atMostSteps, complete, constant, createProblem, degreesOfFreedom, firstOf } from '../src/index.js';
import { linRfm, rowsOnly, solve, whenConverged } from '../src/index.js';
import type { Observations, Schedule, Truth } from '../src/index.js';
import type { LinRfmState } from '../src/solvers/lin-rfm.js';
import { drawProblem, hiddenError } from '../src/figures/recovery.js';
import { markdownTable } from './measure.js';

export interface OracleOptions {
  readonly size: number;
  readonly rank: number;
  readonly ratios: readonly number[];
  readonly maxSteps: number;
}

export const full: OracleOptions = { size: 100, rank: 5, ratios: [2, 3], maxSteps: 1200 };
export const tiny: OracleOptions = { size: 20, rank: 1, ratios: [4], maxSteps: 150 };

export interface OracleRow {
  readonly ratio: number;
  readonly method: string;
  readonly steps: number;
  readonly status: string;
  /** Mean squared, on the hidden entries, whose own mean square is 1. */
  readonly error: number;
}

type Outcome = Omit<OracleRow, 'ratio' | 'method'>;
type Run = (observations: Observations, truth: Truth, maxSteps: number) => Promise<Outcome>;

/** The published ridges, for entries of mean square 1 and a Gram matrix that is a sum over rows; here it is their mean. */
const [firstRidge, lastRidge] = [5e-2, 1e-3];
/** The ridge stands in for smoothing there; this much keeps the metric invertible. */
const epsilon = constant(1e-6);
/** The oracle switches, and then stops, where in so many steps the hidden error has not fallen by this share. */
const [oraclePatience, oracleGain] = [200, 0.1];
/** Relative change under which a blind solve switches. */
const settled = 1e-3;

const published = (ridge: Schedule, rows: number) =>
  linRfm({
    ...{ alpha: 0.5, epsilon, sides: rowsOnly, keepObserved: true },
    ridge: (progress, size) => ridge(progress, size) / rows,
  });

const byOracle: Run = async (observations, truth, maxSteps) => {
  const problem = createProblem(observations, 'float64');
  let [ridge, best, bestStep, step, mark, since] = [firstRidge, Infinity, 0, 0, Infinity, 0];
  const solver = published(() => ridge, truth.shape[0]);
  const inspect = async (state: LinRfmState) => {
    step += 1;
    const error = hiddenError(await solver.estimate(problem, state), observations, truth);
    if (error < best) [best, bestStep] = [error, step];
    if (error < (1 - oracleGain) * mark) [mark, since] = [error, step];
    if (step - since < oraclePatience) return undefined;
    if (ridge === lastRidge) return 'converged';
    [ridge, since] = [lastRidge, step];
    return undefined;
  };
  try {
    const { status } = await solve(solver, problem, { stop: atMostSteps(maxSteps), inspect });
    return { steps: bestStep, status: status === 'converged' ? 'by the oracle' : status, error: best };
  } finally {
    problem.dispose();
  }
};

const blind =
  (ridge: Schedule): Run =>
  async (observations, truth, maxSteps) => {
    const problem = createProblem(observations, 'float64');
    try {
      const stop = firstOf(whenConverged({ change: 1e-6, residual: Infinity }), atMostSteps(maxSteps));
      const { status, estimate, progress } = await solve(published(ridge, truth.shape[0]), problem, { stop });
      return { steps: progress.length, status, error: hiddenError(estimate, observations, truth) };
    } finally {
      problem.dispose();
    }
  };

const ours =
  (solver: string): Run =>
  async (observations, truth, maxSteps) => {
    const { completion, progress, status } = await complete(observations, {
      solver,
      noise: 0,
      offsets: 'none',
      maxSteps,
    });
    const error = hiddenError(completion.rows(0, truth.shape[0]), observations, truth);
    return { steps: progress.length, status, error };
  };

/** Adding a run is a line here. */
const runs: Readonly<Record<string, Run>> = {
  'ridge 5e-2, then 1e-3, oracle': byOracle,
  'ridge 5e-2, then 1e-3, blind': blind((progress) =>
    progress.some(({ change }) => change < settled) ? lastRidge : firstRidge,
  ),
  'ridge 5e-2, blind': blind(constant(firstRidge)),
  'ridge 1e-3, blind': blind(constant(lastRidge)),
  'lin-rfm, alternating, blind': ours('lin-rfm'),
  'two-sided, blind': ours('two-sided'),
};

export async function measureOracle({ size, rank, ratios, maxSteps }: OracleOptions): Promise<OracleRow[]> {
  const rows: OracleRow[] = [];
  for (const ratio of ratios) {
    const observed = Math.round(ratio * degreesOfFreedom([size, size], rank));
    const { observations, truth } = drawProblem(size, rank, observed, 1, true);
    for (const [method, run] of Object.entries(runs))
      rows.push({ ratio, method, ...(await run(observations, truth, maxSteps)) });
  }
  return rows;
}

export function oracleTable(rows: readonly OracleRow[]): string {
  const header = ['observations / dof', 'method', 'steps', 'ended', 'hidden error (mean squared)'];
  return markdownTable(
    header,
    rows.map(({ ratio, method, steps, status, error }) => [
      ...[`${ratio}`, method, `${steps}`, status, error.toExponential(1)],
    ]),
  );
}
