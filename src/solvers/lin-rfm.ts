/**
 * Linear Recursive Feature Machine for matrix completion, exact: dense metric, any alpha, rows, columns or alternating.
 * Radhakrishnan, Belkin, Drusvyatskiy, "Linear Recursive Feature Machines provably recover low-rank matrices",
 * arXiv:2401.04553, Algorithm 1.
 *
 *   metric   K = (XᵀX/m + ε²·I)^{2α}
 *   rows     xᵢ = K[:, Ωᵢ] (K[Ωᵢ, Ωᵢ] + λ·I)⁻¹ yᵢ
 */
import { choleskySolve } from '../../kernels/cholesky-solve/index.js';
import { differenceNorms } from '../../kernels/difference-norms/index.js';
import { expandRows } from '../../kernels/expand-rows/index.js';
import { gatherBlocks } from '../../kernels/gather-blocks/index.js';
import {
  concatReals,
  disposeReal,
  downloadReal,
  gatherReals,
  replaceReals,
  reshapeReal,
  tidyReals,
  uploadReal,
} from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import { InputError } from '../errors.js';
import { gram } from '../linalg/gram.js';
import { largestDefect, newtonSchulzPower } from '../linalg/matrix-power.js';
import type { PowerResult, SpectralPower } from '../linalg/matrix-power.js';
import type { Shape } from '../data/observations.js';
import type { Direction, Pattern, Problem } from '../problem.js';
import type { Schedule } from './schedules.js';
import type { Measures, Solver, Step } from './solver.js';

/** Which side each step solves for. */
export interface Sides {
  /** By the number of steps done. */
  readonly direction: (done: number) => Direction;
  /**
   * What the Gram matrix is divided by. One side: its number of vectors, as in the paper. Two sides: the same number for
   * both, or else the two would smooth and shrink by different amounts and never agree.
   */
  readonly samples: (shape: Shape) => number;
}

export const rowsOnly: Sides = { direction: () => 'rows', samples: ([rows]) => rows };
export const columnsOnly: Sides = { direction: () => 'columns', samples: ([, columns]) => columns };
/** Rows, columns, rows, …: reweights both sides in turn and needs several times fewer steps than one side. */
export const alternating: Sides = {
  direction: (done) => (done % 2 === 0 ? 'rows' : 'columns'),
  samples: ([rows, columns]) => Math.max(rows, columns),
};

export interface LinRfmOptions {
  /** Power applied to the AGOP, in (0, 1]. */
  readonly alpha: number;
  /** Smoothing, in units of the observations' root mean square; positive. */
  readonly epsilon: Schedule;
  /** λ, in the units of the metric of the scaled observations; at least 0. */
  readonly ridge: Schedule;
  readonly sides: Sides;
  /** Puts the observed values back into the estimate after every step. */
  readonly keepObserved: boolean;
  /**
   * Metric M₀² that the first estimate is solved with, symmetric positive definite, row-major [columns, columns] in the
   * order of the observations; the identity unless given.
   */
  readonly startMetric?: Float64Array;
  /** How the metric is raised to its power: Newton–Schulz unless given. */
  readonly power?: SpectralPower;
  readonly name?: string;
}

/** Above this error of a square root its metric is not the metric asked for, and the step does not count. */
const largestUsefulDefect = 1e-2;

/** An estimate smaller than this share of the observations counts as zero. */
const negligibleShare = 1e-3;

export interface LinRfmState {
  readonly matrix: RealTensor;
  /** 'rows': the matrix is [rows, columns]; 'columns': it is held transposed. */
  readonly direction: Direction;
  /** ‖X‖_F² of the matrix held. */
  readonly squaredNorm: number;
}

/** The solver as a value; its states are disposed through it. */
export function linRfm(options: LinRfmOptions): Solver<LinRfmState> {
  const { alpha, epsilon, ridge, sides, keepObserved, power = newtonSchulzPower, name = 'lin-rfm' } = options;

  async function step(
    problem: Problem,
    state: LinRfmState,
    progress: Parameters<Schedule>[0],
  ): Promise<Step<LinRfmState>> {
    const direction = sides.direction(progress.length);
    const samples = sides.samples(problem.shape);
    const size = Math.sqrt(state.squaredNorm / samples);
    const smoothing = epsilon(progress, size);
    const pattern = problem[direction];
    const own = state.direction === direction;
    const range = { lower: smoothing ** 2, upper: size ** 2 + smoothing ** 2 };
    const agop = gram(state.matrix, own ? 'own' : 'other', samples, smoothing ** 2);
    const metric = await raise(agop, 2 * alpha, range, power);
    try {
      const { matrix, norms } = tidyReals(() => {
        const solved = solveRows(pattern, metric.power, ridge(progress, size));
        const fitted = gatherReals(reshapeReal(solved, [pattern.count * pattern.size]), pattern.positions);
        const change = differenceNorms(solved, state.matrix, !own);
        const residual = differenceNorms(asColumn(pattern.values), asColumn(fitted));
        return {
          matrix: keepObserved ? putBack(solved, pattern) : solved,
          norms: concatReals([change, residual, ...metric.defects]),
        };
      });
      try {
        const read = await downloadReal(norms);
        const squaredNorm = read[1] ?? NaN;
        return { state: { matrix, direction, squaredNorm }, measures: measuresOf(read, smoothing) };
      } catch (error) {
        disposeReal(matrix);
        throw error;
      } finally {
        disposeReal(norms);
      }
    } finally {
      disposeReal(metric.power, ...metric.defects);
    }
  }

  return {
    name,
    init: (problem) =>
      options.startMetric === undefined
        ? Promise.resolve(init(problem))
        : initFrom(problem, options.startMetric, ridge([], 1), keepObserved),
    step,
    estimate: originalOrder,
    dispose: (state) => disposeReal(state.matrix),
  };
}

