/** What a sensing solver sees: the measurement matrices on the device, from each side. */
import { disposeReal, uploadReal } from '../../../kernels/real.js';
import type { Precision, RealTensor } from '../../../kernels/real.js';
import { transposeMeasurements } from '../../data/measurements.js';
import type { Measurements } from '../../data/measurements.js';
import type { Shape } from '../../data/observations.js';
import { rootMeanSquare } from '../../problem.js';
import type { Direction } from '../../problem.js';
import { denseOperator } from './dense-operator.js';
import { sparseOperator } from './sparse-operator.js';

/** The measurements of a matrix held as one side wants it, [rows, columns] of that side. */
export interface Operator {
  readonly shape: Shape;
  /** G with G_kl = ⟨A_k · metric, A_l⟩, [1, count, count]; the lower triangle counts. The caller disposes. */
  gram(metric: RealTensor): RealTensor;
  /** Σ u_k A_k for u [count, 1]: [rows, columns]. The caller disposes. */
  combine(coefficients: RealTensor): RealTensor;
  /** ⟨A_k, X⟩ for X [rows, columns]: [count, 1]. The caller disposes. */
  measure(matrix: RealTensor): RealTensor;
  dispose(): void;
}

/**
 * A sensing problem: targets divided by their root mean square, matrices by that of their Frobenius norms. For entries
 * (completion) the latter is 1, and all is scaled as in `Problem`.
 */
export interface SensingProblem {
  readonly shape: Shape;
  readonly precision: Precision;
  readonly count: number;
  /** Scaled targets, [count]. */
  readonly targets: RealTensor;
  readonly operators: Readonly<Record<Direction, Operator>>;
  /** The scaled matrix times this is the matrix of the data. */
  readonly scale: number;
  readonly targetScale: number;
  dispose(): void;
}

/**
 * Uploads measurements to the active backend.
 * @returns The problem; the caller disposes.
 */
export function createSensingProblem(measurements: Measurements, precision: Precision): SensingProblem {
  const { shape, targets, matrices } = measurements;
  const count = targets.length;
  const targetScale = rootMeanSquare(targets) || 1;
  const size = Math.sqrt(matrices.values.length / count) * rootMeanSquare(matrices.values);
  const values = matrices.values.map((value) => value / size);
  const scaled: Measurements = { ...measurements, matrices: { ...matrices, values } };
  const operators = { rows: upload(scaled, precision), columns: upload(transposeMeasurements(scaled), precision) };
  const uploaded = uploadReal(
    targets.map((target) => target / targetScale),
    [count],
    precision,
  );
  return {
    ...{ shape, precision, count, targets: uploaded, operators, targetScale },
    scale: targetScale / size,
    dispose: () => {
      disposeReal(uploaded);
      operators.rows.dispose();
      operators.columns.dispose();
    },
  };
}

function upload({ shape, targets, matrices }: Measurements, precision: Precision): Operator {
  return matrices.kind === 'dense'
    ? denseOperator(shape, targets.length, matrices, precision)
    : sparseOperator(shape, targets.length, matrices, precision);
}
