/** The penalty on singular values that a spectral function of the AGOP amounts to. */

/** φ: from an eigenvalue of the AGOP to one of M. */
export type SpectralFunction = (eigenvalue: number) => number;

/** Where the growth of φ near zero is read off: far below any data, far above underflow. */
const [nearZero, lessNearZero] = [1e-120, 1e-110];
/** Abscissae of the double-exponential rule; its ends reach 1e-275 of the interval, for singularities close to 1/t. */
const [firstAbscissa, lastAbscissa, spacing] = [-6, 3.5, 1 / 64];

/**
 * ψ(r) = ∫₀^r s / φ(s² + ε²)² ds, so that ψ(0) = 0: what lin-RFM with φ minimises the sum of over the singular values
 * (arXiv:2401.04553, Theorem 1, figure 1). For φ(t) = t^α and ε = 0 it is r^{2−4α} / (2 − 4α).
 * @param phi Positive on positive numbers.
 * @param epsilon Smoothing; 0 unless given.
 * @returns ψ, for r of at least 0; Infinity where the integral does not exist, as for powers from 1/2 on without smoothing.
 */
export function penaltyOf(phi: SpectralFunction, epsilon = 0): (r: number) => number {
  const density = (square: number): number => phi(square + epsilon ** 2) ** -2;
  // Of density ~ t^−slope at zero.
  const slope = Math.log(density(nearZero) / density(lessNearZero)) / Math.log(lessNearZero / nearZero);
  return (r) => {
    if (r === 0) return 0;
    return slope > 1 - 1e-9 ? Infinity : integrate(density, r * r) / 2;
  };
}

/** ∫₀^end by the double-exponential rule, which a singularity at zero does not disturb. */
function integrate(density: (t: number) => number, end: number): number {
  let sum = 0;
  for (let u = firstAbscissa; u <= lastAbscissa; u += spacing) {
    // t/end = 1 / (1 + e^−w), and 1 − t/end, neither by a subtraction.
    const w = Math.PI * Math.sinh(u);
    const [share, rest] = [1 / (1 + Math.exp(-w)), 1 / (1 + Math.exp(w))];
    const weight = end * Math.PI * Math.cosh(u) * share * rest;
    if (weight > 0) sum += weight * density(end * share);
  }
  return sum * spacing;
}
