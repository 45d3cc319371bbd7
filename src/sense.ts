/** Matrix sensing: linear measurements in, a low-rank matrix out, and what a person wants to know of it. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../kernels/backends/index.js';
import type { Precision } from '../kernels/real.js';
import { checkOptions, choosePrecision } from './complete.js';
import { denseCompletion } from './completion.js';
import type { Completion } from './completion.js';
import { foldNoise } from './cross-validation.js';
import type { FoldedNoise } from './cross-validation.js';
import { applyMeasurements, filterMeasurements } from './data/measurements.js';
import type { Measurements } from './data/measurements.js';
import { degreesOfFreedom } from './data/synthetic.js';
import { InputError } from './errors.js';
import type { RunOptions } from './run-options.js';
import { singularValues } from './linalg/singular-values.js';
import { checkSensingMemory } from './memory.js';
import { defaultEpsilon, defaultMaxSteps, defaultRidge, defaultTolerance, noisyEpsilon } from './solvers/defaults.js';
import { alternating } from './solvers/lin-rfm.js';
import { createSensingProblem } from './solvers/sensing/problem.js';
import { sensingLinRfm } from './solvers/sensing/sensing-lin-rfm.js';
import { solve } from './solvers/solve.js';
import type { SolveResult } from './solvers/solve.js';
import type { Progress, Status } from './solvers/solver.js';
import {
  atMostSteps,
  firstOf,
  statusAdvice,
  whenConverged,
  whenStagnated,
  withinSeconds,
} from './solvers/stop-rules.js';

export type SenseOptions = RunOptions;

/** What `sense` hands over. Everything is on the host: nothing to dispose. */
export interface SenseResult {
  readonly status: Status;
  /** One sentence: what to do about the status. */
  readonly advice: string;
  readonly completion: Completion;
  readonly progress: readonly Progress[];
  readonly solver: string;
  readonly backend: string;
  readonly device: string;
  /** Singular values above a ten-thousandth of the largest. */
  readonly rank: number;
  /** Descending; empty where too many to compute. */
  readonly singularValues: Float64Array;
  /** Standard deviation of the noise, given or found; 0 for exact data. */
  readonly noise: number;
  /** Root mean square error on what was left out to find the noise level; absent where nothing was. */
  readonly heldOutRmse?: number;
  /** ‖⟨A_k, X⟩ − y‖ / ‖y‖. */
  readonly residual: number;
  /** Seconds of the solve, the search for the noise level included. */
  readonly seconds: number;
}

/** Exact fits are met to this, relative to the targets. */
const exactResidual = 1e-6;
/** A singular value below this share of the largest counts as zero. */
const negligible = 1e-4;
/** Where many fits are only compared, each may be a rough one. */
const foldSettings = { tolerance: 1e-4, maxSteps: 60 };

/**
 * Recovers a low-rank matrix X from ⟨A_k, X⟩ = y_k on the active backend, rows and columns reweighted in turn.
 *
 * Unless the noise level is given, the data are taken for exact first. A rank with fewer degrees of freedom than there are
 * measurements would not meet noisy targets, and proves them exact; failing that, it is found by cross-validation.
 * @throws InputError for options out of range, more exact measurements than entries, or a problem too large for the
 *   memory of the backend.
 */
export async function sense(measurements: Measurements, options: SenseOptions = {}): Promise<SenseResult> {
  checkOptions(options);
  const { shape, targets } = measurements;
  const backend = activeBackend();
  const precision = choosePrecision(options.precision ?? 'mixed', backend.precisions);
  checkSensingMemory(measurements, precision, backend);
  // So many exact measurements depend on one another, and their Gram matrix has no inverse.
  const tooMany = targets.length > shape[0] * shape[1];
  if (options.noise === 0 && tooMany) {
    const expected = `at most ${shape[0] * shape[1]} measurements of exact data`;
    throw new InputError(
      'measurements',
      expected,
      `${targets.length}`,
      'give the noise level, or leave it to be found',
    );
  }
  const began = performance.now();
  const fit = (part: Measurements, noise: number, extra: SenseOptions = {}) =>
    fitMatrix(part, { ...options, ...timeLeft(options.timeLimit, began), ...extra, noise }, precision);
  let found: FoldedNoise | undefined;
  let run = tooMany ? undefined : await fit(measurements, options.noise ?? 0);
  const searches = options.noise === undefined && run?.status !== 'interrupted';
  if (run === undefined || (searches && !provesExact(run, measurements))) {
    found = await foldNoise(targets, options.seed ?? 0, async (keep, level) => {
      const { estimate } = await fit(filterMeasurements(measurements, keep), level, foldSettings);
      return applyMeasurements(measurements, estimate);
    });
    run = await fit(measurements, options.noise ?? found.noise);
  }
  const { status, estimate, progress } = run;
  const values = singularValues(estimate, shape);
  return {
    ...{ status, advice: statusAdvice[status], completion: denseCompletion(shape, estimate), progress },
    ...{ solver: 'lin-rfm', backend: tf.getBackend(), device: backend.describe().device },
    ...{ rank: rankOf(values), singularValues: values, noise: options.noise ?? found?.noise ?? 0 },
    ...(found !== undefined && { heldOutRmse: found.heldOutRmse }),
    residual: progress.at(-1)?.residual ?? NaN,
    seconds: (performance.now() - began) / 1000,
  };
}

async function fitMatrix(
  measurements: Measurements,
  options: SenseOptions & { readonly noise: number },
  precision: Precision,
): Promise<SolveResult> {
  const { alpha = 0.5, signal, onProgress, timeLimit } = options;
  const { maxSteps = defaultMaxSteps, tolerance = defaultTolerance } = options;
  const problem = createSensingProblem(measurements, precision);
  try {
    const ridge = defaultRidge(options.noise / problem.targetScale, alpha);
    const epsilon = ridge > 0 ? noisyEpsilon(alpha, precision) : defaultEpsilon(alpha, precision, 'both');
    const solver = sensingLinRfm({ alpha, epsilon, ridge, sides: alternating });
    const residual = ridge > 0 ? Infinity : Math.sqrt(tolerance);
    const limits = timeLimit === undefined ? [] : [withinSeconds(timeLimit)];
    const ends = [whenConverged({ change: tolerance, residual }), ...limits, whenStagnated(), atMostSteps(maxSteps)];
    const stop = firstOf(...ends);
    return await solve(solver, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) });
  } finally {
    problem.dispose();
  }
}

function timeLeft(limit: number | undefined, began: number): { timeLimit?: number } {
  return limit === undefined ? {} : { timeLimit: Math.max(1e-3, limit - (performance.now() - began) / 1000) };
}

function provesExact({ estimate, progress }: SolveResult, { shape, targets }: Measurements): boolean {
  const rank = rankOf(singularValues(estimate, shape));
  const isMet = (progress.at(-1)?.residual ?? Infinity) <= exactResidual;
  return isMet && degreesOfFreedom(shape, rank) < targets.length;
}

function rankOf(values: Float64Array): number {
  return values.filter((value) => value > negligible * (values[0] ?? 0)).length;
}
