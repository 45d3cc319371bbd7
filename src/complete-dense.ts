/** Completion by the exact solvers, which hold the whole matrix: any power, both sides or one. */
import { denseCompletion } from './completion.js';
import type { Completed, CompleteSettings } from './complete.js';
import { emptyColumns, emptyRows } from './data/observations.js';
import type { Observations, Shape } from './data/observations.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import type { Offsets } from './data/offsets.js';
import { InputError } from './errors.js';
import { eigenPower } from './linalg/eigen-power.js';
import { singularValues } from './linalg/singular-values.js';
import { fittingSides } from './memory.js';
import { createProblem } from './problem.js';
import { defaultEpsilon, defaultMaxSteps, defaultRidge, defaultTolerance } from './solvers/defaults.js';
import { constant } from './solvers/schedules.js';
import { alternating, columnsOnly, linRfm, rowsOnly } from './solvers/lin-rfm.js';
import type { LinRfmState } from './solvers/lin-rfm.js';
import { solve } from './solvers/solve.js';
import type { Solver } from './solvers/solver.js';
import { atMostSteps, firstOf, whenConverged, whenStagnated, withinSeconds } from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';
import { emptyWarnings } from './warnings.js';
import type { Precision } from '../kernels/real.js';

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

export const denseSolverNames: readonly string[] = Object.keys(solvers);

export async function completeDense(observations: Observations, settings: CompleteSettings): Promise<Completed> {
  const { alpha, noise = 0, signal, onProgress, arithmetic: precision, backend, solver: name } = settings;
  const sides = fittingSides(observations.shape, precision, backend);
  const choice =
    settings.offsets === undefined || settings.offsets === 'auto' ? (noise > 0 ? 'both' : 'none') : settings.offsets;
  const offsets = fitOffsets(observations, choice);
  const problem = createProblem(subtractOffsets(observations, offsets), precision);
  try {
    const ridge = defaultRidge(noise / problem.scale, alpha);
    const solver = solvers[name]?.({ alpha, precision, ridge, sides, shape: problem.shape });
    if (solver === undefined) throw new InputError('solver', `one of ${denseSolverNames.join(', ')}`, name);
    const stop = stopRule(settings, ridge);
    const run = await solve(solver, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const last = run.progress.at(-1);
    const values = singularValues(run.estimate, problem.shape);
    const completed = withOffsets(run.estimate, observations, offsets);
    return {
      status: run.status,
      completion: denseCompletion(problem.shape, completed.values),
      progress: run.progress,
      solver: name,
      offsets: choice,
      rank: numericalRank(values, (last?.epsilon ?? 0) * problem.scale, Math.max(...problem.shape)),
      singularValues: values,
      ridge,
      noise,
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

/** Settled and fitted, or a limit. @param ridge Above zero the observations are not met. */
export function stopRule(
  { maxSteps = defaultMaxSteps, tolerance = defaultTolerance, timeLimit }: CompleteSettings,
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
  return { values, warnings: emptyWarnings(observations) };
}

function oneSidedWarning(shape: Shape): string {
  const side = Math.max(...shape);
  return `a metric of ${side}x${side} does not fit into memory: only one side was reweighted, which needs more observations`;
}
