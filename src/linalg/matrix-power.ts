/**
 * Real powers of a symmetric positive definite matrix by matrix products alone: no SVD, no eigendecomposition.
 *
 * Integer powers are products. A power with a fractional part takes repeated square roots, each by the coupled iteration
 *   W = Z·Y,  Y ← Y·p(W),  Z ← p(W)·Z,  from Y = A/‖A‖, Z = I:  Y → (A/‖A‖)^{1/2}, Z → (A/‖A‖)^{−1/2}
 * (Higham, Functions of Matrices, section 6.7) with polynomials p fitted to the range of the spectrum. A dyadic fraction
 * multiplies the roots that its binary digits name. Any other fraction ends on a root whose spectrum lies in [1/2, 1]·‖·‖,
 * on which a Chebyshev interpolant of x^t of degree about 20 is exact to rounding.
 */
import { combine } from '../../kernels/combine/index.js';
import { differenceNorms } from '../../kernels/difference-norms/index.js';
import { matrixProduct } from '../../kernels/matrix-product/index.js';
import { disposeReal, downloadReal, tidyReals } from '../../kernels/real.js';
import type { Precision, RealTensor } from '../../kernels/real.js';
import { InputError } from '../errors.js';
import { chebyshevPower } from './chebyshev.js';
import { rootPolynomials } from './root-polynomials.js';

/** Bounds on the eigenvalues: 0 < lower ≤ λ ≤ upper. They need not be tight. */
export interface SpectralRange {
  readonly lower: number;
  readonly upper: number;
}

export interface PowerResult {
  readonly power: RealTensor;
  /** For each square root taken, [‖matrix − root²‖_F², ‖matrix‖_F²]; `largestDefect` reads them on the host. */
  readonly defects: readonly RealTensor[];
}

/** A power of a symmetric positive definite matrix; the caller disposes the power and the defects. */
export type SpectralPower = (
  matrix: RealTensor,
  exponent: number,
  range: SpectralRange,
) => PowerResult | Promise<PowerResult>;

/** Multiples of 1/64 are taken apart into square roots exactly; other fractions end in a Chebyshev interpolant. */
const dyadicParts = 64;

/** Rounding unit of each precision, and the condition number past which square roots lose all digits of the smallest eigenvalues. */
export const unitRoundoff: Readonly<Record<Precision, number>> = { float32: 2 ** -24, float64: 2 ** -53 };
export const maximumCondition: Readonly<Record<Precision, number>> = { float32: 1e6, float64: 1e14 };

/**
 * Raises a symmetric positive definite matrix to a real power, SVD-free; queues the work and waits for nothing.
 * @param matrix Symmetric, [n, n].
 * @param exponent In (0, 2], as 2α for α in (0, 1].
 * @param range Bounds on the spectrum; wrong ones show in `defects`.
 * @returns The power, [n, n], and the defects of its roots; the caller disposes both.
 */
export function newtonSchulzPower(matrix: RealTensor, exponent: number, range: SpectralRange): PowerResult {
  return tidyReals(() => {
    const whole = Math.floor(exponent);
    const fraction = exponent - whole;
    const defects: RealTensor[] = [];
    const factors: RealTensor[] = Array.from({ length: whole }, () => matrix);
    if (fraction > 0) factors.push(...fractionalFactors(matrix, fraction, range, defects));
    const [first, ...others] = factors;
    if (first === undefined) throw new InputError('matrixPower', 'an exponent in (0, 2]', `${exponent}`);
    // Powers of one matrix commute, so every product of them is symmetric.
    const power = others.reduce((product, factor) => matrixProduct(product, factor, { symmetric: true }), first);
    return { power: power === matrix ? cloneReal(matrix) : power, defects };
  });
}

/**
 * Raises a symmetric positive definite matrix to a real power, SVD-free, and checks the result. A synchronisation point.
 * @param matrix Symmetric, [n, n].
 * @param exponent In (0, 2].
 * @returns `power` [n, n], which the caller disposes; `defect`, the relative error of the worst square root taken
 *   (0 where none was); and `status`: 'ill-conditioned' where the spectrum is wider than the precision can hold or the
 *   roots did not converge, and the power is then not to be trusted.
 * @throws InputError for an exponent or a range out of bounds.
 */
