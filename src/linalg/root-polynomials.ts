/**
 * Quintic polynomials for the coupled iteration of the matrix square root.
 *
 * Plain Newton–Schulz uses (15 − 10t + 3t²)/8 in every step and gains a factor 1.9 on small eigenvalues. Knowing the range
 * of the spectrum, each step can use the odd quintic x·p(x²) that is nearest to 1 on the present range, which gains up to
 * a factor 8. It is found by the Remez exchange. See Amsel, Persson, Musco, Gower, "The Polar Express",
 * arXiv:2505.16932, where the same polynomials serve the polar factor.
 */

import { Matrix, solve } from 'ml-matrix';

/** p(t) = constant + linear·t + quadratic·t². */
export interface RootPolynomial {
  readonly constant: number;
  readonly linear: number;
  readonly quadratic: number;
}

/** Newton–Schulz of fifth order: the limit of the best polynomials as the range shrinks to {1}. */
const final: RootPolynomial = { constant: 15 / 8, linear: -10 / 8, quadratic: 3 / 8 };

/** Within this distance of 1 `final` is as good as the best polynomial, which rounding then spoils: its error is (5/2)·e³. */
const closeToOne = 1e-2;

/**
 * The polynomials that take every x in [lower, 1] to 1 by x ← x·p(x²), one after the other.
 * @param lower Square root of the reciprocal condition number, in (0, 1].
 * @param precisionUnit Stop once |x − 1| is below this.
 */
export function rootPolynomials(lower: number, precisionUnit: number): RootPolynomial[] {
  const polynomials: RootPolynomial[] = [];
  let low = lower;
  let high = 1;
  while (1 - low > closeToOne || high - 1 > closeToOne) {
    const { polynomial, error } = bestOddQuintic(low, high);
    polynomials.push(polynomial);
    low = 1 - error;
    high = 1 + error;
  }
  for (let error = Math.max(1 - low, high - 1); error > precisionUnit; error = 2.5 * error ** 3)
    polynomials.push(final);
  return polynomials;
}

/** The odd quintic nearest to 1 on [low, high] in the largest error. */
function bestOddQuintic(low: number, high: number): { polynomial: RootPolynomial; error: number } {
  let [second, third] = [low + (high - low) / 4, low + (3 * (high - low)) / 4];
  let fit = interpolate([low, second, third, high]);
  for (let exchange = 0; exchange < 60; exchange += 1) {
    const { constant, linear, quadratic } = fit.polynomial;
    // Stationary points of x·p(x²): constant + 3·linear·t + 5·quadratic·t² = 0 with t = x².
    const root = Math.sqrt(Math.max(0, 9 * linear ** 2 - 20 * constant * quadratic));
    const [first, last] = [(-3 * linear - root) / (10 * quadratic), (-3 * linear + root) / (10 * quadratic)];
    const [nextSecond, nextThird] = [Math.sqrt(Math.min(first, last)), Math.sqrt(Math.max(first, last))];
    const moved = Math.abs(nextSecond - second) + Math.abs(nextThird - third);
    if (!Number.isFinite(moved)) break;
    [second, third] = [nextSecond, nextThird];
    fit = interpolate([low, second, third, high]);
    if (moved < 1e-13 * high) break;
  }
  return fit;
}

/** Solves a·x + b·x³ + c·x⁵ ± error = 1 at four points, the sign of the error alternating. */
function interpolate(points: readonly number[]): { polynomial: RootPolynomial; error: number } {
  const system = new Matrix(points.map((x, k) => [x, x ** 3, x ** 5, k % 2 === 0 ? 1 : -1]));
  const [constant = 0, linear = 0, quadratic = 0, error = 0] = solve(
    system,
    Matrix.columnVector([1, 1, 1, 1]),
  ).to1DArray();
  return { polynomial: { constant, linear, quadratic }, error: Math.abs(error) };
}
