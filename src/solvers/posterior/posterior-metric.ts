/**
 * Lin-RFM for α = 1/2 with the posterior covariance, one-sided: every vector along the short side is Gaussian with the
 * dense metric K as covariance, and K becomes the mean of x xᵀ + Cov(x), its correlations shrunk a little: the EM step of
 * that model, which learns the noise level as well. Wants the short side shorter than the long one, or to be stopped early.
 *
 * In the basis B of K, K = B Bᵀ, the solve is the row normal equation with prior one: x = B u.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Precision } from '../../../kernels/real.js';
import { frobeniusNorm, tall } from '../../linalg/tall.js';
import type { Tall } from '../../linalg/tall.js';
import type { SparseProblem } from '../../sparse-problem.js';
import type { Solver, Step } from '../solver.js';
import type { PosteriorEstimate } from './estimate.js';
import { fittedValues } from './fitted.js';
import { impliedNoise, meanMoment, solveSide } from './half-sweep.js';
import type { UncertainSide } from './half-sweep.js';
import { pairsSuffice, startFromPairs } from './pair-moments.js';
import type { MetricStart } from './pair-moments.js';
import { fitTimesGap, sidesOf } from './sides.js';

export interface PosteriorMetricState {
  /** B, [short, short]: rows are the short side's entries. */
  readonly basis: Tall;
  readonly noise: number;
  /** After the first step, in the basis it was solved with. */
  readonly solved?: { readonly basis: Tall; readonly long: UncertainSide; readonly noise: number };
  readonly fitted: Float64Array;
}

/** Share of the data's variance that the first metric gives to the signal, and the noise. */
const firstShare = 0.5;
/**
 * Vectors that the belief in no correlation is worth, as a share of their length. Without it the metric overfits where the
 * long side is only several times the short one, and the sweep to stop at matters. Where pairs are too few to start from,
 * the start from the identity and an early stop are prior enough: a second one did harm to images.
 */
const priorShare = 0.2;

/**
 * @param given Where to start; from the observed pairs' second moments unless given, or from a multiple of the identity
 *   where they say nothing.
 */
export function posteriorMetric(
  precision: Precision,
  given?: (problem: SparseProblem) => MetricStart,
): Solver<PosteriorMetricState, SparseProblem, PosteriorEstimate> {
  function init(problem: SparseProblem): Promise<PosteriorMetricState> {
    const side = Math.min(...problem.shape);
    const start = given?.(problem) ?? startFromPairs(sidesOf(problem).long, side);
    if (start !== undefined) return Promise.resolve({ ...start, fitted: new Float64Array(problem.observed) });
    const basis = tall(side, side);
    for (let k = 0; k < side; k += 1) basis.values[k * (side + 1)] = Math.sqrt(firstShare);
    return Promise.resolve({ basis, noise: 1 - firstShare, fitted: new Float64Array(problem.observed) });
  }

  async function step(problem: SparseProblem, state: PosteriorMetricState): Promise<Step<PosteriorMetricState>> {
    const { long } = sidesOf(problem);
    const { basis, noise } = state;
    const side = basis.count;
    const prior = new Float64Array(side).fill(1);
    const solved = await solveSide(long, { means: basis }, prior, noise, precision);
    const fitted = await fittedValues(long, solved.means, basis, precision);
    const moment = meanMoment(solved);
    const count = solved.means.count;
    const gap = fitTimesGap(long.values, fitted);
    const learnt = impliedNoise(gap, moment, prior, { noise, count, observed: problem.observed });
    const moved = fitted.map((value, k) => value - (state.fitted[k] as number));
    const misfit = fitted.map((value, k) => value - (long.values[k] as number));
    return {
      state: {
        basis: nextBasis(basis, moment, pairsSuffice({ count, side, observed: problem.observed }) ? count : Infinity),
        noise: Math.max(learnt, Number.EPSILON),
        solved: { basis, long: solved, noise: learnt },
        fitted,
      },
      measures: {
        change: frobeniusNorm(moved) / (frobeniusNorm(fitted) || 1),
        residual: frobeniusNorm(misfit) / problem.norm,
        epsilon: Math.sqrt(Math.max(learnt, 0)),
        rank: side,
      },
    };
  }

  function estimate(problem: SparseProblem, state: PosteriorMetricState): Promise<PosteriorEstimate> {
    const { basis, solved, noise } = state;
    const count = Math.max(...problem.shape);
    const long = solved?.long ?? { means: tall(count, basis.width) };
    const short = { means: solved?.basis ?? basis };
    const [left, right] = problem.shape[0] >= problem.shape[1] ? [long, short] : [short, long];
    return Promise.resolve({ left, right, noise: noise * problem.scale ** 2, scale: problem.scale });
  }

  return { name: 'posterior-metric', init, step, estimate, dispose: () => undefined };
}

/**
 * The metric that an estimate was solved with, in the scaled units of another problem of the same shape. A multiple of the
 * identity in it is the same thing as noise to entries that were not observed, so all of it is counted as noise.
 */
export function metricOf(estimate: PosteriorEstimate, { shape, scale }: SparseProblem): MetricStart {
  const { count, values } = (shape[0] >= shape[1] ? estimate.right : estimate.left).means;
  const whole = Matrix.from1DArray(count, count, values);
  const metric = whole.mmul(whole.transpose()).mul((estimate.scale / scale) ** 2);
  const { realEigenvalues } = new EigenvalueDecomposition(metric, { assumeSymmetric: true });
  const least = Math.max(0, Math.min(...realEigenvalues));
  const basis = squareRoot(Float64Array.from(metric.sub(Matrix.eye(count).mul(least)).to1DArray()), count);
  const noise = Math.max(estimate.noise / scale ** 2 + least, Number.EPSILON);
  return { basis: tall(count, count, basis), noise };
}

/**
 * B of the next metric: the mean of x xᵀ + Cov(x), every correlation shrunk as if by a Wishart prior around the diagonal.
 * @param moment In the basis that was solved with.
 * @param count Vectors that it is the mean of; infinite for no prior.
 */
function nextBasis({ count: side, values }: Tall, moment: Float64Array, count: number): Tall {
  const basis = Matrix.from1DArray(side, side, values);
  const mean = basis.mmul(Matrix.from1DArray(side, side, moment)).mmul(basis.transpose());
  const kept = 1 / (1 + (priorShare * side) / count);
  const metric = Float64Array.from({ length: side * side }, (_, at) => {
    const [j, l] = [Math.floor(at / side), at % side];
    // Symmetric to the last bit.
    const value = (mean.get(j, l) + mean.get(l, j)) / 2;
    return j === l ? value : kept * value;
  });
  return tall(side, side, squareRoot(metric, side));
}

/** Any B with B Bᵀ = matrix. */
function squareRoot(matrix: Float64Array, side: number): Float64Array {
  const whole = Matrix.from1DArray(side, side, matrix);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(whole, { assumeSymmetric: true });
  return Float64Array.from(
    eigenvectorMatrix.to1DArray(),
    (value, k) => value * Math.sqrt(Math.max(0, realEigenvalues[k % side] ?? 0)),
  );
}