export async function matrixPower(
  matrix: RealTensor,
  exponent: number,
  range: SpectralRange,
): Promise<{ power: RealTensor; defect: number; status: 'accurate' | 'ill-conditioned' }> {
  if (!(exponent > 0 && exponent <= 2)) throw new InputError('matrixPower', 'an exponent in (0, 2]', `${exponent}`);
  if (!(range.lower > 0 && range.upper >= range.lower && Number.isFinite(range.upper))) {
    throw new InputError('matrixPower', 'bounds with 0 < lower <= upper', `${range.lower} and ${range.upper}`);
  }
  const result = newtonSchulzPower(matrix, exponent, range);
  const norms = await Promise.all(result.defects.map((defect) => downloadReal(defect)));
  disposeReal(...result.defects);
  const defect = largestDefect(norms.flatMap((pair) => [...pair]));
  const condition = range.upper / range.lower;
  const tolerated = defect <= Math.sqrt(unitRoundoff[matrix.precision]);
  const trusted = Number.isInteger(exponent) || (condition <= maximumCondition[matrix.precision] && tolerated);
  return { power: result.power, defect, status: trusted ? 'accurate' : 'ill-conditioned' };
}

/**
 * The relative error of the worst square root.
 * @param norms Defects on the host, one pair [squared gap, squared norm] after the other.
 * @returns 0 for no roots; NaN where a root is not finite.
 */
export function largestDefect(norms: ArrayLike<number>): number {
  let largest = 0;
  for (let k = 0; k + 1 < norms.length; k += 2) {
    const defect = Math.sqrt((norms[k] ?? NaN) / (norms[k + 1] ?? NaN));
    if (Number.isNaN(defect)) return NaN;
    largest = Math.max(largest, defect);
  }
  return largest;
}

/** Matrices whose product is matrix^fraction, for a fraction in (0, 1). */
function fractionalFactors(
  matrix: RealTensor,
  fraction: number,
  range: SpectralRange,
  defects: RealTensor[],
): RealTensor[] {
  const factors: RealTensor[] = [];
  let root = { matrix, range };
  let rest = fraction;
  const dyadic = Number.isInteger(fraction * dyadicParts);
  while (rest > 0) {
    const narrow = root.range.upper / root.range.lower <= 2;
    if (narrow && !dyadic) return [...factors, chebyshevPower(root.matrix, rest, root.range)];
    root = squareRoot(root.matrix, root.range, defects);
    rest *= 2;
    if (rest >= 1) {
      factors.push(root.matrix);
      rest -= 1;
    }
  }
  return factors;
}

/**
 * The square root by the coupled iteration. Runs inside a tidy.
 * The products are symmetric in exact arithmetic, and must not be made so: mirroring one half feeds rounding errors back,
 * which then grow like the cube of the condition number (measured: 5e-5 at 1e6 instead of 3e-14). Only the last may.
 */
function squareRoot(
  matrix: RealTensor,
  range: SpectralRange,
  defects: RealTensor[],
): { matrix: RealTensor; range: SpectralRange } {
  const { precision } = matrix;
  const condition = Math.min(range.upper / range.lower, maximumCondition[precision] * 10);
  const polynomials = rootPolynomials(Math.sqrt(1 / condition), unitRoundoff[precision]);
  let root = combine(matrix, 1 / range.upper, matrix, 0);
  let inverse: RealTensor | undefined;
  polynomials.forEach(({ constant, linear, quadratic }, step) => {
    const product = inverse === undefined ? root : matrixProduct(inverse, root);
    const square = matrixProduct(product, product);
    const polynomial = combine(product, linear, square, quadratic, constant);
    const last = step === polynomials.length - 1;
    const nextRoot = matrixProduct(root, polynomial, { symmetric: last });
    const nextInverse = inverse === undefined ? polynomial : last ? inverse : matrixProduct(polynomial, inverse);
    const spent = new Set([product, square, root, polynomial, inverse ?? root]);
    spent.delete(nextInverse);
    disposeReal(...spent);
    root = nextRoot;
    inverse = nextInverse;
  });
  const scaled = combine(root, Math.sqrt(range.upper), root, 0);
  defects.push(differenceNorms(matrix, matrixProduct(scaled, scaled, { symmetric: true })));
  return { matrix: scaled, range: { lower: Math.sqrt(range.lower), upper: Math.sqrt(range.upper) } };
}

function cloneReal(real: RealTensor): RealTensor {
  return { ...real, tensor: real.tensor.clone() };
}
