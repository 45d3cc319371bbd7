/**
 * Low-rank Linear Recursive Feature Machine: one side reweighted, any alpha, nothing of the matrix's size is formed.
 *
 * The metric K = (XᵀX/m + ε²·I)^{2α} keeps the leading right singular pairs of X and has κ₀ = ε^{4α} elsewhere:
 * K = V diag(κ) Vᵀ + κ₀(I − VVᵀ). With s = κ₀ + λ, D = diag(κ − κ₀) and B the rows of V at a row's observations,
 *
 *   c = (BᵀB + s·D⁻¹)⁻¹ Bᵀ y,   ρ = y − B c,   x = V c + (κ₀/s)·(ρ at the observations)
 *
 * is exactly x = K[:, Ω] (K[Ω, Ω] + λ·I)⁻¹ y, by Woodbury's identity: a system of the rank's size a row. X is held as
 * low rank plus sparse, and its singular pairs come from block power steps that start from the last ones.
 *
 * @see arXiv:2401.04553, Algorithm 1.
 */
import { createRandom } from '../data/random.js';
import type { Factors } from '../completion.js';
import { asReal, disposeReal, uploadReal } from '../../kernels/real.js';
import type { Precision, RealTensor } from '../../kernels/real.js';
import { leadingTriplets, lowRankPlus, padRandom } from '../linalg/leading-singular.js';
import type { Operator } from '../linalg/leading-singular.js';
import type { Residual } from '../linalg/sparse-residual.js';
import { columnsOf, frobeniusNorm, innerProducts, scaleColumns, tall, timesSmall } from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import { thinSvd } from '../linalg/thin-svd.js';
import type { Direction } from '../problem.js';
import type { SparseProblem } from '../sparse-problem.js';
import { lowRankMetric, posteriorVariance, solveCoefficients } from './low-rank-rows.js';
import type { LowRankMetric } from './low-rank-rows.js';
import type { Schedule } from './schedules.js';
import type { Progress, Solver, Step } from './solver.js';

export interface LowRankOptions {
  /** Power applied to the AGOP, in (0, 1]. */
  readonly alpha: number;
  /** Smoothing, in units of the observations' root mean square; positive. */
  readonly epsilon: Schedule;
  /** λ, in the units of the metric of the scaled observations; at least 0. */
  readonly ridge: Schedule;
  /** Singular pairs in the metric at most. */
  readonly rank: number;
  /**
   * Which side's vectors are solved for. Unless given, the longer side's, as many vectors as there are: they are short, so
   * each has many observations for its length, and the metric of the short side is the mean over many.
   */
  readonly direction?: Direction;
  /** Pairs under this share of the smoothing count as the rest of the metric; a tenth (κ within 1 % of κ₀) unless given. */
  readonly negligible?: number;
  /** Of the row problems: float32 is mended against residuals in float64. Float64 unless given. */
  readonly precision?: Precision;
}

export interface LowRankState {
  readonly direction: Direction;
  /** [vectors, rank]; X = coefficients · basisᵀ + share · residual, transposed where columns are solved for. */
  readonly coefficients: Tall;
  /** Orthonormal columns, [size of a vector, rank]. */
  readonly basis: Tall;
  /** y − P(coefficients · basisᵀ). */
  readonly residual: Residual;
  /** Its values, in the order of the problem's rows. */
  readonly misfit: Float64Array;
  /** κ₀/s: how much of the misfit X takes up; 1 where the data are exact. */
  readonly share: number;
  /** ‖X‖_F². */
  readonly squaredNorm: number;
  /** Right singular vectors from which the next step starts. */
  readonly start: Tall;
  /** Of the last step; absent before the first. */
  readonly metric?: LowRankMetric;
  /** The scaled observations on the device, in the order of the side that is solved for. */
  readonly values: RealTensor;
}