/** Before the first step: the observed values, zero elsewhere, which is what a metric of I gives. */
function init(problem: Problem): LinRfmState {
  const { count, size } = problem.rows;
  return tidyReals(() => {
    const zeros = uploadReal(new Float64Array(count * size), [count, size], problem.precision);
    return { matrix: putBack(zeros, problem.rows), direction: 'rows', squaredNorm: problem.observed };
  });
}

/** The rows solved with a given metric. */
async function initFrom(
  problem: Problem,
  metric: Float64Array,
  ridge: number,
  keepObserved: boolean,
): Promise<LinRfmState> {
  const { rows, orders, precision } = problem;
  const { size } = rows;
  if (metric.length !== size * size)
    throw new InputError('startMetric', `${size} x ${size} entries`, `${metric.length}`, 'give one row a column of X');
  const place = (k: number): number => orders.columns[k] ?? 0;
  const ordered = metric.map((_, at) => metric[place(Math.floor(at / size)) * size + place(at % size)] ?? NaN);
  const { matrix, norms } = tidyReals(() => {
    const solved = solveRows(rows, uploadReal(ordered, [size, size], precision), ridge);
    const kept = keepObserved ? putBack(solved, rows) : solved;
    return { matrix: kept, norms: differenceNorms(kept, kept) };
  });
  const [, squaredNorm = NaN] = await downloadReal(norms);
  disposeReal(norms);
  return { matrix, direction: 'rows', squaredNorm };
}

/** Powers the AGOP and frees it, whether that works or not. */
export async function raise(
  agop: RealTensor,
  exponent: number,
  range: { lower: number; upper: number },
  power: SpectralPower,
): Promise<PowerResult> {
  try {
    return await power(agop, exponent, range);
  } finally {
    disposeReal(agop);
  }
}

/** All rows' weighted least-squares problems, a group at a time: [count, size]. */
function solveRows(pattern: Pattern, metric: RealTensor, ridge: number): RealTensor {
  const parts = pattern.groups.map(({ indices, values }) =>
    tidyReals(() => {
      const blocks = gatherBlocks(metric, indices);
      return expandRows(metric, indices, choleskySolve(blocks, values, ridge));
    }),
  );
  return concatReals(parts);
}

function putBack(estimate: RealTensor, { positions, values, count, size }: Pattern): RealTensor {
  const flat = replaceReals(reshapeReal(estimate, [count * size]), positions, values);
  return reshapeReal(flat, [count, size]);
}

function asColumn(values: RealTensor): RealTensor {
  return reshapeReal(values, [values.shape[0] ?? 0, 1]);
}

/** From [‖change‖², ‖X‖², ‖y − P(X)‖², ‖y‖², defects…]; a metric that went wrong makes the step non-finite. */
export function measuresOf(read: Float64Array, epsilon: number): Measures {
  const [change = NaN, norm = NaN, misfit = NaN, observed = NaN] = read;
  const defect = largestDefect(read.subarray(4));
  const trusted = defect <= largestUsefulDefect;
  // A zero matrix does not change: 0/0 is no trouble.
  const ratio = (part: number, whole: number): number => (part === 0 ? 0 : Math.sqrt(part / whole));
  // Noise may leave nothing but zero: what is then still moving is small beside the data.
  const whole = Math.max(norm, negligibleShare ** 2 * observed);
  return { change: trusted ? ratio(change, whole) : NaN, residual: ratio(misfit, observed), epsilon };
}

/** Undoes the scaling and the reordering of the problem. */
async function originalOrder(problem: Problem, state: LinRfmState): Promise<Float64Array> {
  const values = await downloadReal(state.matrix);
  const [rows, columns] = problem.shape;
  const estimate = new Float64Array(rows * columns);
  const [rowStride, columnStride] = state.direction === 'rows' ? [columns, 1] : [1, rows];
  for (let i = 0; i < rows; i += 1) {
    const to = (problem.orders.rows[i] ?? 0) * columns;
    for (let j = 0; j < columns; j += 1) {
      const value = values[i * rowStride + j * columnStride] ?? NaN;
      estimate[to + (problem.orders.columns[j] ?? 0)] = value * problem.scale;
    }
  }
  return estimate;
}
