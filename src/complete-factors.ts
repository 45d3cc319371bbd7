/** Completion by the solvers that hold factors: memory grows with the observations and the sides, never with the matrix. */
import { completeByNetwork, completeByNuclearNorm } from './complete-baselines.js';
import { completeLowRank } from './complete-low-rank.js';
import { factorCompletion } from './completion.js';
import type { Factors } from './completion.js';
import type { Completed, CompleteSettings } from './complete.js';
import type { Observations } from './data/observations.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import { allZero, offsetOf } from './factor-offsets.js';
import { scaleColumns } from './linalg/tall.js';
import { thinSvd } from './linalg/thin-svd.js';
import { checkFactorMemory } from './memory.js';
import { selectPosterior } from './selection.js';
import { defaultMaxSteps, defaultTolerance } from './solvers/defaults.js';
import { varianceOf } from './solvers/posterior/estimate.js';
import type { PosteriorEstimate } from './solvers/posterior/estimate.js';
import { solve } from './solvers/solve.js';
import type { Progress } from './solvers/solver.js';
import { atMostSteps, firstOf, withinSeconds } from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';
import { twoSidedLinRfm } from './solvers/two-sided-lin-rfm.js';
import { createSparseProblem } from './sparse-problem.js';
import { emptyWarnings } from './warnings.js';

/** 'automatic' is exact data first, and the posterior where no low rank fits. */
type FactorSolver = (observations: Observations, settings: CompleteSettings) => Promise<Completed>;

const solvers: Readonly<Record<string, FactorSolver>> = {
  automatic: async (observations, settings) => {
    const exact = await completeExactly(observations, settings);
    // A limit that the user set ends the solve; the search's own only means that nothing was found.
    const ends = ['converged', 'interrupted', 'time-limit', ...(settings.maxSteps === undefined ? [] : ['max-steps'])];
    return ends.includes(exact.status) ? exact : completeNoisy(observations, settings, exact.seconds);
  },
  'two-sided': completeExactly,
  posterior: completeNoisy,
  'low-rank': completeLowRank,
  'nuclear-norm': completeByNuclearNorm,
  'deep-linear': completeByNetwork,
};

/** Those that a user may name. */
export const factorSolverNames: readonly string[] = [
  ...['two-sided', 'posterior', 'low-rank'],
  ...['nuclear-norm', 'deep-linear'],
];

export async function completeFactors(observations: Observations, settings: CompleteSettings): Promise<Completed> {
  const run = solvers[settings.solver];
  if (run === undefined) throw new RangeError(`completeFactors: expected a solver of factors, got ${settings.solver}`);
  checkFactorMemory(observations, settings.rank, settings.backend);
  const done = await run(observations, settings);
  return { ...done, warnings: [...done.warnings, ...emptyWarnings(observations)] };
}

/** Residual at which a fit is exact, for a tolerance on the change of a step: errors shrink tenfold a step at the end. */
const residualShare = 1e-4;
/** What float32 leaves. */
const roughTarget = 1e-5;

async function completeExactly(observations: Observations, settings: CompleteSettings): Promise<Completed> {
  const { backend, tolerance = defaultTolerance, rank, precision, signal, onProgress } = settings;
  const choice = settings.offsets === undefined || settings.offsets === 'auto' ? 'none' : settings.offsets;
  const offsets = fitOffsets(observations, choice);
  const began = performance.now();
  const rest = subtractOffsets(observations, offsets);
  const offset = offsetOf(observations, offsets);
  if (rest.value.every((value) => value === 0)) return allZero(observations, 'two-sided', choice, offset);
  const problem = createSparseProblem(rest, backend.precisions.includes('float64'));
  try {
    const target =
      precision === 'float32' ? Math.max(roughTarget, residualShare * tolerance) : residualShare * tolerance;
    const solver = twoSidedLinRfm({ target, ...(rank !== undefined && { rank }) });
    const stop = limitOf(settings);
    const run = await solve(solver, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const { values } = run.estimate;
    return {
      status: run.status,
      completion: factorCompletion(observations.shape, run.estimate, {
        offset,
        ...(run.status === 'converged' && { observed: observations }),
      }),
      progress: run.progress,
      solver: 'two-sided',
      offsets: choice,
      rank: values.length,
      singularValues: values,
      ridge: 0,
      residual: run.progress.at(-1)?.residual ?? NaN,
      seconds: (performance.now() - began) / 1000,
      warnings: [],
    };
  } finally {
    problem.dispose();
  }
}

async function completeNoisy(observations: Observations, settings: CompleteSettings, spent = 0): Promise<Completed> {
  const { backend, rank, noise, seed = 0, signal, onProgress, arithmetic: precision, timeLimit } = settings;
  const began = performance.now();
  // Several solves share the limit: each sees what those before it have left.
  const limit: StopRule = (progress) => {
    const elapsed = spent + (performance.now() - began) / 1000;
    if (timeLimit !== undefined && elapsed >= timeLimit) return 'time-limit';
    return atMostSteps(settings.maxSteps ?? defaultMaxSteps)(progress);
  };
  const selection = await selectPosterior(observations, {
    ...{ precision, seed, limit, hasFloat64: backend.precisions.includes('float64') },
    offsets: settings.offsets ?? 'auto',
    ...(rank !== undefined && { rank }),
    ...(noise !== undefined && noise > 0 && { noise }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const { run, offsets, calibration } = selection;
  const { estimate } = run;
  const factors = factorsOf(estimate);
  const variance = (row: number, column: number): number =>
    calibration ** 2 * (varianceOf(estimate, row, column) + estimate.noise);
  const values = thinSvd(factors.left, factors.right).values;
  const last: Progress | undefined = run.progress.at(-1);
  return {
    status: run.status,
    completion: factorCompletion(
      observations.shape,
      { ...factors, values },
      { offset: offsetOf(observations, offsets), variance },
    ),
    progress: run.progress,
    solver: selection.solver,
    offsets: selection.offsetChoice,
    rank: rankAbove(values, estimate.noise, observations),
    singularValues: values,
    ridge: estimate.noise,
    noise: Math.sqrt(estimate.noise),
    heldOutRmse: selection.heldOutRmse,
    coverage: selection.coverage,
    residual: last?.residual ?? NaN,
    seconds: spent + (performance.now() - began) / 1000,
    warnings: [],
  };
}

function factorsOf({ left, right, scale }: PosteriorEstimate): Factors {
  const factors = new Float64Array(left.means.width).fill(scale);
  return { left: scaleColumns(left.means, factors), right: right.means, values: new Float64Array(0) };
}

/** A singular value this share of what noise alone has at this sampling is one that the posterior has shrunk to nothing. */
const shrunkToNothing = 0.05;

function rankAbove(values: Float64Array, noise: number, { shape, value }: Observations): number {
  const share = value.length / (shape[0] * shape[1]);
  const ofNoise = Math.sqrt(noise / share) * (Math.sqrt(shape[0]) + Math.sqrt(shape[1]));
  return values.filter((singular) => singular > shrunkToNothing * ofNoise).length;
}

function limitOf({ maxSteps = defaultMaxSteps, timeLimit }: CompleteSettings): StopRule {
  return firstOf(...(timeLimit === undefined ? [] : [withinSeconds(timeLimit)]), atMostSteps(maxSteps));
}
