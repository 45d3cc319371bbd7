/** Measurement matrices held whole: everything is a matrix product. */
import { matrixProduct } from '../../../kernels/matrix-product/index.js';
import { disposeReal, reshapeReal, tidyReals, uploadReal } from '../../../kernels/real.js';
import type { Precision } from '../../../kernels/real.js';
import type { DenseStack } from '../../data/measurements.js';
import type { Shape } from '../../data/observations.js';
import type { Operator } from './problem.js';

/** Uploads a stack [count, rows, columns]; the caller disposes. */
export function denseOperator(shape: Shape, count: number, { values }: DenseStack, precision: Precision): Operator {
  const [rows, columns] = shape;
  const stack = uploadReal(values, [count, rows * columns], precision);
  return {
    shape,
    gram: (metric) =>
      tidyReals(() => {
        const weighted = matrixProduct(reshapeReal(stack, [count * rows, columns]), metric);
        const flat = reshapeReal(weighted, [count, rows * columns]);
        return reshapeReal(matrixProduct(flat, stack, { transposeRight: true, symmetric: true }), [1, count, count]);
      }),
    combine: (coefficients) =>
      tidyReals(() => reshapeReal(matrixProduct(coefficients, stack, { transposeLeft: true }), shape)),
    measure: (matrix) => tidyReals(() => matrixProduct(stack, reshapeReal(matrix, [rows * columns, 1]))),
    dispose: () => disposeReal(stack),
  };
}
