/**
 * The correction of two-sided lin-RFM: conjugate gradients in the tangent space of the current low-rank matrix.
 *
 * At X = U diag(σ) Vᵀ a tangent γ = L Vᵀ + U Rᵀ, RᵀV = 0, has as penalty its own entries over the weights' inverse:
 * max(σ_i, σ_j)² for the part UᵀL, σ_j² for the two others (the smaller of the two sides' weights, which near the limit
 * recovers where their geometric mean does not), all less the ε² that everything else has. With P the sampling the
 * system is (P_T P*P P_T + ε²(D_T − ε²)⁻¹) δγ = gradient. It is solved in float32 whatever the backend has: the gradient
 * is exact, so the error of a correction is mended by the next one.
 *
 * @see Kümmerle and Mayrink Verdun, "A scalable second order method for ill-conditioned matrix completion from few
 *   samples", ICML 2021. Their diagonal preconditioner is replaced by the normal matrix of every row and column.
 */
import { activeBackend } from '../../kernels/backends/index.js';
import { disposeReal, downloadReal, tidyReals, uploadReal } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import { tangentInputs, tangentSolveKernel } from '../../kernels/tangent-solve/index.js';
import { frobeniusNorm, scaleColumns } from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import type { SparseProblem } from '../sparse-problem.js';
import { correctByOps } from './correction-by-ops.js';
import { leastRidge, penaltiesOf } from './tangent-penalties.js';
import type { Correction, CorrectionOptions, Tangent, TangentPoint } from './tangent-penalties.js';

/** @param gradient Of half the squared residual plus penalty, negative; its right part orthogonal to point.right. */
export async function solveCorrection(
  problem: SparseProblem,
  point: TangentPoint,
  gradient: Tangent,
  options: CorrectionOptions,
): Promise<Correction> {
  const size = Math.hypot(frobeniusNorm(gradient.left.values), frobeniusNorm(gradient.right.values));
  if (size === 0) return { ...gradient, steps: 0 };
  // Near the solution gradients are tiny: float32 would lose their squares.
  const scaled = ({ left, right }: Tangent, factor: number): Tangent => {
    const factors = new Float64Array(left.width).fill(factor);
    return { left: scaleColumns(left, factors), right: scaleColumns(right, factors) };
  };
  const solveUnit = tangentSolveKernel.isNative() ? correctByKernel : isOnHost() ? correctOnHost : correctByOps;
  const { steps, ...correction } = await solveUnit(problem, point, scaled(gradient, 1 / size), options);
  return { ...scaled(correction, size), steps };
}

/** Where the device is this processor, a call on the host's own arrays beats a chain of ops: there is nothing to send. */
function isOnHost(): boolean {
  return activeBackend().describe().processor === 'CPU';
}

/** @param gradient Of unit length. */
function correctOnHost(
  problem: SparseProblem,
  point: TangentPoint,
  gradient: Tangent,
  options: CorrectionOptions,
): Promise<Correction> {
  const { rows, columns, observed, shape } = problem;
  const rank = point.values.length;
  const output = tangentSolveKernel.runOnHost(
    {
      reals: {
        ...{ gradientLeft: gradient.left.values, gradientRight: gradient.right.values },
        ...{ left: point.left.values, right: point.right.values },
        ...penaltiesOf(point),
      },
      integers: {
        ...{ starts: rows.starts, columns: rows.columns, rowOf: rows.rowOf },
        ...{ columnStarts: columns.starts, columnRows: columns.columns },
      },
      attributes: {
        ...{ rows: shape[0], columnCount: shape[1], entries: observed, width: rank },
        ...settingsOf(problem, options),
        hasBlocks: Number(options.blocks),
      },
    },
    'float32',
  );
  return Promise.resolve(correctionFrom(output, gradient));
}

function settingsOf({ observed, shape }: SparseProblem, { tolerance, maxSteps }: CorrectionOptions) {
  const share = observed / (shape[0] * shape[1]);
  return { share, leastRidge: leastRidge * share, tolerance, maxSteps };
}

/** In one call where the backend has one. @param gradient Of unit length. */
async function correctByKernel(
  problem: SparseProblem,
  point: TangentPoint,
  gradient: Tangent,
  options: CorrectionOptions,
): Promise<Correction> {
  const { rows, columns } = problem;
  const rank = point.values.length;
  const { core, side } = penaltiesOf(point);
  const solved = tidyReals(() => {
    const upload = (values: Float64Array, ...extents: number[]): RealTensor => uploadReal(values, extents, 'float32');
    const factor = ({ values, count, width }: Tall): RealTensor => upload(values, count, width);
    const inputs = {
      ...{ gradientLeft: factor(gradient.left), gradientRight: factor(gradient.right) },
      ...{ left: factor(point.left), right: factor(point.right) },
      ...{ side: upload(side, rank), core: upload(core, rank, rank) },
    };
    const settings = { ...settingsOf(problem, options), blocks: options.blocks };
    return tangentSolveKernel.run(tangentInputs(inputs, rows.pattern, columns.pattern, settings));
  });
  const output = await downloadReal(solved);
  disposeReal(solved);
  return correctionFrom(output, gradient);
}

/** The kernel's output, taken apart. */
function correctionFrom(output: Float64Array, { left, right }: Tangent): Correction {
  const middle = left.values.length;
  return {
    left: { ...left, values: output.subarray(0, middle) },
    right: { ...right, values: output.subarray(middle, -1) },
    steps: output.at(-1) ?? 0,
  };
}