/** What the solver hands over: float64 on the host, in the observations' units. */
export interface LowRankEstimate extends Factors {
  /** Value of the estimate at each observation, in their order: the factors' and what the sparse part adds. */
  readonly fitted: Float64Array;
  /**
   * Posterior variance of an entry, without noise, up to one factor that all entries share: where λ is the noise's variance
   * in the units of the metric, the noise's variance over λ.
   */
  readonly variance: (row: number, column: number) => number;
  /** That factor by maximum likelihood: the mean over the observations of yᵀ(K + λ·I)⁻¹y. */
  readonly varianceScale: number;
}

/** Singular pairs that the power steps carry beyond those used: where the next one comes from. */
const spare = 4;
const firstWidth = 16;
const firstPowerSteps = 4;
const powerSteps = 1;

/** The solver as a value; its states are disposed through it. */
export function lowRankLinRfm(options: LowRankOptions): Solver<LowRankState, SparseProblem, LowRankEstimate> {
  const { alpha, epsilon, ridge, rank, negligible = 0.1, precision = 'float64' } = options;

  async function init(problem: SparseProblem): Promise<LowRankState> {
    const [rows, columns] = problem.shape;
    const direction = options.direction ?? (columns <= rows ? 'rows' : 'columns');
    const [count, size] = direction === 'rows' ? [rows, columns] : [columns, rows];
    const [coefficients, basis] = [tall(count, 1), tall(size, 1)];
    const residual = await residualOf(problem, direction, coefficients, basis);
    const start = padRandom(tall(size, 0), Math.min(firstWidth, rank + spare, rows, columns), createRandom(0));
    return {
      ...{ direction, coefficients, basis, residual, share: 1, squaredNorm: problem.observed, start },
      misfit: problem.rows.values,
      values: uploadReal(problem[direction].values, [problem.observed], precision),
    };
  }

  async function step(
    problem: SparseProblem,
    state: LowRankState,
    progress: readonly Progress[],
  ): Promise<Step<LowRankState>> {
    const { direction } = state;
    const samples = state.coefficients.count;
    const size = Math.sqrt(state.squaredNorm / samples);
    const smoothing = epsilon(progress, size);
    const power = progress.length === 0 ? firstPowerSteps : powerSteps;
    const triplets = await leadingTriplets(operatorOf(state), state.start, power);
    const scaled = triplets.values.map((value) => value / Math.sqrt(samples));
    const above = scaled.filter((value) => value > negligible * smoothing).length;
    const kept = Math.max(1, Math.min(rank, above));
    const samplingRate = problem.observed / (problem.shape[0] * problem.shape[1]);
    const metric = lowRankMetric(
      columnsOf(triplets.right, 0, kept),
      scaled.slice(0, kept),
      { alpha, smoothing, ridge: ridge(progress, size) },
      samplingRate,
    );
    const side = problem[direction];
    const pull = async (coefficients: Tall, basis: Tall): Promise<Tall> => {
      const missing = await residualOf(problem, direction, coefficients, basis);
      return flipped(missing, direction)
        .times(basis)
        .finally(() => missing.dispose());
    };
    const coefficients = await solveCoefficients({ side, values: state.values, samplingRate, pull }, metric);
    const residual = await residualOf(problem, direction, coefficients, metric.basis);
    try {
      const { share, norm } = sizeOf(coefficients, residual, metric);
      const width = Math.min(kept + spare, rank + spare, ...problem.shape);
      const carried = columnsOf(triplets.right, 0, Math.min(width, triplets.right.width));
      const next = {
        ...{ direction, coefficients, basis: metric.basis, residual, misfit: await residual.values(), share },
        ...{ squaredNorm: norm, start: padRandom(carried, width, createRandom(progress.length + 1)), metric },
      };
      const change = distance(state, next) / Math.max(Math.sqrt(norm), negligibleShare * problem.norm);
      const measures = { change, residual: residual.norm / problem.norm, epsilon: smoothing, rank: kept };
      // Shares the data: every state frees its own.
      return { state: { ...next, values: asReal(state.values.tensor.clone(), precision) }, measures };
    } catch (error) {
      residual.dispose();
      throw error;
    }
  }

  function estimate(problem: SparseProblem, state: LowRankState): Promise<LowRankEstimate> {
    const { direction, coefficients, basis, misfit, share, metric } = state;
    const { scale, rows } = problem;
    const { left, values, right } = direction === 'rows' ? thinSvd(coefficients, basis) : thinSvd(basis, coefficients);
    const singular = values.map((value) => value * scale);
    const variance = metric === undefined ? () => NaN : posteriorVariance(problem[direction], metric);
    let evidence = 0;
    misfit.forEach((rest, k) => (evidence += rest * (rows.values[k] as number)));
    return Promise.resolve({
      ...{ left: scaleColumns(left, singular), values: singular, right },
      fitted: misfit.map((rest, k) => ((rows.values[k] as number) - (1 - share) * rest) * scale),
      variance: (row, column) => scale ** 2 * (direction === 'rows' ? variance(row, column) : variance(column, row)),
      varianceScale: evidence / problem.observed / (metric?.level ?? 1),
    });
  }

  const dispose = ({ residual, values }: LowRankState): void => {
    residual.dispose();
    disposeReal(values);
  };
  return { name: 'low-rank', init, step, estimate, dispose };
}

