/** What a posterior solver hands over: factors with their covariances, and the variance of any entry. */
import type { Side } from './half-sweep.js';

export interface PosteriorEstimate {
  /** Rows of X, in the problem's scaled units together with `right`. */
  readonly left: Side;
  readonly right: Side;
  /** Variance of the noise, in the observations' units. */
  readonly noise: number;
  /** What scaled units are multiplied by. */
  readonly scale: number;
}

/** Mean of entry (row, column), in the observations' units. */
export function meanOf({ left, right, scale }: PosteriorEstimate, row: number, column: number): number {
  const { width, values: u } = left.means;
  const v = right.means.values;
  let sum = 0;
  for (let k = 0; k < width; k += 1) sum += (u[row * width + k] as number) * (v[column * width + k] as number);
  return scale * sum;
}

/**
 * Posterior variance of entry (row, column) without noise: vᵀ C_u v + uᵀ C_v u + tr(C_u C_v), in the observations' units
 * squared.
 */
export function varianceOf({ left, right, scale }: PosteriorEstimate, row: number, column: number): number {
  const { width } = left.means;
  let sum = 0;
  for (let a = 0; a < width; a += 1) {
    for (let b = 0; b < width; b += 1) {
      const u = covariance(left, row, a, b);
      const v = covariance(right, column, a, b);
      sum +=
        u * (entry(right, column, a) * entry(right, column, b) + v) + v * entry(left, row, a) * entry(left, row, b);
    }
  }
  return scale ** 2 * Math.max(0, sum);
}

function entry({ means: { width, values } }: Side, row: number, k: number): number {
  return values[row * width + k] as number;
}

function covariance({ means: { width }, covariances }: Side, row: number, a: number, b: number): number {
  return covariances === undefined ? 0 : (covariances[(row * width + a) * width + b] as number);
}
