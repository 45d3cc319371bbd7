/**
 * Where the dense metric starts: the short side's second moments, pair by pair over the vectors that observe both. Much
 * nearer to the answer than a multiple of the identity, from which every sweep learns a part of the correlations only.
 *
 * Moments over different vectors are no covariance: some eigenvalues are negative, and their size shows by how much chance
 * spreads all of them. What stands above that is the signal's; the remaining variance is shared out evenly, for the sweeps
 * to tell signal from noise in it.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { tall } from '../../linalg/tall.js';
import type { Tall } from '../../linalg/tall.js';
import type { SparseSide } from '../../sparse-problem.js';

/** A metric and a noise level to begin with, in the problem's scaled units. */
export interface MetricStart {
  /** B with K = B Bᵀ, [side, side]. */
  readonly basis: Tall;
  /** Variance. */
  readonly noise: number;
}

/**
 * Share of the variance outside the signal's directions that starts as noise: too little is mended in fewer sweeps than
 * too much.
 */
const noiseShare = 0.2;
/**
 * Vectors that must observe a pair, on average, as a multiple of the side. Moments over fewer are mostly chance, which the
 * sweeps do not find out of again: the identity and an early stop are better there.
 */
const leastCount = 0.5;
/** That variance, as a share of all, at least. */
const leastRest = 0.1;

/** Whether enough of `count` vectors observe a pair of their entries, were the observed ones drawn evenly. */
export function pairsSuffice(size: {
  readonly count: number;
  readonly side: number;
  readonly observed: number;
}): boolean {
  return size.observed ** 2 >= leastCount * size.count * size.side ** 3;
}

/**
 * @param long The vectors' observations, sorted by vector.
 * @param side Length of a vector.
 * @returns Undefined where too few vectors observe a pair, or the pairs show no more correlation than chance would.
 */
export function startFromPairs(long: SparseSide, side: number): MetricStart | undefined {
  if (!pairsSuffice({ count: long.starts.length - 1, side, observed: long.values.length })) return undefined;
  const moments = pairMoments(long, side);
  const excess = meanSquareCorrelation(moments, side);
  if (!(excess > 0)) return undefined;
  // The best linear guess at a correlation of that mean square, known to a variance of 1/count.
  const shrunk = moments.sums.map((sum, at) => {
    const count = moments.counts[at] as number;
    return at % (side + 1) === 0 ? (moments.variances[at % side] as number) : sum / (count + 1 / excess);
  });
  const whole = Matrix.from1DArray(side, side, shrunk);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(whole, { assumeSymmetric: true });
  const chance = -Math.min(0, ...realEigenvalues);
  const signal = realEigenvalues.map((value) => Math.max(0, value - chance));
  const all = whole.trace() / side;
  const rest = Math.max(leastRest * all, all - signal.reduce((sum, value) => sum + value, 0) / side);
  const noise = noiseShare * rest;
  const roots = signal.map((value) => Math.sqrt(value + rest - noise));
  const basis = Float64Array.from(eigenvectorMatrix.to1DArray(), (value, k) => value * (roots[k % side] as number));
  return Number.isFinite(noise) ? { basis: tall(side, side, basis), noise } : undefined;
}

interface PairMoments {
  /** Σ y_ij y_ik over the vectors i that observe both, [side, side]. */
  readonly sums: Float64Array;
  /** How many do, [side, side]. */
  readonly counts: Float64Array;
  /** Mean squares of each entry of a vector, as if one more observation had shown the mean of all, [side]. */
  readonly variances: Float64Array;
}

function pairMoments({ starts, columns, values }: SparseSide, side: number): PairMoments {
  const sums = new Float64Array(side * side);
  const counts = new Float64Array(side * side);
  for (let i = 0; i + 1 < starts.length; i += 1) {
    const [begin, end] = [starts[i] as number, starts[i + 1] as number];
    for (let k = begin; k < end; k += 1) {
      const from = (columns[k] as number) * side;
      const value = values[k] as number;
      for (let l = begin; l < end; l += 1) {
        const at = from + (columns[l] as number);
        sums[at] = (sums[at] as number) + value * (values[l] as number);
        counts[at] = (counts[at] as number) + 1;
      }
    }
  }
  const mean = values.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, values.length);
  const variances = Float64Array.from({ length: side }, (_, j) => {
    const at = j * (side + 1);
    return ((sums[at] as number) + mean) / ((counts[at] as number) + 1);
  });
  return { sums, counts, variances };
}

/** Of the true correlations: that of the observed ones less what chance adds, 1/count, weighted by the counts. */
function meanSquareCorrelation({ sums, counts, variances }: PairMoments, side: number): number {
  let [squares, all] = [0, 0];
  for (let j = 0; j < side; j += 1) {
    for (let l = 0; l < j; l += 1) {
      const count = counts[j * side + l] as number;
      const scale = (variances[j] as number) * (variances[l] as number);
      if (count === 0 || scale === 0) continue;
      squares += (sums[j * side + l] as number) ** 2 / (count * scale) - 1;
      all += count;
    }
  }
  return all === 0 ? 0 : squares / all;
}
