/** Sparse linear regression: features and targets in, weights out, and what a person wants to know of them. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../kernels/backends/index.js';
import type { Precision } from '../kernels/real.js';
import { checkOptions, choosePrecision } from './complete.js';
import { foldNoise } from './cross-validation.js';
import type { FoldedNoise } from './cross-validation.js';
import { checkFinite, filterRows, multiplyVector } from './data/dense-matrix.js';
import type { DenseMatrix } from './data/dense-matrix.js';
import { InputError } from './errors.js';
import { checkRegressionMemory } from './memory.js';
import type { RunOptions } from './run-options.js';
import { defaultMaxSteps, defaultTolerance } from './solvers/defaults.js';
import { regressionMethods } from './solvers/regression/defaults.js';
import { createRegressionProblem, squaredSum } from './solvers/regression/problem.js';
import { largest } from './solvers/regression/sparse-lin-rfm.js';
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

/** `alpha` counts for 'lin-rfm'; 'deep-diagonal' does not look for the noise level and stops at a tolerance of its own. */
export interface RegressOptions extends RunOptions {
  /** One of `regressionSolverNames`; 'lin-rfm' unless given. */
  readonly solver?: string;
  /** Layers of 'deep-diagonal', at least 2; 2 unless given. */
  readonly depth?: number;
}

/** What `regress` hands over. Everything is on the host: nothing to dispose. */
export interface RegressResult {
  readonly status: Status;
  /** One sentence: what to do about the status. */
  readonly advice: string;
  /** [features], in the units of the data: targets ≈ matrix · weights. */
  readonly weights: Float64Array;
  readonly progress: readonly Progress[];
  readonly solver: string;
  readonly backend: string;
  readonly device: string;
  /** Weights above `negligible` of the largest. */
  readonly nonzeros: number;
  /** Standard deviation of the noise, given or found; 0 for exact data. */
  readonly noise: number;
  /** Root mean square error on what was left out to find the noise level; absent where nothing was. */
  readonly heldOutRmse?: number;
  /** ‖A w − y‖ / ‖y‖. */
  readonly residual: number;
  /** Seconds of the solve, the search for the noise level included. */
  readonly seconds: number;
}

/** A weight below this share of the largest counts as zero. */
export const negligible = 1e-5;

/** Exact fits are met to this, relative to the targets. */
const exactResidual = 1e-6;
/** Where many fits are only compared, each may be a rough one. */
const foldSettings = { tolerance: 1e-4, maxSteps: 100 };
/** Gradient descent has no noise level to look for: it fits what it can, or stops at the level that is given. */
const networkName = 'deep-diagonal';
/** A round of the network is a hundred gradient steps: its weights keep creeping, and nobody waits for the last digit. */
const networkTolerance = 1e-4;

const unmetAdvice =
  'No weights meet the targets exactly: they are noisy; leave the noise level to be found, or give it.';

/** What `solver` may be. */
export const regressionSolverNames: readonly string[] = Object.keys(regressionMethods);

/**
 * Finds sparse weights w with A w ≈ y on the active backend.
 *
 * Unless the noise level is given, the data are taken for exact first. A fit with fewer weights than samples would not
 * meet noisy targets, and proves them exact; failing that, the noise level is found by cross-validation.
 * @param matrix A, [samples, features].
 * @param targets y, [samples].
 * @throws InputError for options out of range, targets of another length, or a problem too large for the backend.
 */
