/** The row problems of low-rank lin-RFM: one small system a row, whatever the length of the row. */
import { blockProduct } from '../../kernels/block-product/index.js';
import { asReal, disposeReal, downloadReal, tidyReals, uploadReal } from '../../kernels/real.js';
import type { Precision, RealTensor } from '../../kernels/real.js';
import { rowNormalSolve, rowNormalSolveKernel } from '../../kernels/row-normal-solve/index.js';
import type { SparsePattern } from '../../kernels/sparse-pattern.js';
import { addTall, frobeniusNorm, scaleColumns, tall } from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import type { SparseSide } from '../sparse-problem.js';

/** K = basis · diag(ϰ + κ₀) · basisᵀ + κ₀ · (I − basis · basisᵀ), by what the row problems need of it. */
export interface LowRankMetric {
  /** Orthonormal columns, [size, rank]. */
  readonly basis: Tall;
  /** s·ϰ⁻¹ with s = κ₀ + λ: ridge of every coefficient, [rank]. */
  readonly ridge: Float64Array;
  /** κ₀: weight of every direction outside the basis. */
  readonly rest: number;
  /** s = κ₀ + λ. */
  readonly level: number;
}

/** BᵀB is about the sampling rate times I; a smaller ridge than this share of it would leave short rows singular. */
const leastRidge: Readonly<Record<Precision, number>> = { float64: 1e-12, float32: 1e-4 };

/**
 * The metric with the powers of singular values as weights.
 * @param values Singular values over the root of the number of samples, one a column of the basis.
 * @param smoothing ε; κ_j = (τ_j² + ε²)^{2α}, κ₀ = ε^{4α}.
 * @param ridge λ.
 * @param samplingRate Observations over entries.
 */
export function lowRankMetric(
  basis: Tall,
  values: Float64Array,
  { alpha, smoothing, ridge }: { readonly alpha: number; readonly smoothing: number; readonly ridge: number },
  samplingRate: number,
): LowRankMetric {
  const rest = smoothing ** (4 * alpha);
  const level = rest + ridge;
  // κ_j − κ₀ = κ₀·((1 + τ²/ε²)^{2α} − 1), without cancellation and without overflow.
  const ridges = values.map((value) => {
    const excess = Math.expm1(2 * alpha * Math.log1p((value / smoothing) ** 2));
    const wanted = (1 + ridge / rest) / Math.max(excess, Number.MIN_VALUE);
    return Math.min(Math.max(wanted, leastRidge.float64 * samplingRate), largestRidge);
  });
  return { basis, ridge: ridges, rest, level };
}

/** As good as infinite in float32 too: a direction with this ridge has no coefficient. */
const largestRidge = 1e30;

/** What a row problem's solution is found with: the residual is asked for again where float32 has to be mended. */
export interface RowProblems {
  readonly side: SparseSide;
  /** The side's values on the device. */
  readonly values: RealTensor;
  readonly samplingRate: number;
  /** (y − P(coefficients · basisᵀ)) · basis in float64. */
  readonly pull: (coefficients: Tall, basis: Tall) => Promise<Tall>;
}

/**
 * Coefficients of all rows, c = (BᵀB + s·D⁻¹)⁻¹ Bᵀ y with B the rows of the basis at the row's observations, [count, rank].
 * A backend without float64 solves for corrections in float32, against residuals in float64.
 */
export async function solveCoefficients(problems: RowProblems, metric: LowRankMetric): Promise<Tall> {
  const { pattern } = problems.side;
  const { precision } = problems.values;
  const { basis, ridge } = metric;
  if (precision === 'float32') return refineCoefficients(problems, metric);
  const solved = tidyReals(() =>
    rowNormalSolve(
      problems.values,
      uploadReal(basis.values, [basis.count, basis.width], precision),
      uploadReal(ridge, [basis.width], precision),
      pattern,
    ),
  );
  try {
    return tall(pattern.shape[0], basis.width, await downloadReal(solved));
  } finally {
    disposeReal(solved);
  }
}

