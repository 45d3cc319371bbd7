/** What a regression solver sees: features and targets on the device, once. */
import { disposeReal, uploadReal } from '../../../kernels/real.js';
import type { Precision, RealTensor } from '../../../kernels/real.js';
import * as tf from '@tensorflow/tfjs';
import { multiplyVector, transposeDense } from '../../data/dense-matrix.js';
import type { DenseMatrix } from '../../data/dense-matrix.js';
import { orthonormalise } from '../../linalg/tall.js';
import { rootMeanSquare } from '../../problem.js';

/**
 * A regression problem, features and targets each divided by their root mean square.
 *
 * With more samples than features, A = QR is replaced by its triangle R and y by Qᵀy: both have the same AᵀA and Aᵀy, so
 * that every solver takes the same steps, in systems as small as the number of features.
 */
export interface RegressionProblem {
  readonly precision: Precision;
  /** Of the data, whatever became of them. */
  readonly samples: number;
  readonly features: number;
  /** Rows of the matrix held: the smaller of samples and features. */
  readonly rows: number;
  /** The scaled matrix, transposed: [features, rows]. */
  readonly transposed: RealTensor;
  /** Scaled targets, [rows]. */
  readonly targets: RealTensor;
  /** 0 … features − 1, int32 [features, 1]: rows of `transposed`, for scaling each by its own weight. */
  readonly each: tf.Tensor2D;
  /** The same on the host: the matrix [rows, features] and its targets. */
  readonly matrix: DenseMatrix;
  readonly hostTargets: Float64Array;
  /** ‖scaled y‖², and the part of it that no weights can meet. */
  readonly squaredNorm: number;
  readonly unreachable: number;
  /** Weights of the scaled problem times this are weights of the data. */
  readonly scale: number;
  /** Root mean square of the targets: units of the noise. */
  readonly targetScale: number;
  dispose(): void;
}

/**
 * Uploads a problem to the active backend.
 * @param matrix [samples, features].
 * @param targets [samples].
 * @returns The problem; the caller disposes.
 */
export function createRegressionProblem(
  matrix: DenseMatrix,
  targets: Float64Array,
  precision: Precision,
): RegressionProblem {
  const [samples, features] = matrix.shape;
  const matrixScale = rootMeanSquare(matrix.values) || 1;
  const targetScale = rootMeanSquare(targets) || 1;
  const scaled = { shape: matrix.shape, values: matrix.values.map((value) => value / matrixScale) };
  const scaledTargets = targets.map((value) => value / targetScale);
  const squaredNorm = squaredSum(scaledTargets);
  const square = samples > features ? triangular(scaled, scaledTargets) : { matrix: scaled, targets: scaledTargets };
  const rows = square.matrix.shape[0];
  const transposed = uploadReal(transposeDense(square.matrix).values, [features, rows], precision);
  const uploaded = uploadReal(square.targets, [rows], precision);
  const each = tf.tensor2d(
    Int32Array.from({ length: features }, (_, k) => k),
    [features, 1],
    'int32',
  );
  return {
    ...{ precision, samples, features, rows, transposed, targets: uploaded, each },
    ...{ matrix: square.matrix, hostTargets: square.targets, squaredNorm, targetScale },
    unreachable: Math.max(0, squaredNorm - squaredSum(square.targets)),
    scale: targetScale / matrixScale,
    dispose: () => {
      disposeReal(transposed, uploaded);
      each.dispose();
    },
  };
}

/** R and Qᵀy for a matrix with more rows than columns. */
function triangular(matrix: DenseMatrix, targets: Float64Array): { matrix: DenseMatrix; targets: Float64Array } {
  const [samples, features] = matrix.shape;
  const { basis, triangle } = orthonormalise({ count: samples, width: features, values: matrix.values });
  const projected = multiplyVector(transposeDense({ shape: matrix.shape, values: basis.values }), targets);
  return { matrix: { shape: [features, features], values: triangle }, targets: projected };
}

export function squaredSum(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
