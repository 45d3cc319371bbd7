/** From observations to a completed matrix: offsets, problem, solve, and what a person wants to know of the result. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../kernels/backends/index.js';
import type { Precision } from '../kernels/real.js';
import { denseCompletion } from './completion.js';
import type { Completion } from './completion.js';
import { emptyColumns, emptyRows } from './data/observations.js';
import type { Observations, Shape } from './data/observations.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import type { OffsetChoice, Offsets } from './data/offsets.js';
import { InputError } from './errors.js';
import { eigenPower } from './linalg/eigen-power.js';
import { singularValues } from './linalg/singular-values.js';
import { fittingSides } from './memory.js';
import { createProblem } from './problem.js';
import { defaultEpsilon, defaultRidge } from './solvers/defaults.js';
import { constant } from './solvers/schedules.js';
import { alternating, columnsOnly, linRfm, rowsOnly } from './solvers/lin-rfm.js';
import type { LinRfmState } from './solvers/lin-rfm.js';
import { solve } from './solvers/solve.js';
import type { Progress, Solver, Status } from './solvers/solver.js';
import {
  atMostSteps,
  firstOf,
  statusAdvice,
  whenConverged,
  whenStagnated,
  withinSeconds,
} from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';

export const defaultMaxSteps = 1000;
export const defaultTolerance = 1e-6;

export interface CompleteOptions {
  /** One of `solverNames`; 'auto' unless given, which is 'lin-rfm'. */
  readonly solver?: string;
  /** Power applied to the AGOP, in (0, 1]; 0.5 unless given. */
  readonly alpha?: number;
  /** Standard deviation of the noise in the observed values, in their units; 0 (exact data) unless given. */
  readonly noise?: number;
  /** 'auto' (unless given): 'both' where noise is positive, else 'none'. */
  readonly offsets?: OffsetChoice | 'auto';
  /** 'mixed' (float64 answers) unless given. */
  readonly precision?: 'mixed' | 'float32';
  /** `defaultMaxSteps` unless given. */
  readonly maxSteps?: number;
  /** Stop once the relative change of a step is at or under this; `defaultTolerance` unless given. */
  readonly tolerance?: number;
  /** In seconds; no limit unless given. */
  readonly timeLimit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
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
  /** Ridge used, in the units of the metric. */
  readonly ridge: number;
  /** Relative residual on the observed entries at the end. */
  readonly residual: number;
  /** Seconds of the solve. */
  readonly seconds: number;
  /** For a person to read: rows and columns without observations. */
  readonly warnings: readonly string[];
}

interface SolverSettings {
  readonly alpha: number;
  readonly precision: Precision;
  readonly ridge: number;
  readonly sides: 'both' | 'one';
  readonly shape: Shape;
}

/** Solvers by name. All see the same problem through the same loop. */
const solvers: Readonly<Record<string, (settings: SolverSettings) => Solver<LinRfmState>>> = {
  'lin-rfm': (settings) => linRfm(linRfmOptions(settings)),
  'svd-irls': (settings) => linRfm({ ...linRfmOptions(settings), power: eigenPower, name: 'svd-irls' }),
};

const automaticSolver = 'lin-rfm';
/** What `solver` may be. */
export const solverNames: readonly string[] = ['auto', ...Object.keys(solvers)];

/**
 * Recovers a matrix from some of its entries on the active backend.
 * @throws InputError for options out of range, or a problem too large for the memory of the backend.
 */
