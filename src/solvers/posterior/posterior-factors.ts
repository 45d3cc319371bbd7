/**
 * Lin-RFM with the posterior covariance on both sides, low rank: X = U Vᵀ, every solve using the other side's means and
 * covariances, each side's metric the mean second moment of its factor. Learns the noise level and, as components whose
 * variance vanishes drop out, the rank.
 */
import { EigenvalueDecomposition, CholeskyDecomposition, Matrix } from 'ml-matrix';
import { createRandom } from '../../data/random.js';
import { leadingTriplets, padRandom } from '../../linalg/leading-singular.js';
import type { Triplets } from '../../linalg/leading-singular.js';
import { frobeniusNorm, scaleColumns, tall, timesSmall } from '../../linalg/tall.js';
import type { Precision } from '../../../kernels/real.js';
import type { SparseProblem } from '../../sparse-problem.js';
import type { Solver, Step } from '../solver.js';
import { impliedNoise, meanMoment, solveSide } from './half-sweep.js';
import type { Side, UncertainSide } from './half-sweep.js';
import { fitTimesGap, sidesOf } from './sides.js';
import { fittedValues } from './fitted.js';
import type { PosteriorEstimate } from './estimate.js';

export interface PosteriorFactorsOptions {
  /** Components to begin with; those that the data do not bear drop out. */
  readonly rank: number;
  /**
   * Size of the start, as a share of the zero-filled matrix's singular values scaled up by the sampling rate. From a
   * small one only strong components grow, and stopped early that is shrinkage; from 1 all that are there are found.
   */
  readonly startShare: number;
  readonly precision: Precision;
  /** Noise variance known beforehand, in the problem's scaled units; learnt unless given. */
  readonly noise?: number;
  /** Where to start instead; decides on the number of components. */
  readonly start?: PosteriorStart;
}

/** In the problem's scaled units. */
export interface PosteriorStart {
  readonly triplets: Triplets;
  /** Noise variance of the first half sweep, where it is not known beforehand. */
  readonly noise: number;
}

export interface PosteriorFactorsState {
  /** The longer side's factor and the shorter side's. Before the first step only `short` counts. */
  readonly long: UncertainSide;
  readonly short: Side;
  readonly longPrior: Float64Array;
  readonly shortPrior: Float64Array;
  /** Noise variance. */
  readonly noise: number;
  /** Fitted values at the observations, in the order of the longer side. */
  readonly fitted: Float64Array;
}

const firstPowerSteps = 3;
/** A component whose variance is below this share of the noise's is gone. */
const negligible = 1e-6;
/** Smallest noise variance, as a share of the data's: exact data would end at zero. */
const leastNoise = 1e-16;

export function posteriorFactors(
  options: PosteriorFactorsOptions,
): Solver<PosteriorFactorsState, SparseProblem, PosteriorEstimate> {
  const { precision } = options;

  async function init(problem: SparseProblem): Promise<PosteriorFactorsState> {
    const { long, short } = sidesOf(problem);
    const [longCount, shortCount] = [long.starts.length - 1, short.starts.length - 1];
    const rank = options.start?.triplets.values.length ?? Math.max(1, Math.min(options.rank, shortCount));
    const [rows, columns] = problem.shape;
    const triplets = options.start?.triplets ?? (await spectralStart(problem, rank, options.startShare));
    const vectors = rows >= columns ? triplets.right : triplets.left;
    // Entries of size one on the long side: all of the scale is on the short one.
    const spread = triplets.values.map((value) => value / Math.sqrt(longCount));
    const means = scaleColumns(vectors, spread);
    const longPrior = new Float64Array(rank).fill(1);
    const shortPrior = spread.map((value) => Math.max(value ** 2 / shortCount, Number.MIN_VALUE));
    const nothing = tall(longCount, rank);
    return {
      long: { means: nothing, covariances: new Float64Array(longCount * rank * rank) },
      short: { means },
      ...{
        longPrior,
        shortPrior,
        noise: options.noise ?? options.start?.noise ?? 1,
        fitted: new Float64Array(problem.observed),
      },
    };
  }

  async function step(
    problem: SparseProblem,
    state: PosteriorFactorsState,
    progress: readonly unknown[],
  ): Promise<Step<PosteriorFactorsState>> {
    const { long, short } = sidesOf(problem);
    const { observed } = problem;
    const turned = progress.length === 0 || state.short.covariances === undefined ? state : rotate(state);
    const learn = (noise: number): number => options.noise ?? Math.max(noise, leastNoise);
    const { longPrior, shortPrior } = turned;
    const longSide = await solveSide(long, turned.short, longPrior, turned.noise, precision);
    const half = await fittedValues(long, longSide.means, turned.short.means, precision);
    const longMoment = meanMoment(longSide);
    const count = longSide.means.count;
    const gap = fitTimesGap(long.values, half);
    const noise = learn(impliedNoise(gap, longMoment, longPrior, { noise: turned.noise, count, observed }));
    const shortSide = await solveSide(short, longSide, shortPrior, noise, precision);
    const fitted = await fittedValues(long, longSide.means, shortSide.means, precision);
    const lastNoise = impliedNoise(fitTimesGap(long.values, fitted), meanMoment(shortSide), shortPrior, {
      ...{ noise, count: shortSide.means.count, observed },
    });
    const next = {
      ...{ long: longSide, short: shortSide, fitted, noise: learn(lastNoise) },
      longPrior: diagonal(longMoment),
      shortPrior: diagonal(meanMoment(shortSide)),
    };
    const finite = [...next.longPrior, ...next.shortPrior, next.noise].every(Number.isFinite);
    const moved = fitted.map((value, k) => value - (state.fitted[k] as number));
    const misfit = fitted.map((value, k) => value - (long.values[k] as number));
    return {
      state: next,
      measures: {
        // Second moments that overflowed would only show in the next step.
        change: finite ? frobeniusNorm(moved) / (frobeniusNorm(fitted) || 1) : NaN,
        residual: frobeniusNorm(misfit) / problem.norm,
        epsilon: Math.sqrt(next.noise),
        rank: next.longPrior.length,
      },
    };
  }

  function estimate(problem: SparseProblem, { long, short, noise }: PosteriorFactorsState): Promise<PosteriorEstimate> {
    const tallRows = problem.shape[0] >= problem.shape[1];
    const [left, right] = tallRows ? [long, short] : [short, long];
    return Promise.resolve({ left, right, noise: noise * problem.scale ** 2, scale: problem.scale });
  }

  return { name: 'posterior', init, step, estimate, dispose: () => undefined };
}

