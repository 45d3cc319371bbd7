import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { matrixProduct } from '../../kernels/matrix-product/index.js';
import { disposeReal, downloadReal, uploadReal } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import type { PowerResult, SpectralRange } from './matrix-power.js';

/** A symmetric eigendecomposition on the host: eigenvalues ascending, eigenvectors in columns, row-major. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/**
 * Decomposes a symmetric matrix on the host in float64 (Householder tridiagonalisation, then implicit QL).
 * @param matrix [n, n].
 */
export async function symmetricEigen(matrix: RealTensor): Promise<SymmetricEigen> {
  const size = matrix.shape[0] ?? 0;
  const entries = await downloadReal(matrix);
  const rows = Array.from({ length: size }, (_, i) => entries.subarray(i * size, (i + 1) * size));
  const decomposition = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true });
  return { values: Float64Array.from(decomposition.realEigenvalues), vectors: decomposition.eigenvectorMatrix };
}

/**
 * The same power as `newtonSchulzPower` through a full eigendecomposition: what standard IRLS does. The baseline that the
 * SVD-free route is compared with, and the way for spectral functions that are no powers.
 * @param matrix Symmetric, [n, n].
 * @param exponent Any real number.
 * @param range Eigenvalues that rounding put below `lower` are lifted to it.
 * @returns The power, [n, n], and no defects; the caller disposes.
 */
export function eigenPower(matrix: RealTensor, exponent: number, range: SpectralRange): Promise<PowerResult> {
  return eigenFunction(matrix, (value) => value ** exponent, range);
}

/**
 * A function of a symmetric matrix through a full eigendecomposition: E f(Λ) Eᵀ.
 * @param matrix Symmetric, [n, n].
 * @param apply What becomes of an eigenvalue.
 * @param range Eigenvalues that rounding put below `lower` are lifted to it.
 * @returns [n, n], and no defects; the caller disposes.
 */
export async function eigenFunction(
  matrix: RealTensor,
  apply: (value: number) => number,
  range: Pick<SpectralRange, 'lower'>,
): Promise<PowerResult> {
  const { values, vectors } = await symmetricEigen(matrix);
  const size = values.length;
  const images = values.map((value) => apply(Math.max(value, range.lower)));
  const flat = Float64Array.from(vectors.to1DArray());
  const scaled = flat.map((entry, k) => entry * (images[k % size] ?? 0));
  const left = uploadReal(scaled, [size, size], matrix.precision);
  const right = uploadReal(flat, [size, size], matrix.precision);
  try {
    return { power: matrixProduct(left, right, { transposeRight: true, symmetric: true }), defects: [] };
  } finally {
    disposeReal(left, right);
  }
}