export async function complete(observations: Observations, options: CompleteOptions = {}): Promise<CompleteResult> {
  const { alpha = 0.5, noise = 0, signal, onProgress } = options;
  checkOptions(alpha, noise, options);
  const backend = activeBackend();
  const precision = choosePrecision(options.precision ?? 'mixed', backend.precisions);
  const sides = fittingSides(observations.shape, precision, backend);
  const choice =
    options.offsets === undefined || options.offsets === 'auto' ? (noise > 0 ? 'both' : 'none') : options.offsets;
  const offsets = fitOffsets(observations, choice);
  const problem = createProblem(subtractOffsets(observations, offsets), precision);
  try {
    const ridge = defaultRidge(noise / problem.scale, alpha);
    const name = options.solver === undefined || options.solver === 'auto' ? automaticSolver : options.solver;
    const solver = solvers[name]?.({ alpha, precision, ridge, sides, shape: problem.shape });
    if (solver === undefined) throw new InputError('solver', `one of ${solverNames.join(', ')}`, name);
    const stop = stopRule(options, ridge);
    const run = await solve(solver, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const last = run.progress.at(-1);
    const values = singularValues(run.estimate, problem.shape);
    const completed = withOffsets(run.estimate, observations, offsets);
    return {
      status: run.status,
      advice: statusAdvice[run.status],
      completion: denseCompletion(problem.shape, completed.values),
      progress: run.progress,
      solver: name,
      backend: tf.getBackend(),
      device: backend.describe().device,
      offsets: choice,
      rank: numericalRank(values, (last?.epsilon ?? 0) * problem.scale, Math.max(...problem.shape)),
      singularValues: values,
      ridge,
      residual: last?.residual ?? NaN,
      seconds: last?.seconds ?? 0,
      warnings: [...(sides === 'one' ? [oneSidedWarning(problem.shape)] : []), ...completed.warnings],
    };
  } finally {
    problem.dispose();
  }
}

function linRfmOptions({ alpha, precision, ridge, sides, shape }: SolverSettings) {
  const epsilon = defaultEpsilon(alpha, precision, sides);
  // Vectors as long as the short side have the small metric.
  const oneSided = shape[1] <= shape[0] ? rowsOnly : columnsOnly;
  return {
    ...{ alpha, epsilon, ridge: constant(ridge), keepObserved: ridge === 0 },
    sides: sides === 'both' ? alternating : oneSided,
  };
}

function checkOptions(alpha: number, noise: number, { maxSteps, tolerance, timeLimit }: CompleteOptions): void {
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

/** Mixed means float64 answers; a backend without float64 cannot give them by this solver. */
function choosePrecision(asked: 'mixed' | 'float32', available: readonly Precision[]): Precision {
  if (asked === 'float32') return 'float32';
  if (available.includes('float64')) return 'float64';
  throw new InputError(
    'precision',
    `float32 on backend ${tf.getBackend()}`,
    'mixed',
    'use backend wasm or cpu for float64 answers',
  );
}

function stopRule(
  { maxSteps = defaultMaxSteps, tolerance = defaultTolerance, timeLimit }: CompleteOptions,
  ridge: number,
): StopRule {
  // Exact data must be fitted; how closely follows the tolerance, a residual being further from rounding than a change.
  const residual = ridge > 0 ? Infinity : Math.sqrt(tolerance);
  const limits = timeLimit === undefined ? [] : [withinSeconds(timeLimit)];
  return firstOf(whenConverged({ change: tolerance, residual }), ...limits, whenStagnated(), atMostSteps(maxSteps));
}

/** Singular values that stand clear of the smoothing and of what the Gram matrix can resolve. */
function numericalRank(values: Float64Array, epsilon: number, longSide: number): number {
  const threshold = Math.max(10 * epsilon * Math.sqrt(longSide), 1e-7 * (values[0] ?? 0));
  return values.filter((value) => value > threshold).length;
}

/**
 * Adds the offsets back. A row or column without observations has no fit of its own: it gets the offsets of the other
 * side, as the command line promises, whatever offsets the solve used.
 */
function withOffsets(
  estimate: Float64Array,
  observations: Observations,
  offsets: Offsets,
): { values: Float64Array; warnings: string[] } {
  const [rows, columns] = observations.shape;
  const empty = { rows: new Set(emptyRows(observations)), columns: new Set(emptyColumns(observations)) };
  const fallback = empty.rows.size + empty.columns.size > 0 ? fitOffsets(observations, 'both') : offsets;
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const at = i * columns + j;
      const alone = empty.rows.has(i) || empty.columns.has(j);
      values[at] = alone ? fallback.at(i, j) : (estimate[at] ?? NaN) + offsets.at(i, j);
    }
  }
  return { values, warnings: [...emptyWarning('row', empty.rows), ...emptyWarning('column', empty.columns)] };
}

function oneSidedWarning(shape: Shape): string {
  const side = Math.max(...shape);
  return `a metric of ${side}x${side} does not fit into memory: only one side was reweighted, which needs more observations`;
}

const shownAtMost = 5;

function emptyWarning(name: string, empty: ReadonlySet<number>): string[] {
  if (empty.size === 0) return [];
  const shown = [...empty].slice(0, shownAtMost).join(', ');
  const more = empty.size > shownAtMost ? ` and ${empty.size - shownAtMost} more` : '';
  return [`no observation in ${name} ${shown}${more}; predicted from offsets alone`];
}
