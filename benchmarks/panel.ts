/**
 * A sensor panel: `complete` with nothing told against every other solver of the project stopped by an oracle, which lives
 * only here: it sees the hidden readings after every step, and keeps the step and the setting that are best on them.
 */
import {
  atMostSteps,
  complete,
  constant,
  createProblem,
  createSparseProblem,
  columnsOnly,
  fitOffsets,
  linRfm,
  meanOf,
  posteriorFactors,
  posteriorMetric,
  rowsOnly,
  solve,
  subtractOffsets,
  twoSidedLinRfm,
  varianceOf,
} from '../src/index.js';
import type { Factors, Observations, PosteriorEstimate, Solver, SparseProblem, Split } from '../src/index.js';
import { defaultRidge, noisyEpsilon } from '../src/solvers/defaults.js';
import { markdownTable } from './measure.js';
import { makeSensorPanel } from './sensor-panel.js';

export interface PanelOptions {
  readonly shapes: readonly (readonly [sensors: number, times: number])[];
  readonly seed: number;
  /** Steps within which the oracle may stop. */
  readonly steps: number;
  /** Ranks imposed on the two-sided solver. */
  readonly ranks: readonly number[];
  /** Standard deviations of the noise, in units of the readings' own, that lin-RFM's ridge is made from. */
  readonly noises: readonly number[];
}

export const full: PanelOptions = {
  shapes: [
    [100, 600],
    [70, 4000],
  ],
  ...{ seed: 1, steps: 30, ranks: [4, 8, 12, 16, 20], noises: [0.05, 0.1, 0.2, 0.35] },
};
export const tiny: PanelOptions = { shapes: [[12, 120]], seed: 1, steps: 4, ranks: [2], noises: [0.35] };

export interface PanelRun {
  readonly shape: string;
  readonly solver: string;
  /** On the hidden readings, their noise included. */
  readonly rmse: number;
  /** Share of them within the nominal 90 % intervals; absent for solvers that have none. */
  readonly coverage?: number;
  /** What the oracle chose. */
  readonly choice: string;
  readonly seconds: number;
}

/** The best step of one run, or of several. */
type Best = Omit<PanelRun, 'shape' | 'solver' | 'seconds'>;

/** A solver with one setting, looked at after every step of at most so many. */
type Attempt = (panel: Panel, steps: number) => Promise<Best>;

/** What all oracles share: readings less their offsets, as `complete` takes them off. */
interface Panel {
  readonly rest: Observations;
  /** The hidden readings less the same offsets. */
  readonly hidden: Observations;
}

/** What an estimate says of an entry. */
interface Says {
  readonly mean: (row: number, column: number) => number;
  /** Of a new reading. */
  readonly variance?: (row: number, column: number) => number;
}

/** An oracle gives a run up that has not got better for so many steps. */
const patience = 8;
const ninety = 1.6449;

export async function measurePanel(options: PanelOptions): Promise<PanelRun[]> {
  const runs: PanelRun[] = [];
  for (const [sensors, times] of options.shapes) {
    const split = makeSensorPanel({ sensors, times, seed: options.seed });
    const shape = `${sensors} x ${times}`;
    runs.push({ shape, solver: 'complete', ...(await measureComplete(split)) });
    const panel = panelOf(split);
    for (const [solver, attempts] of Object.entries(rivals(options))) {
      const began = performance.now();
      let best: Best = { rmse: Infinity, choice: 'none' };
      for (const attempt of attempts) {
        const found = await attempt(panel, options.steps);
        if (found.rmse < best.rmse) best = found;
      }
      runs.push({ shape, solver, ...best, seconds: (performance.now() - began) / 1000 });
    }
  }
  return runs;
}

async function measureComplete({ kept, heldOut }: Split): Promise<Omit<PanelRun, 'shape' | 'solver'>> {
  const { completion, solver, offsets, seconds } = await complete(kept);
  const mean = completion.predict(heldOut.row, heldOut.column);
  const error = completion.standardError?.(heldOut.row, heldOut.column);
  return { ...scoresOf(heldOut, mean, error), choice: `${solver}, offsets ${offsets}`, seconds };
}

function panelOf({ kept, heldOut }: Split): Panel {
  const offsets = fitOffsets(kept, 'both');
  return { rest: subtractOffsets(kept, offsets), hidden: subtractOffsets(heldOut, offsets) };
}

