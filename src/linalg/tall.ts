/** Tall thin matrices on the host in float64: factors of a low-rank matrix, and the few things done to them there. */
import { matrixProductKernel } from '../../kernels/matrix-product/index.js';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';

/** Row-major, `count` rows of `width`. */
export interface Tall {
  readonly count: number;
  readonly width: number;
  readonly values: Float64Array;
}

export function tall(count: number, width: number, values: Float64Array = new Float64Array(count * width)): Tall {
  return { count, width, values };
}

const plain = { transposeLeft: 0, transposeRight: 0, symmetric: 0, scale: 1, shift: 0 };

/** leftᵀ·right, row-major [left.width, right.width]. */
export function innerProducts(left: Tall, right: Tall): Float64Array {
  const symmetric = Number(left === right);
  return matrixProductKernel.runOnHost({
    reals: { left: left.values, right: right.values },
    integers: {},
    attributes: { ...plain, rows: left.width, columns: right.width, inner: left.count, transposeLeft: 1, symmetric },
  });
}

/**
 * base + scale · matrix · small.
 * @param small Row-major [matrix.width, width].
 * @param base [matrix.count, width]; zero unless given. Not changed.
 */
export function timesSmall(matrix: Tall, small: Float64Array, width: number, scale = 1, base?: Tall): Tall {
  const values = matrixProductKernel.runOnHost({
    reals: { left: matrix.values, right: small },
    integers: {},
    attributes: { ...plain, rows: matrix.count, columns: width, inner: matrix.width, scale },
  });
  if (base !== undefined) {
    const more = base.values;
    for (let k = 0; k < values.length; k += 1) values[k] = (values[k] as number) + (more[k] as number);
  }
  return { count: matrix.count, width, values };
}

/** left + scale · right. */
export function addTall(left: Tall, right: Tall, scale = 1): Tall {
  const [a, b] = [left.values, right.values];
  const values = new Float64Array(a.length);
  for (let k = 0; k < values.length; k += 1) values[k] = (a[k] as number) + scale * (b[k] as number);
  return { ...left, values };
}

/** Columns `start` (inclusive) to `stop` (exclusive). */
export function columnsOf({ count, width, values }: Tall, start: number, stop: number): Tall {
  const across = stop - start;
  const output = new Float64Array(count * across);
  for (let i = 0; i < count; i += 1) {
    for (let c = 0; c < across; c += 1) output[i * across + c] = values[i * width + start + c] as number;
  }
  return { count, width: across, values: output };
}

/** Side by side. */
export function joinColumns(...parts: readonly Tall[]): Tall {
  const count = parts[0]?.count ?? 0;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const values = new Float64Array(count * width);
  let start = 0;
  for (const part of parts) {
    for (let i = 0; i < count; i += 1) {
      for (let c = 0; c < part.width; c += 1) {
        values[i * width + start + c] = part.values[i * part.width + c] as number;
      }
    }
    start += part.width;
  }
  return { count, width, values };
}

/** Every column times its factor. */
export function scaleColumns(matrix: Tall, factors: ArrayLike<number>): Tall {
  const { count, width, values: from } = matrix;
  const values = new Float64Array(from.length);
  for (let i = 0, k = 0; i < count; i += 1) {
    for (let c = 0; c < width; c += 1, k += 1) values[k] = (from[k] as number) * (factors[c] as number);
  }
  return { ...matrix, values };
}