/** The zero-filled matrix's leading triplets, scaled up by the sampling rate. */
async function spectralStart(problem: SparseProblem, rank: number, startShare: number): Promise<Triplets> {
  const [rows, columns] = problem.shape;
  const zero = await problem.residuals.of(tall(rows, 1), tall(columns, 1));
  const start = padRandom(tall(columns, 0), rank, createRandom(0));
  const triplets = await leadingTriplets(zero, start, firstPowerSteps);
  zero.dispose();
  const factor = (startShare * rows * columns) / problem.observed;
  return { ...triplets, values: triplets.values.map((value) => factor * value) };
}

function diagonal(matrix: Float64Array): Float64Array {
  const rank = Math.sqrt(matrix.length);
  return Float64Array.from({ length: rank }, (_, k) => matrix[k * (rank + 1)] as number);
}

/**
 * The same X in the basis in which both sides' second moments are one diagonal matrix: what the priors, which are
 * diagonal, can express. With P = L Lᵀ and Q the moments of the long and the short side and Lᵀ Q L = E Λ Eᵀ, the short
 * factor becomes Λ^{−1/4} Eᵀ Lᵀ v. Components without variance are dropped.
 */
function rotate(state: PosteriorFactorsState): PosteriorFactorsState {
  const short = state.short as UncertainSide;
  const rank = state.longPrior.length;
  const moment = Matrix.from1DArray(rank, rank, meanMoment(state.long));
  const floor = 1e-14 * moment.trace();
  const lower = new CholeskyDecomposition(Matrix.add(moment, Matrix.eye(rank).mul(floor))).lowerTriangularMatrix;
  const other = Matrix.from1DArray(rank, rank, meanMoment(short));
  const product = lower.transpose().mmul(other).mmul(lower);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  const least = negligible * state.noise;
  const order = realEigenvalues.map((_, k) => k).sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
  const kept = order.filter((k, place) => place === 0 || (realEigenvalues[k] ?? 0) > least);
  const values = kept.map((k) => Math.max(realEigenvalues[k] ?? 0, Number.MIN_VALUE));
  const turn = lower.mmul(eigenvectorMatrix.subMatrixColumn(kept));
  const spread = Float64Array.from(values, Math.sqrt);
  const matrix = Float64Array.from(
    turn.to1DArray(),
    (value, k) => value / Math.sqrt(spread[k % kept.length] as number),
  );
  return {
    ...state,
    short: {
      means: timesSmall(short.means, matrix, kept.length),
      covariances: turnBlocks(short.covariances, matrix, rank, kept.length),
    },
    longPrior: spread,
    shortPrior: spread,
  };
}

/** matrixᵀ · block · matrix for every block. */
function turnBlocks(blocks: Float64Array, matrix: Float64Array, rank: number, across: number): Float64Array {
  const count = blocks.length / (rank * rank);
  const half = timesSmall({ count: count * rank, width: rank, values: blocks }, matrix, across).values;
  const output = new Float64Array(count * across * across);
  for (let i = 0; i < count; i += 1) {
    for (let a = 0; a < rank; a += 1) {
      const from = (i * rank + a) * across;
      for (let c = 0; c < across; c += 1) {
        const factor = matrix[a * across + c] as number;
        const to = (i * across + c) * across;
        for (let d = 0; d < across; d += 1)
          output[to + d] = (output[to + d] as number) + factor * (half[from + d] as number);
      }
    }
  }
  return output;
}