const mostCorrections = 6;
/** Corrections end once they are this small beside what they correct. */
const corrected = 1e-13;

async function refineCoefficients(
  { side, samplingRate, pull }: RowProblems,
  { basis, ridge }: LowRankMetric,
): Promise<Tall> {
  const [count] = side.pattern.shape;
  const inverses = invertNormals(side.pattern, basis, ridge, leastRidge.float32 * samplingRate);
  try {
    let coefficients = tall(count, basis.width);
    for (let k = 0; k < mostCorrections; k += 1) {
      const gradient = addTall(await pull(coefficients, basis), scaleColumns(coefficients, ridge), -1);
      const size = frobeniusNorm(gradient.values);
      // Gradients shrink beyond what float32 can hold.
      if (size === 0) break;
      const step = tidyReals(() =>
        blockProduct(
          inverses,
          uploadReal(
            gradient.values.map((value) => value / size),
            [count, basis.width],
            'float32',
          ),
        ),
      );
      const correction = tall(count, basis.width, await downloadReal(step).finally(() => disposeReal(step)));
      coefficients = addTall(coefficients, correction, size);
      if (size * frobeniusNorm(correction.values) <= corrected * frobeniusNorm(coefficients.values)) break;
    }
    return coefficients;
  } finally {
    disposeReal(inverses);
  }
}

/** (BᵀB + diag(max(ridge, least)))⁻¹ of every row in float32, [count, rank, rank]: at most the true one, so that corrections converge. */
function invertNormals(pattern: SparsePattern, basis: Tall, ridge: Float64Array, least: number): RealTensor {
  const { count, width } = basis;
  const zeros = new Float64Array(pattern.entries);
  return tidyReals(() => {
    const solved = rowNormalSolve(
      uploadReal(zeros, [pattern.entries], 'float32'),
      uploadReal(basis.values, [count, width], 'float32'),
      uploadReal(
        ridge.map((value) => Math.max(value, least)),
        [width],
        'float32',
      ),
      pattern,
      { withInverse: true },
    );
    const [rows] = pattern.shape;
    const inverses = solved.tensor.slice([0, width], [rows, width * width]).reshape([rows, width, width]);
    return asReal(inverses, 'float32');
  });
}

/**
 * Posterior variance of entries of a row, var = κ₀ + s · vᵀ (BᵀB + s·D⁻¹)⁻¹ v, in the units of the metric. The rows are a
 * Gaussian process with covariance K. Computed on the host, a row at a time and the last row kept: nothing grows with the matrix.
 * @param side The side that was solved for.
 */
export function posteriorVariance(
  { starts, columns }: Pick<SparseSide, 'starts' | 'columns'>,
  { basis, ridge, rest, level }: LowRankMetric,
): (row: number, column: number) => number {
  const { width } = basis;
  let last: { readonly row: number; readonly inverse: Float64Array } | undefined;
  const inverseOf = (row: number): Float64Array => {
    const own = columns.subarray(starts[row], starts[row + 1]);
    const count = own.length;
    const right = new Float64Array(count * width);
    own.forEach((column, k) => right.set(basis.values.subarray(column * width, (column + 1) * width), k * width));
    const solved = rowNormalSolveKernel.runOnHost({
      reals: { values: new Float64Array(count), right, ridge, moments: ridge },
      integers: {
        ...{ starts: Int32Array.of(0, count), rowOf: new Int32Array(count) },
        columns: Int32Array.from({ length: count }, (_, k) => k),
      },
      attributes: { rows: 1, columnCount: count, entries: count, width, withMoments: 0, withInverse: 1 },
    });
    return solved.subarray(width);
  };
  return (row, column) => {
    if (last?.row !== row) last = { row, inverse: inverseOf(row) };
    const v = basis.values.subarray(column * width, (column + 1) * width);
    let sum = 0;
    for (let a = 0; a < width; a += 1) {
      for (let b = 0; b < width; b += 1) {
        sum += (v[a] as number) * (last.inverse[a * width + b] as number) * (v[b] as number);
      }
    }
    return rest + level * sum;
  };
}
