/** What a low-rank solver sees: observations on the device as a sparse matrix, by row and by column. */
import { disposePattern, uploadPattern } from '../kernels/sparse-pattern.js';
import type { SparsePattern } from '../kernels/sparse-pattern.js';
import { rowStarts, transposeObservations } from './data/observations.js';
import type { Observations, Shape } from './data/observations.js';
import { createRandom } from './data/random.js';
import { leadingTriplets, padRandom } from './linalg/leading-singular.js';
import { createResiduals } from './linalg/sparse-residual.js';
import type { Residuals } from './linalg/sparse-residual.js';
import { frobeniusNorm, tall } from './linalg/tall.js';
import { rootMeanSquare } from './problem.js';

/** One side's observations, sorted by that side's rows. */
export interface SparseSide {
  readonly pattern: SparsePattern;
  /** The pattern on the host. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly rowOf: Int32Array;
  /** Observed values divided by the problem's scale, in the pattern's order. */
  readonly values: Float64Array;
}

export interface SparseProblem {
  readonly shape: Shape;
  readonly observed: number;
  /** Root mean square of the observed values; 1 where all are zero. */
  readonly scale: number;
  readonly rows: SparseSide;
  /** The transpose. */
  readonly columns: SparseSide;
  /** ‖y‖₂ of the scaled values; 1 where all are zero. */
  readonly norm: number;
  /** What low-rank matrices leave of the observations. */
  readonly residuals: Residuals;
  /** Frees every tensor of the problem. */
  dispose(): void;
}

/**
 * Uploads the positions to the active backend.
 * @param hasFloat64 Whether that backend computes in float64; else the host does.
 * @returns The problem; the caller disposes.
 */
export function createSparseProblem(observations: Observations, hasFloat64: boolean): SparseProblem {
  const { shape, value } = observations;
  const scale = rootMeanSquare(value) || 1;
  const rows = sideOf(observations, scale);
  const columns = sideOf(transposeObservations(observations), scale);
  const residuals = createResiduals(shape, rows, hasFloat64);
  const dispose = (): void => {
    [rows, columns].forEach(({ pattern }) => disposePattern(pattern));
    residuals.dispose();
  };
  const norm = frobeniusNorm(rows.values) || 1;
  return { shape, observed: value.length, scale, norm, rows, columns, residuals, dispose };
}

function sideOf(observations: Observations, scale: number): SparseSide {
  const { shape, row: rowOf, column: columns } = observations;
  const starts = rowStarts(observations);
  const values = observations.value.map((value) => value / scale);
  return { pattern: uploadPattern(shape, starts, columns, rowOf), starts, columns, rowOf, values };
}

/** Block power steps for the size of a singular value, not its vector. */
const sizeSteps = 6;
const sizeWidth = 4;

/** Largest singular value of the matrix that has the observed values, scaled, and zeros elsewhere. */
export async function largestSingularValue({ shape, rows, residuals }: SparseProblem): Promise<number> {
  const observed = residuals.holding(rows.values);
  try {
    const start = padRandom(tall(shape[1], 0), Math.min(sizeWidth, ...shape), createRandom(0));
    return (await leadingTriplets(observed, start, sizeSteps)).values[0] ?? 0;
  } finally {
    observed.dispose();
  }
}

/** Degrees of freedom of a matrix of a rank. */
export function freedom([rows, columns]: Shape, rank: number): number {
  return rank * (rows + columns - rank);
}

/** The largest rank whose degrees of freedom the observations outnumber by `ratio`; 0 where even rank 1 has too many. */
export function largestRank(shape: Shape, observed: number, ratio = 1): number {
  let rank = 0;
  while (rank < Math.min(...shape) && ratio * freedom(shape, rank + 1) <= observed) rank += 1;
  return rank;
}
