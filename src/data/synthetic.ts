/** Synthetic completion problems with known truth: those of arXiv:2401.04553, section 5, and harder ones. */
import { EigenvalueDecomposition, Matrix, inverse } from 'ml-matrix';
import { InputError } from '../errors.js';
import { createObservations } from './observations.js';
import type { Observations, Shape } from './observations.js';
import { createRandom, sampleWithout } from './random.js';
import type { Random } from './random.js';

export interface SyntheticOptions {
  readonly shape: Shape;
  readonly rank: number;
  /** Observed entries, drawn uniformly. */
  readonly observed: number;
  /** Singular values fall geometrically from 1 to its reciprocal; the singular values of the draw unless given. */
  readonly conditionNumber?: number;
  /** Standard deviation of the noise on the observed values; the entries' own root mean square is 1. 0 unless given. */
  readonly noise?: number;
  readonly seed: number;
}

/** The matrix left·rightᵀ, never formed whole. */
export interface Truth {
  readonly shape: Shape;
  readonly rank: number;
  /** [rows, rank], row-major. */
  readonly left: Float64Array;
  /** [columns, rank], row-major. */
  readonly right: Float64Array;
  predict(rows: ArrayLike<number>, columns: ArrayLike<number>): Float64Array;
  rows(start: number, stop: number): Float64Array;
}

/** Free parameters of a matrix of the given rank: r(m + n − r). */
export function degreesOfFreedom([rows, columns]: Shape, rank: number): number {
  return rank * (rows + columns - rank);
}

/**
 * Draws U, V standard normal and Y = UVᵀ scaled to ‖Y‖_F = √(rows · columns), then observes entries uniformly.
 * @throws InputError for a rank or a number of observations that the shape does not allow.
 */
export function generateProblem(options: SyntheticOptions): { observations: Observations; truth: Truth } {
  const { shape, rank, observed, conditionNumber, noise = 0, seed } = options;
  const [rows, columns] = shape;
  checkCount('rank', rank, Math.min(rows, columns));
  checkCount('observed', observed, rows * columns);
  if (conditionNumber !== undefined && !(conditionNumber >= 1 && Number.isFinite(conditionNumber))) {
    throw new InputError('conditionNumber', 'a number of at least 1', `${conditionNumber}`);
  }
  if (!(noise >= 0 && Number.isFinite(noise))) throw new InputError('noise', 'a number of at least 0', `${noise}`);
  const random = createRandom(seed);
  let left = normalMatrix(random, rows, rank);
  let right = normalMatrix(random, columns, rank);
  if (conditionNumber !== undefined) {
    [left, right] = [orthonormalised(left, rank), orthonormalised(right, rank)];
    const falling = (k: number): number => (rank === 1 ? 1 : conditionNumber ** (-k / (rank - 1)));
    left = left.map((entry, at) => entry * falling(at % rank));
  }
  // ‖UVᵀ‖_F² = trace(UᵀU·VᵀV): only rank × rank matrices are needed.
  const norm = Math.sqrt(Matrix.mul(gramOf(left, rank), gramOf(right, rank)).sum());
  const scale = Math.sqrt(rows * columns) / norm;
  left = left.map((entry) => entry * scale);
  const truth = factorised(shape, rank, left, right);
  const flat = sampleWithout(random, observed, rows * columns);
  const row = Int32Array.from(flat, (position) => Math.floor(position / columns));
  const column = Int32Array.from(flat, (position) => position % columns);
  const value = truth.predict(row, column).map((entry) => (noise > 0 ? entry + noise * random.normal() : entry));
  return { observations: createObservations({ shape, row, column, value }), truth };
}

function factorised(shape: Shape, rank: number, left: Float64Array, right: Float64Array): Truth {
  const entry = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < rank; k += 1) sum += (left[i * rank + k] ?? NaN) * (right[j * rank + k] ?? NaN);
    return sum;
  };
  const rows = (start: number, stop: number): Float64Array => {
    const block = new Float64Array((stop - start) * shape[1]);
    return block.map((_, at) => entry(start + Math.floor(at / shape[1]), at % shape[1]));
  };
  return {
    shape,
    rank,
    left,
    right,
    rows,
    predict: (row, column) => Float64Array.from(row, (i, k) => entry(i, column[k] ?? NaN)),
  };
}

function normalMatrix(random: Random, rows: number, columns: number): Float64Array {
  return new Float64Array(rows * columns).map(() => random.normal());
}

/** AᵀA for a tall matrix with `rank` columns. */
function gramOf(matrix: Float64Array, rank: number): Matrix {
  const gram = Matrix.zeros(rank, rank);
  for (let start = 0; start < matrix.length; start += rank) {
    for (let i = 0; i < rank; i += 1) {
      for (let j = 0; j < rank; j += 1)
        gram.set(i, j, gram.get(i, j) + (matrix[start + i] ?? 0) * (matrix[start + j] ?? 0));
    }
  }
  return gram;
}

/** A·(AᵀA)^{−1/2}: orthonormal columns that span the same space. */
function orthonormalised(matrix: Float64Array, rank: number): Float64Array {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gramOf(matrix, rank), {
    assumeSymmetric: true,
  });
  const root = eigenvectorMatrix.mmul(Matrix.diag(realEigenvalues.map(Math.sqrt))).mmul(eigenvectorMatrix.transpose());
  const back = inverse(root);
  return matrix.map((_, at) => {
    const [start, j] = [at - (at % rank), at % rank];
    let sum = 0;
    for (let k = 0; k < rank; k += 1) sum += (matrix[start + k] ?? 0) * back.get(k, j);
    return sum;
  });
}

function checkCount(name: string, count: number, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  throw new InputError(name, `a whole number from 1 to ${most}`, `${count}`, 'the shape allows no more');
}
