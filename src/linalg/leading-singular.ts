/** Leading singular triplets of a matrix known by its products, by block power steps on the host in float64. */
import type { Random } from '../data/random.js';
import { innerProducts, joinColumns, orthonormalise, smallSvd, tall, timesSmall, transposeSmall } from './tall.js';
import type { Tall } from './tall.js';

/** A matrix that is never formed. */
export interface Operator {
  times(right: Tall): Promise<Tall>;
  transposeTimes(left: Tall): Promise<Tall>;
}

/** matrix ≈ left · diag(values) · rightᵀ. */
export interface Triplets {
  /** Orthonormal columns; zero where the matrix has no more rank. */
  readonly left: Tall;
  /** Descending. */
  readonly values: Float64Array;
  readonly right: Tall;
}

/** Passes of Cholesky QR that keep a block from becoming dependent. */
const spanPasses = 1;

/**
 * @param start Columns to start from: last step's right singular vectors, and some more. As many triplets come back.
 * @param powerSteps Full steps, Xᵀ and X once each, before the last one.
 * @see Halko, Martinsson and Tropp, "Finding structure with randomness", 2011, algorithm 4.4.
 */
export async function leadingTriplets(matrix: Operator, start: Tall, powerSteps: number): Promise<Triplets> {
  let right = start;
  for (let k = 0; k < powerSteps; k += 1) {
    // On the way only the span matters.
    const { basis } = orthonormalise(await matrix.times(right), spanPasses);
    right = orthonormalise(await matrix.transposeTimes(basis), spanPasses).basis;
  }
  const { basis: left } = orthonormalise(await matrix.times(right));
  // matrix ≈ left · (matrixᵀ · left)ᵀ = left · triangleᵀ · basisᵀ.
  const { basis, triangle } = orthonormalise(await matrix.transposeTimes(left));
  const { width } = start;
  const { left: a, values, right: b } = smallSvd(transposeSmall(triangle, width), width);
  return { left: timesSmall(left, a, width), values, right: timesSmall(basis, b, width) };
}

/** left · rightᵀ plus something sparse. */
export function lowRankPlus(left: Tall, right: Tall, sparse: Operator): Operator {
  const through = (outer: Tall, inner: Tall, matrix: Tall, base: Tall): Tall =>
    timesSmall(outer, innerProducts(inner, matrix), matrix.width, 1, base);
  return {
    times: async (matrix) => through(left, right, matrix, await sparse.times(matrix)),
    transposeTimes: async (matrix) => through(right, left, matrix, await sparse.transposeTimes(matrix)),
  };
}

/** More random columns beside those given, up to a width. */
export function padRandom(matrix: Tall, width: number, random: Pick<Random, 'uniform'>): Tall {
  if (matrix.width >= width) return matrix;
  const more = tall(matrix.count, width - matrix.width);
  const length = Math.sqrt(matrix.count);
  for (let k = 0; k < more.values.length; k += 1) more.values[k] = (2 * random.uniform() - 1) / length;
  return joinColumns(matrix, more);
}
