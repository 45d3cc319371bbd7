/**
 * Linear Recursive Feature Machine for general linear measurements ⟨A_k, X⟩ = y_k, any alpha, rows, columns or
 * alternating. Radhakrishnan, Belkin, Drusvyatskiy, arXiv:2401.04553, Algorithm 1.
 *
 *   metric   K = (XᵀX/m + ε²·I)^{2α}
 *   matrix   X = Σ u_k A_k K,   u = (G + λ·I)⁻¹ y,   G_kl = ⟨A_k K, A_l⟩
 *
 * Where the A_k pick entries, G falls apart into the blocks of the rows, and the steps are those of `linRfm`.
 */
import { choleskySolve } from '../../../kernels/cholesky-solve/index.js';
import { differenceNorms } from '../../../kernels/difference-norms/index.js';
import { matrixProduct } from '../../../kernels/matrix-product/index.js';
import { concatReals, disposeReal, downloadReal, reshapeReal, tidyReals, uploadReal } from '../../../kernels/real.js';
import type { Precision, RealTensor } from '../../../kernels/real.js';
import { identity } from '../../linalg/tall.js';
import { gram } from '../../linalg/gram.js';
import { newtonSchulzPower } from '../../linalg/matrix-power.js';
import type { SpectralPower } from '../../linalg/matrix-power.js';
import type { Direction } from '../../problem.js';
import { measuresOf, raise } from '../lin-rfm.js';
import type { LinRfmState, Sides } from '../lin-rfm.js';
import type { Schedule } from '../schedules.js';
import type { Solver } from '../solver.js';
import type { SensingProblem } from './problem.js';

export interface SensingLinRfmOptions {
  /** Power applied to the AGOP, in (0, 1]. */
  readonly alpha: number;
  /** Smoothing, in units of the scaled matrix; positive. */
  readonly epsilon: Schedule;
  /** λ, in the units of the metric of the scaled problem; at least 0. */
  readonly ridge: number;
  readonly sides: Sides;
  /** How the metric is raised to its power: Newton–Schulz unless given. */
  readonly power?: SpectralPower;
}

/** What the first solve, with the metric 1, is regularised by: measurements may depend on one another. */
const startRidge: Readonly<Record<Precision, number>> = { float32: 1e-5, float64: 1e-12 };

/** The solver as a value; its states are disposed through it. */
export function sensingLinRfm(options: SensingLinRfmOptions): Solver<LinRfmState, SensingProblem> {
  const { alpha, epsilon, ridge, sides, power = newtonSchulzPower } = options;
  return {
    name: 'lin-rfm',
    init,
    step: async (problem, state, progress) => {
      const direction = sides.direction(progress.length);
      const samples = sides.samples(problem.shape);
      const size = Math.sqrt(state.squaredNorm / samples);
      const smoothing = epsilon(progress, size);
      const own = state.direction === direction;
      const range = { lower: smoothing ** 2, upper: size ** 2 + smoothing ** 2 };
      const agop = gram(state.matrix, own ? 'own' : 'other', samples, smoothing ** 2);
      const metric = await raise(agop, 2 * alpha, range, power);
      try {
        const { matrix, norms } = tidyReals(() => {
          const solved = solveMeasurements(problem, direction, metric.power, ridge);
          const fitted = problem.operators[direction].measure(solved);
          const change = differenceNorms(solved, state.matrix, !own);
          const residual = differenceNorms(reshapeReal(problem.targets, [problem.count, 1]), fitted);
          return { matrix: solved, norms: concatReals([change, residual, ...metric.defects]) };
        });
        try {
          const read = await downloadReal(norms);
          return { state: { matrix, direction, squaredNorm: read[1] ?? NaN }, measures: measuresOf(read, smoothing) };
        } catch (error) {
          disposeReal(matrix);
          throw error;
        } finally {
          disposeReal(norms);
        }
      } finally {
        disposeReal(metric.power, ...metric.defects);
      }
    },
    estimate: originalUnits,
    dispose: ({ matrix }) => disposeReal(matrix),
  };
}

/** What a metric of 1 gives: the matrix of least norm that meets the measurements. */
async function init(problem: SensingProblem): Promise<LinRfmState> {
  const [, columns] = problem.shape;
  const { matrix, norms } = tidyReals(() => {
    const metric = uploadReal(identity(columns), [columns, columns], problem.precision);
    const solved = solveMeasurements(problem, 'rows', metric, startRidge[problem.precision]);
    return { matrix: solved, norms: differenceNorms(solved, solved) };
  });
  try {
    const [, squaredNorm = NaN] = await downloadReal(norms);
    return { matrix, direction: 'rows', squaredNorm };
  } finally {
    disposeReal(norms);
  }
}

/** Σ u_k A_k K with u = (G + λI)⁻¹ y. Runs inside a tidy. */
function solveMeasurements(
  { operators, targets, count }: SensingProblem,
  direction: Direction,
  metric: RealTensor,
  ridge: number,
): RealTensor {
  const operator = operators[direction];
  const blocks = operator.gram(metric);
  const coefficients = choleskySolve(blocks, reshapeReal(targets, [1, count]), ridge);
  disposeReal(blocks);
  return matrixProduct(operator.combine(reshapeReal(coefficients, [count, 1])), metric);
}

/** Row-major [rows, columns], undoing the scaling. */
async function originalUnits(problem: SensingProblem, { matrix, direction }: LinRfmState): Promise<Float64Array> {
  const values = await downloadReal(matrix);
  const [rows, columns] = problem.shape;
  return values.map((_, at) => {
    const from = direction === 'rows' ? at : (at % columns) * rows + Math.floor(at / columns);
    return (values[from] ?? NaN) * problem.scale;
  });
}
