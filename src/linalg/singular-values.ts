import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Shape } from '../data/observations.js';

/** Beyond this short side the decomposition on the host would take longer than a person waits. */
const largestSide = 700;
/** Smaller shares of the largest entry change nothing, and products that are barely above zero derail the decomposition. */
const negligible = 1e-100;

/**
 * Singular values of a dense matrix on the host, from the Gram matrix of its short side: exact to about 1e-8 of the
 * largest.
 * @param matrix Row-major, shape[0]·shape[1].
 * @returns Descending, as many as the short side; empty where that is above 700.
 */
export function singularValues(matrix: Float64Array, [rows, columns]: Shape): Float64Array {
  const short = Math.min(rows, columns);
  if (short > largestSide) return new Float64Array(0);
  // Relative to the largest entry, whose square could overflow or vanish.
  const scale = matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0) || 1;
  const scaled = matrix.map((entry) => (Math.abs(entry) < negligible * scale ? 0 : entry / scale));
  const lines = Array.from({ length: short }, (_, k) =>
    rows <= columns
      ? scaled.subarray(k * columns, (k + 1) * columns)
      : Float64Array.from({ length: rows }, (__, i) => scaled[i * columns + k] ?? NaN),
  );
  const gram = new Matrix(short, short);
  for (let i = 0; i < short; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const [left, right] = [lines[i] ?? lines[0], lines[j] ?? lines[0]];
      let sum = 0;
      for (let k = 0; k < (left?.length ?? 0); k += 1) sum += (left?.[k] ?? 0) * (right?.[k] ?? 0);
      gram.set(i, j, sum);
      gram.set(j, i, sum);
    }
  }
  const eigenvalues = new EigenvalueDecomposition(gram, { assumeSymmetric: true }).realEigenvalues;
  return Float64Array.from(eigenvalues, (value) => scale * Math.sqrt(Math.max(0, value)))
    .sort()
    .reverse();
}