export function frobeniusNorm(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** A pivot below this share of its column's square is mostly rounding. */
const leastPivot = 1e-13;
/** A basis is done once its Gram matrix is this close to the identity. */
const orthonormalTo = 1e-13;
const mostPasses = 6;

/**
 * An orthonormal basis of the columns by repeated Cholesky QR of columns scaled to length one. Columns of
 * zeros stay; those that depend on the ones before them become what rounding leaves of them, at length one.
 * @param passes At most; enough for an orthonormal basis unless given.
 * @returns The basis, and R, row-major upper triangular, with matrix = basis · R.
 * @see Yamamoto, Nakatsukasa, Yanagisawa and Fukaya, "Roundoff error analysis of the CholeskyQR2 algorithm", 2015.
 */
export function orthonormalise(
  matrix: Tall,
  passes = mostPasses,
): {
  readonly basis: Tall;
  readonly triangle: Float64Array;
} {
  const { width } = matrix;
  let basis = matrix;
  let triangle = identity(width);
  for (let pass = 0; pass < passes; pass += 1) {
    const gram = innerProducts(basis, basis);
    const lengths = Float64Array.from({ length: width }, (_, k) => Math.sqrt(gram[k * width + k] as number));
    if (pass > 0 && isOrthonormal(gram, width)) break;
    const factor = scaledCholesky(gram, lengths, width);
    basis = timesSmall(basis, inverseUpper(factor, width), width);
    triangle = multiplySmall(factor, triangle, width);
  }
  return { basis, triangle };
}

/** Zero columns count as done. */
function isOrthonormal(gram: Float64Array, width: number): boolean {
  for (let i = 0; i < width; i += 1) {
    for (let k = 0; k < width; k += 1) {
      const value = gram[i * width + k] as number;
      if (i === k ? value !== 0 && Math.abs(value - 1) > orthonormalTo : Math.abs(value) > orthonormalTo) return false;
    }
  }
  return true;
}

/** Upper triangular R with RᵀR = gram; the row of a column of length zero is zero. */
function scaledCholesky(gram: Float64Array, lengths: Float64Array, width: number): Float64Array {
  const factor = new Float64Array(width * width);
  for (let k = 0; k < width; k += 1) {
    const length = lengths[k] as number;
    let pivot = length === 0 ? 0 : 1;
    for (let i = 0; i < k; i += 1) pivot -= ((factor[i * width + k] as number) / (length || 1)) ** 2;
    if (length === 0) continue;
    // What is left of a column close to those before it is known too badly to divide by: the next pass does.
    const root = pivot > leastPivot ? Math.sqrt(pivot) * length : length;
    factor[k * width + k] = root;
    for (let c = k + 1; c < width; c += 1) {
      let value = gram[k * width + c] as number;
      for (let i = 0; i < k; i += 1) value -= (factor[i * width + k] as number) * (factor[i * width + c] as number);
      factor[k * width + c] = value / root;
    }
  }
  return factor;
}

/** Inverse of an upper triangle; zero where that has no pivot. */
function inverseUpper(factor: Float64Array, width: number): Float64Array {
  const inverse = new Float64Array(width * width);
  for (let c = 0; c < width; c += 1) {
    if (factor[c * width + c] === 0) continue;
    inverse[c * width + c] = 1 / (factor[c * width + c] as number);
    for (let i = c - 1; i >= 0; i -= 1) {
      if (factor[i * width + i] === 0) continue;
      let value = 0;
      for (let k = i + 1; k <= c; k += 1)
        value -= (factor[i * width + k] as number) * (inverse[k * width + c] as number);
      inverse[i * width + c] = value / (factor[i * width + i] as number);
    }
  }
  return inverse;
}

export function identity(width: number): Float64Array {
  return Float64Array.from({ length: width * width }, (_, k) => (k % (width + 1) === 0 ? 1 : 0));
}

/** Product of two square row-major matrices. */
export function multiplySmall(left: Float64Array, right: Float64Array, width: number): Float64Array {
  return timesSmall({ count: width, width, values: left }, right, width).values;
}

/** Transpose of a square row-major matrix. */
export function transposeSmall(matrix: Float64Array, width: number): Float64Array {
  return matrix.map((_, k) => matrix[(k % width) * width + Math.floor(k / width)] as number);
}

/** matrix = left · diag(values) · rightᵀ. */
export interface SmallSvd {
  /** Row-major, square. */
  readonly left: Float64Array;
  /** Descending. */
  readonly values: Float64Array;
  readonly right: Float64Array;
}

/** Singular value decomposition of a square row-major matrix. */
export function smallSvd(matrix: Float64Array, width: number): SmallSvd {
  const whole = Matrix.from1DArray(width, width, matrix);
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(whole);
  return {
    left: Float64Array.from(leftSingularVectors.to1DArray()),
    values: Float64Array.from(diagonal),
    right: Float64Array.from(rightSingularVectors.to1DArray()),
  };
}