function rivals({ ranks, noises }: PanelOptions): Readonly<Record<string, readonly Attempt[]>> {
  const alphas = (alpha: number): Attempt[] => noises.map((noise) => ofWholeMatrix(alpha, noise));
  return {
    'two-sided, truncated': ranks.map(ofFactors),
    'lin-rfm, alpha 1/4': alphas(0.25),
    'lin-rfm, alpha 1/2': alphas(0.5),
    'posterior factors': [1, 0.1].map((startShare) =>
      ofPosterior(posteriorFactors({ rank: 20, startShare, precision: 'float64' }), `start ${startShare}`),
    ),
    'posterior metric': [ofPosterior(posteriorMetric('float64'), 'from pairs')],
  };
}

function ofFactors(rank: number): Attempt {
  const says = ({ left, right }: Factors): Says => ({
    mean: (i, j) => {
      let sum = 0;
      for (let k = 0; k < left.width; k += 1)
        sum += (left.values[i * left.width + k] ?? NaN) * (right.values[j * right.width + k] ?? NaN);
      return sum;
    },
  });
  return (panel, steps) => onSparse(twoSidedLinRfm({ rank }), panel, steps, says, `rank ${rank}`);
}

/** Dense, with the metric of the short side. */
function ofWholeMatrix(alpha: number, noise: number): Attempt {
  return ({ rest, hidden }, steps) => {
    const [rows, columns] = rest.shape;
    const sides = rows < columns ? columnsOnly : rowsOnly;
    const ridge = constant(defaultRidge(noise, alpha));
    const epsilon = noisyEpsilon(alpha, 'float64');
    const solver = linRfm({ alpha, epsilon, ridge, sides, keepObserved: false });
    const says = (values: Float64Array): Says => ({ mean: (i, j) => values[i * columns + j] ?? NaN });
    return bestStep(solver, createProblem(rest, 'float64'), { hidden, steps, says, choice: `noise ${noise}` });
  };
}

function ofPosterior<State>(solver: Solver<State, SparseProblem, PosteriorEstimate>, choice: string): Attempt {
  const says = (estimate: PosteriorEstimate): Says => ({
    mean: (i, j) => meanOf(estimate, i, j),
    variance: (i, j) => varianceOf(estimate, i, j) + estimate.noise,
  });
  return (panel, steps) => onSparse(solver, panel, steps, says, choice);
}

function onSparse<State, Estimate>(
  solver: Solver<State, SparseProblem, Estimate>,
  { rest, hidden }: Panel,
  steps: number,
  says: (estimate: Estimate) => Says,
  choice: string,
): Promise<Best> {
  return bestStep(solver, createSparseProblem(rest, true), { hidden, steps, says, choice });
}

/** Runs the solver, keeps its best step, and frees the problem. */
async function bestStep<State, P extends { dispose(): void }, Estimate>(
  solver: Solver<State, P, Estimate>,
  problem: P,
  oracle: {
    readonly hidden: Observations;
    readonly steps: number;
    readonly says: (estimate: Estimate) => Says;
    readonly choice: string;
  },
): Promise<Best> {
  const { hidden, choice } = oracle;
  let best: Best = { rmse: Infinity, choice };
  let [step, bestAt] = [0, 0];
  const inspect = async (state: State) => {
    step += 1;
    const { mean, variance } = oracle.says(await solver.estimate(problem, state));
    const at = (of: Says['mean']): Float64Array =>
      hidden.value.map((_, k) => of(hidden.row[k] ?? 0, hidden.column[k] ?? 0));
    const found = scoresOf(hidden, at(mean), variance && at(variance).map(Math.sqrt));
    if (found.rmse < best.rmse) {
      best = { ...found, choice: `${choice}, step ${step}` };
      bestAt = step;
    }
    return step - bestAt >= patience ? ('converged' as const) : undefined;
  };
  try {
    await solve(solver, problem, { stop: atMostSteps(oracle.steps), inspect });
    return best;
  } finally {
    problem.dispose();
  }
}

function scoresOf(
  { value }: Observations,
  mean: Float64Array,
  error?: Float64Array,
): Pick<PanelRun, 'rmse' | 'coverage'> {
  const gaps = value.map((target, k) => Math.abs(target - (mean[k] ?? NaN)));
  const rmse = Math.sqrt(gaps.reduce((sum, gap) => sum + gap ** 2, 0) / gaps.length);
  if (error === undefined) return { rmse };
  return { rmse, coverage: gaps.filter((gap, k) => gap <= ninety * (error[k] ?? NaN)).length / gaps.length };
}

export function panelTable(runs: readonly PanelRun[]): string {
  const cells = runs.map(({ shape, solver, rmse, coverage, choice, seconds }) => [
    ...[shape, solver, rmse.toFixed(4), coverage?.toFixed(3) ?? '-', choice, seconds.toFixed(1)],
  ]);
  return markdownTable(['panel', 'solver', 'RMSE', 'coverage', 'choice', 'seconds'], cells);
}
