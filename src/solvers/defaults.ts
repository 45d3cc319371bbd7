/** Settings that need no tuning, and where they come from. */
import { maximumCondition } from '../linalg/matrix-power.js';
import type { Precision } from '../../kernels/real.js';
import { followChange } from './schedules.js';
import type { Schedule } from './schedules.js';

export const defaultMaxSteps = 1000;
export const defaultTolerance = 1e-6;

/** By what factor a metric made by square roots must be better conditioned than one that was not. */
const lostToRoots: Readonly<Record<Precision, number>> = { float32: 10, float64: 100 };

/** One side moves slowly, so its changes must be smaller before they mean that it has settled. */
const settledRatio = { both: 0.05, one: 0.01 };

/**
 * Smoothing that needs no tuning. Starting at the data's own scale and shrinking by a fifth after each step that
 * changed the estimate by less than a twentieth of it (alternating) recovered as many problems as waiting longer did (60x60 of rank 4,
 * 1.5 to 2.5 observations a degree of freedom, ten draws each), a tenth fewer.
 */
export function defaultEpsilon(alpha: number, precision: Precision, sides: 'both' | 'one'): Schedule {
  const relativeFloor = smallestEpsilon(alpha, precision);
  return followChange({ start: 1, decay: 0.8, ratio: settledRatio[sides], relativeFloor });
}

/** The same for a metric of low rank, whose row problems are as well conditioned at any smoothing. */
export function lowRankEpsilon(): Schedule {
  return followChange({ start: 1, decay: 0.8, ratio: settledRatio.one, relativeFloor: 1e-8 });
}

/** Noise blurs what a slow descent would tell apart: the smoothing need not wait for the weights. */
export function noisyEpsilon(alpha: number, precision: Precision): Schedule {
  return followChange({ start: 1, decay: 0.8, ratio: 1, relativeFloor: smallestEpsilon(alpha, precision) });
}

/**
 * The smallest smoothing that the precision bears, as a share of the estimate's size: the condition number of the metric
 * is then at most (size/ε)^{4α}.
 */
function smallestEpsilon(alpha: number, precision: Precision): number {
  // A metric made by square roots carries their errors, which its Cholesky factors must survive.
  const bearable = maximumCondition[precision] / (Number.isInteger(2 * alpha) ? 1 : lostToRoots[precision]);
  // Where the metric is a power above 1 of the AGOP, it is the metric that must stay solvable; else the AGOP itself.
  return bearable ** (-1 / (2 * Math.max(1, 2 * alpha)));
}

/**
 * The ridge for a noise of standard deviation `noise`, in the observations' scaled units. For alpha = 1/2 rows are
 * Gaussian with the metric as covariance, and the ridge is the noise variance; for other powers the variance is raised
 * with the AGOP, so that a direction with the noise's own variance is shrunk by the same half.
 */
export function defaultRidge(noise: number, alpha: number): number {
  return noise ** (4 * alpha);
}
