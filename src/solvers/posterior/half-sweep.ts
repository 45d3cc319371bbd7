/**
 * One side of a matrix given the other: the Gaussian posterior of every row of X = U Vᵀ, batched.
 *
 * With prior covariance diag(prior) for u_i, noise variance s and E v_j v_jᵀ = M_j,
 *   A_i = Σ_{j∈Ω_i} M_j + s·diag(1/prior),  u_i = A_i⁻¹ Σ_j y_ij E v_j,  Cov(u_i) = s·A_i⁻¹.
 *
 * @see Lim and Teh, "Variational Bayesian approach to movie rating prediction", 2007; Ilin and Raiko, JMLR 11, 2010.
 */
import { disposeReal, downloadReal, tidyReals, uploadReal } from '../../../kernels/real.js';
import type { Precision } from '../../../kernels/real.js';
import { rowNormalSolve } from '../../../kernels/row-normal-solve/index.js';
import { innerProducts } from '../../linalg/tall.js';
import type { Tall } from '../../linalg/tall.js';
import type { SparseSide } from '../../sparse-problem.js';

/** A component of less variance is gone; dividing by less would overflow. */
const leastPrior = 1e-30;

/** What is known of one side's factor: Gaussian rows. */
export interface Side {
  /** Posterior means, [count, rank]. */
  readonly means: Tall;
  /** Posterior covariances, [count, rank, rank]; absent where the factor is known exactly. */
  readonly covariances?: Float64Array;
}

/** A Side whose covariances are known. */
export type UncertainSide = Required<Side>;

/**
 * @param own Observations sorted by the side that is solved for.
 * @param other The side that is given.
 * @param prior Prior variances by component, [rank].
 * @param noise Variance of an observation.
 */
export async function solveSide(
  own: SparseSide,
  other: Side,
  prior: Float64Array,
  noise: number,
  precision: Precision,
): Promise<UncertainSide> {
  const rank = prior.length;
  const count = own.starts.length - 1;
  const ridge = prior.map((variance) => noise / Math.max(variance, leastPrior));
  const solved = tidyReals(() => {
    const upload = (values: Float64Array, ...shape: number[]) => uploadReal(values, shape, precision);
    const right = upload(other.means.values, other.means.count, rank);
    const moments =
      other.covariances === undefined
        ? {}
        : { moments: upload(secondMoments(other.means, other.covariances), other.means.count, rank, rank) };
    const values = upload(own.values, own.values.length);
    return rowNormalSolve(values, right, upload(ridge, rank), own.pattern, { ...moments, withInverse: true });
  });
  const both = await downloadReal(solved);
  disposeReal(solved);
  const means = new Float64Array(count * rank);
  const covariances = new Float64Array(count * rank * rank);
  const across = rank * (rank + 1);
  for (let i = 0; i < count; i += 1) {
    means.set(both.subarray(i * across, i * across + rank), i * rank);
    for (let k = 0; k < rank * rank; k += 1) {
      covariances[i * rank * rank + k] = noise * (both[i * across + rank + k] as number);
    }
  }
  return { means: { count, width: rank, values: means }, covariances };
}

/** E v vᵀ of every row, [count, rank, rank]. */
export function secondMoments({ count, width, values }: Tall, covariances: Float64Array): Float64Array {
  const moments = Float64Array.from(covariances);
  for (let i = 0; i < count; i += 1) {
    for (let a = 0; a < width; a += 1) {
      const factor = values[i * width + a] as number;
      const to = (i * width + a) * width;
      for (let b = 0; b < width; b += 1)
        moments[to + b] = (moments[to + b] as number) + factor * (values[i * width + b] as number);
    }
  }
  return moments;
}

/** The mean over the rows of E v vᵀ, row-major [rank, rank], symmetric to the last bit. */
export function meanMoment({ means, covariances }: UncertainSide): Float64Array {
  const { count, width } = means;
  const sum = innerProducts(means, means);
  for (let i = 0; i < count; i += 1) {
    const from = i * width * width;
    for (let k = 0; k < sum.length; k += 1) sum[k] = (sum[k] as number) + (covariances[from + k] as number);
  }
  return sum.map((value, k) => (value + (sum[(k % width) * width + Math.floor(k / width)] as number)) / (2 * count));
}

/**
 * The noise variance that the last half sweep implies: the mean over the observations of the expected squared residual.
 * With A_i u_i = Σ y E v the sum of E(y − u·v)² is Σ y(y − ŷ) + s·Σ_k (count − Σ_i E u_ik² / prior_k).
 * @param fitTimesGap Σ y(y − ŷ) over the observations.
 * @param moment meanMoment of the side just solved.
 */
export function impliedNoise(
  fitTimesGap: number,
  moment: Float64Array,
  prior: Float64Array,
  { noise, count, observed }: { readonly noise: number; readonly count: number; readonly observed: number },
): number {
  const rank = prior.length;
  let shrunk = 0;
  prior.forEach(
    (variance, k) => (shrunk += count * (1 - (moment[k * rank + k] as number) / Math.max(variance, leastPrior))),
  );
  return (fitTimesGap + noise * shrunk) / observed;
}
