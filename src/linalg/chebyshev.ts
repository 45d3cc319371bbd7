import { combine } from '../../kernels/combine/index.js';
import { matrixProduct } from '../../kernels/matrix-product/index.js';
import { tidyReals } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';

/** Chebyshev coefficients below this, relative to the first, change nothing in float64. */
const negligible = 1e-17;
const nodes = 48;

/**
 * matrix^exponent by the Chebyshev interpolant of x^exponent on the range, evaluated by Clenshaw's recurrence.
 * @param matrix Symmetric with its spectrum in the range, [n, n].
 * @param range upper/lower at most about 2: the degree is then about 20.
 * @returns [n, n]; the caller disposes.
 * @see Trefethen, Approximation Theory and Approximation Practice, chapters 3 and 8.
 */
export function chebyshevPower(
  matrix: RealTensor,
  exponent: number,
  range: { lower: number; upper: number },
): RealTensor {
  // An interval of no width has no scale to map by.
  const upper = Math.max(range.upper, range.lower * (1 + 1e-6));
  const [centre, radius] = [(upper + range.lower) / 2, (upper - range.lower) / 2];
  const coefficients = chebyshevCoefficients((x) => (centre + radius * x) ** exponent);
  return tidyReals(() => {
    const mapped = combine(matrix, 1 / radius, matrix, 0, -centre / radius);
    let later = combine(matrix, 0, matrix, 0);
    let next = combine(matrix, 0, matrix, 0, coefficients.at(-1) ?? 0);
    for (const coefficient of coefficients.slice(1, -1).reverse()) {
      [later, next] = [next, combine(matrixProduct(mapped, next, { symmetric: true }), 2, later, -1, coefficient)];
    }
    return combine(matrixProduct(mapped, next, { symmetric: true }), 1, later, -1, coefficients[0] ?? 0);
  });
}

/** Coefficients of the interpolant of f at Chebyshev points on [−1, 1], cut where they no longer matter; at least two. */
function chebyshevCoefficients(f: (x: number) => number): number[] {
  const angles = Array.from({ length: nodes }, (_, k) => (Math.PI * (k + 0.5)) / nodes);
  const values = angles.map((angle) => f(Math.cos(angle)));
  const coefficients = angles.map((_, degree) => {
    const sum = values.reduce((total, value, k) => total + value * Math.cos(degree * (angles[k] ?? 0)), 0);
    return ((degree === 0 ? 1 : 2) * sum) / nodes;
  });
  const [first = 1] = coefficients;
  const size = coefficients.findLastIndex((coefficient) => Math.abs(coefficient) > negligible * Math.abs(first)) + 1;
  return coefficients.slice(0, Math.max(2, size));
}
