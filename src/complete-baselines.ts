/** Completion by the baselines that hold factors: the nuclear norm, and deep linear networks. */
import { factorCompletion } from './completion.js';
import type { Factors } from './completion.js';
import { stopRule } from './complete-dense.js';
import type { Completed, CompleteSettings } from './complete.js';
import type { Observations, Shape } from './data/observations.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import type { OffsetChoice } from './data/offsets.js';
import { offsetOf } from './factor-offsets.js';
import { selectRidge, selectSteps } from './baseline-selection.js';
import type { Selected } from './baseline-selection.js';
import { defaultMaxSteps, defaultTolerance } from './solvers/defaults.js';
import { deepLinear } from './solvers/deep-linear.js';
import { nuclearNorm } from './solvers/nuclear-norm.js';
import { solve } from './solvers/solve.js';
import type { Solver } from './solvers/solver.js';
import { atMostSteps, firstOf, whenConverged, whenGapCloses, withinSeconds } from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';
import { createSparseProblem, largestSingularValue } from './sparse-problem.js';
import type { SparseProblem } from './sparse-problem.js';

/** How a baseline is run on a problem, once what was to be found is known. */
interface Plan {
  readonly solver: Solver<unknown, SparseProblem, Factors>;
  readonly stop: StopRule;
  readonly ridge: number;
  /** Numerical rank of a fit. */
  readonly rank: (values: Float64Array) => number;
}

/**
 * λ is 0 for exact data, follows a noise level that is given, and else is the one of a falling sequence that predicts
 * held-out observations best.
 */
export async function completeByNuclearNorm(
  observations: Observations,
  settings: CompleteSettings,
): Promise<Completed> {
  const { noise, tolerance = defaultTolerance } = settings;
  const found = noise === undefined ? await selectRidge(observations, settings) : undefined;
  return completeBaseline(observations, settings, found, async (problem) => {
    const share = found?.choice ?? 0;
    const given = noise === undefined ? share * (await largestSingularValue(problem)) : undefined;
    const ridge = given ?? universalRidge(problem.shape, problem.observed) * ((noise ?? 0) / problem.scale);
    const residual = ridge > 0 ? Infinity : Math.sqrt(tolerance);
    const { timeLimit = Infinity, maxSteps = defaultMaxSteps } = remaining(settings, found);
    const stop = firstOf(
      ...[whenGapCloses({ gap: tolerance, residual }), whenConverged({ change: tolerance, residual })],
      // A convex problem does not stagnate, it is only slow where the observations are just too few.
      ...[withinSeconds(timeLimit), atMostSteps(maxSteps)],
    );
    return { solver: nuclearNorm({ ridge }), stop, ridge, rank: (values) => values.length };
  });
}

/** λ for noise of size 1: what the largest singular value of the noise on so many observed positions comes to. */
function universalRidge([rows, columns]: Shape, observed: number): number {
  return Math.sqrt(observed / (rows * columns)) * (Math.sqrt(rows) + Math.sqrt(columns));
}

/** A network leaves no singular value at zero: those below this share of the largest are the start's. */
const leastShare = 1e-2;

/**
 * A fit is as far as the one that was judged by its held-out observations once its residual is at most this many times as
 * large: more observations are met less closely. Steps alone do not tell, for a network that starts small leaves it, and
 * every rank after, at other steps for other observations.
 */
const alike = 1.05;

/** Trains until the observations are met: to the noise where it is given, else as long as held-out ones gain by it. */
export async function completeByNetwork(observations: Observations, settings: CompleteSettings): Promise<Completed> {
  const { noise, network, seed = 0 } = settings;
  const solver = deepLinear({ ...network, seed });
  const found = noise === undefined ? await selectSteps(observations, settings, solver) : undefined;
  return completeBaseline(observations, settings, found, ({ scale }) => {
    const level = found === undefined ? (noise ?? 0) / scale : alike * (found.residual ?? 0);
    const steps = found?.choice ?? 0;
    const early: StopRule = (progress) =>
      progress.length >= steps && (progress.at(-1)?.residual ?? Infinity) <= level ? 'converged' : undefined;
    const rank = (values: Float64Array): number =>
      values.filter((value) => value > leastShare * (values[0] ?? 0)).length;
    return Promise.resolve({ solver, stop: firstOf(early, stopRule(remaining(settings, found), 0)), ridge: 0, rank });
  });
}

/** The settings with the time that choosing has left. */
function remaining(settings: CompleteSettings, found: Selected | undefined): CompleteSettings {
  const { timeLimit } = settings;
  return timeLimit === undefined ? settings : { ...settings, timeLimit: timeLimit - (found?.seconds ?? 0) };
}

async function completeBaseline(
  observations: Observations,
  settings: CompleteSettings,
  found: Selected | undefined,
  plan: (problem: SparseProblem) => Promise<Plan>,
): Promise<Completed> {
  const { noise = 0, signal, onProgress, backend, solver: name } = settings;
  const began = performance.now();
  const asked = settings.offsets === undefined || settings.offsets === 'auto' ? undefined : settings.offsets;
  const choice: OffsetChoice = asked ?? found?.offsets ?? (noise > 0 ? 'both' : 'none');
  const offsets = fitOffsets(observations, choice);
  const problem = createSparseProblem(subtractOffsets(observations, offsets), backend.precisions.includes('float64'));
  try {
    const { solver, stop, ridge, rank } = await plan(problem);
    const run = await solve(solver, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const { values } = run.estimate;
    const implied = (ridge * problem.scale) / universalRidge(problem.shape, problem.observed);
    return {
      status: run.status,
      completion: factorCompletion(observations.shape, run.estimate, { offset: offsetOf(observations, offsets) }),
      progress: run.progress,
      solver: name,
      offsets: choice,
      rank: rank(values),
      singularValues: values,
      ridge,
      noise: noise > 0 ? noise : implied,
      ...(found !== undefined && { heldOutRmse: found.rmse }),
      residual: run.progress.at(-1)?.residual ?? NaN,
      seconds: (found?.seconds ?? 0) + (performance.now() - began) / 1000,
      warnings: [],
    };
  } finally {
    problem.dispose();
  }
}
