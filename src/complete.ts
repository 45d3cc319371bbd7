/** From observations to a completed matrix: offsets, problem, solve, and what a person wants to know of the result. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../kernels/backends/index.js';
import type { Backend } from '../kernels/backends/index.js';
import type { Precision } from '../kernels/real.js';
import type { Completion } from './completion.js';
import { completeFactors, factorSolverNames } from './complete-factors.js';
import { completeDense, denseSolverNames } from './complete-dense.js';
import type { Observations } from './data/observations.js';
import type { OffsetChoice } from './data/offsets.js';
import { InputError } from './errors.js';
import { exactSolverBytes, factorMemory, fittingSides, tightest } from './memory.js';
import type { MemoryEstimate } from './memory.js';
import type { RunOptions } from './run-options.js';
import type { DeepLinearOptions } from './solvers/deep-linear.js';
import type { Progress, Status } from './solvers/solver.js';
import { statusAdvice } from './solvers/stop-rules.js';

export { defaultMaxSteps, defaultTolerance } from './solvers/defaults.js';

export interface CompleteOptions extends RunOptions {
  /** One of `solverNames`; 'auto' unless given. */
  readonly solver?: string;
  /** Largest rank, or with 'two-sided' the rank; found unless given. */
  readonly rank?: number;
  /** Of the network, with solver 'deep-linear' only. */
  readonly network?: Omit<DeepLinearOptions, 'seed' | 'iterations'>;
  /** 'auto' (unless given): 'none' for exact data; for noisy data what held-out observations prefer. */
  readonly offsets?: OffsetChoice | 'auto';
}

/** What `complete` hands over. Everything is on the host: nothing to dispose. */
export interface CompleteResult {
  readonly status: Status;
  /** One sentence: what to do about the status. */
  readonly advice: string;
  readonly completion: Completion;
  readonly progress: readonly Progress[];
  /** Solver that ran ('auto' resolved). */
  readonly solver: string;
  /** Backend that ran, and the device under it in words. */
  readonly backend: string;
  readonly device: string;
  /** Offsets that were taken off before the solve ('auto' resolved). */
  readonly offsets: OffsetChoice;
  /** Numerical rank of the fit without its offsets: singular values that stand above the smoothing. */
  readonly rank: number;
  /** Singular values of the fit without its offsets, descending; empty where too large to compute. */
  readonly singularValues: Float64Array;
  /** Ridge used, in the units of the metric; for the posterior solvers the noise variance they learnt. */
  readonly ridge: number;
  /** Standard deviation of the noise that was found, in the observations' units; absent where none was looked for. */
  readonly noise?: number;
  /** Root mean square error on the observations held out to choose the model; absent where none were. */
  readonly heldOutRmse?: number;
  /** Share of them within 1.645 standard errors before these were calibrated on them: 0.9 would be perfect. */
  readonly coverage?: number;
  /** Relative residual on the observed entries at the end. */
  readonly residual: number;
  /** Seconds of the solve. */
  readonly seconds: number;
  /** For a person to read: rows and columns without observations. */
  readonly warnings: readonly string[];
}

/** What a way to complete hands over; `complete` adds the backend. */
export type Completed = Omit<CompleteResult, 'advice' | 'backend' | 'device'>;

/** Options with their defaults in, and what the backend can do. */
export interface CompleteSettings extends CompleteOptions {
  /** Resolved, never 'auto'. */
  readonly solver: string;
  readonly alpha: number;
  readonly backend: Backend;
  readonly arithmetic: Precision;
}

/** Longest side up to which the solver of full matrices is quick enough to fall back on. */
const largestDenseSide = 1500;

/** What `solver` may be. */
export const solverNames: readonly string[] = ['auto', ...factorSolverNames, ...denseSolverNames];

/**
 * What `complete` will need at its peak, and what there is, on the active backend: an estimate, where the rank is to be found
 * for rank 20. The result itself, if it is asked for whole, is written block by block and not counted.
 * @throws InputError for options out of range, or a problem too large for the memory of the backend.
 */
export function estimateMemory(observations: Observations, options: CompleteOptions = {}): MemoryEstimate {
  checkOptions(options);
  const backend = activeBackend();
  const { shape } = observations;
  const name = resolveSolver(observations, options, backend);
  if (!denseSolverNames.includes(name)) return tightest(factorMemory(observations, options.rank, backend));
  const precision = choosePrecision(options.precision ?? 'mixed', backend.precisions);
  const side = fittingSides(shape, precision, backend) === 'both' ? Math.max(...shape) : Math.min(...shape);
  const needed = exactSolverBytes(shape, side, precision);
  return { needed, available: backend.memoryBytes(), place: `backend ${backend.name}` };
}