/** An estimate smaller than this share of the observations counts as zero. */
const negligibleShare = 1e-3;

function residualOf(problem: SparseProblem, direction: Direction, coefficients: Tall, basis: Tall): Promise<Residual> {
  return direction === 'rows' ? problem.residuals.of(coefficients, basis) : problem.residuals.of(basis, coefficients);
}

/** A residual as the side that is solved for sees it. */
function flipped(residual: Residual, direction: Direction): Operator {
  return direction === 'rows'
    ? residual
    : {
        times: (matrix) => residual.transposeTimes(matrix),
        transposeTimes: (matrix) => residual.times(matrix),
      };
}

/** X by its products. */
function operatorOf({ direction, coefficients, basis, residual, share }: LowRankState): Operator {
  const sparse = flipped(residual, direction);
  const scaled = (matrix: Tall): Tall => (share === 1 ? matrix : { ...matrix, values: matrix.values.map(scale) });
  const scale = (value: number): number => share * value;
  return lowRankPlus(coefficients, basis, {
    times: async (matrix) => scaled(await sparse.times(matrix)),
    transposeTimes: async (matrix) => scaled(await sparse.transposeTimes(matrix)),
  });
}

/** ‖X‖_F² = ‖C‖² + 2·share·⟨P(CVᵀ), ρ⟩ + share²·‖ρ‖², the row problems' solution having Bᵀρ = s·D⁻¹ c. */
function sizeOf(
  { values, width }: Tall,
  { norm }: Residual,
  { ridge, rest, level }: LowRankMetric,
): { readonly share: number; readonly norm: number } {
  const share = rest / level;
  let sum = share ** 2 * norm ** 2;
  values.forEach((value, k) => (sum += (1 + 2 * share * (ridge[k % width] as number)) * value ** 2));
  return { share, norm: sum };
}

type Parts = Pick<LowRankState, 'coefficients' | 'basis' | 'misfit' | 'share'>;

/** ‖X_now − X_before‖_F without cancellation: the difference of the factors, and at the observations that of the misfits. */
function distance(before: Parts, now: Parts): number {
  const { basis: old, coefficients: last } = before;
  const { basis, coefficients } = now;
  // before = last·(oldᵀ·basis)·basisᵀ + last·outsideᵀ, with outside orthogonal to the basis.
  const outside = timesSmall(basis, innerProducts(basis, old), old.width, -1, old);
  const inside = timesSmall(last, innerProducts(old, basis), basis.width, -1, coefficients);
  const [lastGram, outsideGram] = [innerProducts(last, last), innerProducts(outside, outside)];
  let squared = frobeniusNorm(inside.values) ** 2;
  lastGram.forEach((value, k) => (squared += value * (outsideGram[k] as number)));
  now.misfit.forEach((rest, k) => {
    const gone = (before.misfit[k] as number) - rest;
    const moved = now.share * rest - before.share * (before.misfit[k] as number);
    squared += (2 * gone + moved) * moved;
  });
  return Math.sqrt(Math.max(0, squared));
}