export async function regress(
  matrix: DenseMatrix,
  targets: ArrayLike<number>,
  options: RegressOptions = {},
): Promise<RegressResult> {
  checkOptions(options);
  const { solver = 'lin-rfm', depth = 2, seed = 0 } = options;
  if (!regressionSolverNames.includes(solver)) {
    throw new InputError('solver', `one of ${regressionSolverNames.join(', ')}`, solver);
  }
  if (!(Number.isInteger(depth) && depth >= 2))
    throw new InputError('depth', 'a whole number of at least 2', `${depth}`);
  const [samples] = matrix.shape;
  if (targets.length !== samples) {
    throw new InputError('targets', `${samples} values, one for each row of the matrix`, `${targets.length}`);
  }
  const backend = activeBackend();
  const precision = choosePrecision(options.precision ?? 'mixed', backend.precisions);
  checkRegressionMemory(matrix.shape, precision, backend);
  const exact = checkFinite(Float64Array.from(targets), 'targets');
  const began = performance.now();
  const fit = (rows: DenseMatrix, values: Float64Array, noise: number, extra: RegressOptions = {}) =>
    fitWeights(rows, values, { ...options, ...timeLeft(options.timeLimit, began), ...extra, solver, noise }, precision);
  let found: FoldedNoise | undefined;
  let run = await fit(matrix, exact, options.noise ?? 0);
  const searches = options.noise === undefined && solver !== networkName;
  if (searches && run.status !== 'interrupted' && !provesExact(run, matrix, exact)) {
    found = await foldNoise(exact, seed, async (keep, level) => {
      const kept = exact.filter((_, k) => keep(k));
      return multiplyVector(matrix, (await fit(filterRows(matrix, keep), kept, level, foldSettings)).estimate);
    });
    run = await fit(matrix, exact, found.noise);
  }
  const { status, estimate: weights, progress } = run;
  return {
    ...{ status, weights, progress, solver, noise: found?.noise ?? options.noise ?? 0 },
    advice: status === 'no-exact-fit' ? unmetAdvice : statusAdvice[status],
    ...{ backend: tf.getBackend(), device: backend.describe().device },
    nonzeros: countNonzeros(weights),
    ...(found !== undefined && { heldOutRmse: found.heldOutRmse }),
    residual: progress.at(-1)?.residual ?? NaN,
    seconds: (performance.now() - began) / 1000,
  };
}

type FitOptions = RegressOptions & { readonly solver: string; readonly noise: number };

async function fitWeights(
  matrix: DenseMatrix,
  targets: Float64Array,
  options: FitOptions,
  precision: Precision,
): Promise<SolveResult> {
  const { solver, alpha = 0.5, depth = 2, signal, onProgress, timeLimit, maxSteps = defaultMaxSteps } = options;
  const tolerance = options.tolerance ?? (solver === networkName ? networkTolerance : defaultTolerance);
  const problem = createRegressionProblem(matrix, targets, precision);
  try {
    const noise = options.noise / problem.targetScale;
    const method = regressionMethods[solver]?.({ alpha, depth, precision, noise }, problem);
    if (method === undefined) throw new InputError('solver', `one of ${regressionSolverNames.join(', ')}`, solver);
    // What no weights can meet is no reason to go on.
    const least = Math.sqrt(problem.unreachable / (problem.squaredNorm || 1));
    const residual = noise > 0 ? Infinity : Math.sqrt(tolerance) + least;
    const stop = firstOf(
      ...(method.stop === undefined ? [] : [method.stop]),
      whenConverged({ change: tolerance, residual }),
      ...(timeLimit === undefined ? [] : [withinSeconds(timeLimit)]),
      ...(solver === 'lin-rfm' ? [whenStagnated()] : []),
      atMostSteps(maxSteps),
    );
    const run = await method.run((chosen) =>
      solve(chosen, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) }),
    );
    const isUnmet = noise === 0 && run.status === 'converged' && least > exactResidual;
    return isUnmet ? { ...run, status: 'no-exact-fit' } : run;
  } finally {
    problem.dispose();
  }
}

/** What is left of a limit that holds for all fits together. */
function timeLeft(limit: number | undefined, began: number): { timeLimit?: number } {
  return limit === undefined ? {} : { timeLimit: Math.max(1e-3, limit - (performance.now() - began) / 1000) };
}

/**
 * Fewer weights than samples meet noisy targets with probability zero: what the negligible ones add must not matter, or
 * the others must be few (with α below 1/2 the negligible vanish slowly).
 */
function provesExact({ estimate, progress }: SolveResult, matrix: DenseMatrix, targets: Float64Array): boolean {
  const [samples] = matrix.shape;
  const nonzeros = countNonzeros(estimate);
  if (!((progress.at(-1)?.residual ?? Infinity) <= exactResidual) || nonzeros >= samples) return false;
  if (nonzeros <= samples / 2) return true;
  const threshold = negligible * largest(estimate);
  const fitted = multiplyVector(
    matrix,
    estimate.map((weight) => (Math.abs(weight) > threshold ? weight : 0)),
  );
  const misfit = squaredSum(targets.map((target, k) => target - (fitted[k] as number)));
  return Math.sqrt(misfit) <= exactResidual * Math.sqrt(squaredSum(targets));
}

function countNonzeros(weights: Float64Array): number {
  const threshold = negligible * largest(weights);
  return weights.filter((weight) => Math.abs(weight) > threshold).length;
}