/**
 * Recovers a matrix from some of its entries on the active backend.
 *
 * 'auto' takes the data for exact first: two-sided lin-RFM, which finds the rank and knows whether it has met the
 * observations. Where no low rank does, or a noise level is given, the posterior solvers take over.
 * @throws InputError for options out of range, or a problem too large for the memory of the backend.
 */
export async function complete(observations: Observations, options: CompleteOptions = {}): Promise<CompleteResult> {
  checkOptions(options);
  const backend = activeBackend();
  const name = resolveSolver(observations, options, backend);
  const dense = denseSolverNames.includes(name);
  const arithmetic = choosePrecision(options.precision ?? 'mixed', backend.precisions);
  const rounds = arithmetic === 'float32' && options.precision !== 'float32' && dense;
  const settings = { ...options, alpha: options.alpha ?? 0.5, solver: name, backend, arithmetic };
  const done = dense ? await completeDense(observations, settings) : await completeFactors(observations, settings);
  // Data said to be exact are met exactly, by the solver of full matrices where no low rank does.
  const isUnmet = done.status === 'no-exact-fit' && options.noise === 0 && options.rank === undefined;
  const isAutomatic = (options.solver ?? 'auto') === 'auto';
  if (isUnmet && isAutomatic && Math.max(...observations.shape) <= largestDenseSide) {
    return complete(observations, { ...options, solver: 'lin-rfm' });
  }
  const warnings = [...(rounds ? [float32Warning()] : []), ...done.warnings];
  const { device } = backend.describe();
  return { ...done, warnings, advice: statusAdvice[done.status], backend: tf.getBackend(), device };
}

/** The solver that is asked for, or the automatic choice. */
function resolveSolver(observations: Observations, options: CompleteOptions, backend: Backend): string {
  const asked = options.solver ?? 'auto';
  if (!solverNames.includes(asked)) throw new InputError('solver', `one of ${solverNames.join(', ')}`, asked);
  return asked === 'auto' ? automaticSolver(observations, options, backend) : asked;
}

/**
 * A power of the reweighting other than one half is the dense solver's where both its metrics have room, else the low-rank
 * solver's; the others are for one half.
 */
function automaticSolver(
  { shape }: Observations,
  { alpha = 0.5, noise, precision = 'mixed' }: CompleteOptions,
  backend: Backend,
): string {
  if (alpha !== 0.5) {
    const needed = exactSolverBytes(shape, Math.max(...shape), precision === 'float32' ? 'float32' : 'float64');
    return needed <= backend.memoryBytes() ? 'lin-rfm' : 'low-rank';
  }
  if (noise === undefined) return 'automatic';
  return noise > 0 ? 'posterior' : 'two-sided';
}

/** @throws InputError for an option out of range. */
export function checkOptions(options: CompleteOptions): void {
  const { alpha = 0.5, noise = 0, rank, maxSteps, tolerance, timeLimit } = options;
  if (options.network !== undefined && options.solver !== 'deep-linear') {
    throw new InputError('network', 'solver deep-linear with it', options.solver ?? 'auto', 'leave it away');
  }
  if (rank !== undefined && !(Number.isInteger(rank) && rank > 0)) {
    throw new InputError('rank', 'a whole number of at least 1', `${rank}`);
  }
  if (!(alpha > 0 && alpha <= 1)) throw new InputError('alpha', 'a number in (0, 1]', `${alpha}`);
  if (!(noise >= 0 && Number.isFinite(noise)))
    throw new InputError('noise', 'a standard deviation of at least 0', `${noise}`);
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps > 0)) {
    throw new InputError('maxSteps', 'a whole number of at least 1', `${maxSteps}`);
  }
  if (tolerance !== undefined && !(tolerance > 0))
    throw new InputError('tolerance', 'a positive number', `${tolerance}`);
  if (timeLimit !== undefined && !(timeLimit > 0))
    throw new InputError('timeLimit', 'a positive number of seconds', `${timeLimit}`);
}

/** Mixed means float64 answers: the solvers of factors give them on every backend, those of full matrices only in float64. */
export function choosePrecision(asked: 'mixed' | 'float32', available: readonly Precision[]): Precision {
  return asked === 'mixed' && available.includes('float64') ? 'float64' : 'float32';
}

function float32Warning(): string {
  return `backend ${tf.getBackend()} has no float64: the answers are float32; use backend wasm or cpu for float64 answers`;
}
