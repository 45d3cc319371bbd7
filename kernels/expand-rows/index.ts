import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { ExpandRowsAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const expandRowsKernel = defineKernel<'metric' | 'coefficients', 'indices', ExpandRowsAttributes>({
  name: 'LinRfmExpandRows',
  reals: ['metric', 'coefficients'],
  integers: ['indices'],
  outputShape: ({ batch, columns }) => [batch, columns],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'expandRows32',
    float64: 'expandRows64',
    scratchBytes: () => 0,
    parameters: ({ reals, integers, attributes: a, output }) => [
      ...[reals.metric, reals.coefficients, integers.indices, output, a.columns, a.batch, a.width],
    ],
  },
});

/**
 * Combines rows of a matrix: output[b, :] = Σ_i coefficients[b, i] · metric[indices[b, i], :].
 * @param metric [rows, columns].
 * @param indices int32 [batch, width], each below rows; −1 is padding and adds nothing.
 * @param coefficients [batch, width].
 * @returns [batch, columns]; the caller disposes.
 * @throws InputError when the shapes disagree. Indices are trusted: `Problem` has validated them.
 */
export function expandRows(metric: RealTensor, indices: tf.Tensor2D, coefficients: RealTensor): RealTensor {
  return expandRowsKernel.run(expandRowsInputs(metric, indices, coefficients));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function expandRowsInputs(metric: RealTensor, indices: tf.Tensor2D, coefficients: RealTensor) {
  const [metricRows, columns] = metric.shape;
  const [batch, width] = indices.shape;
  if (metric.shape.length !== 2 || metricRows === undefined || columns === undefined) {
    throw new InputError('expandRows', 'a metric of rank 2', `shape [${metric.shape.join(', ')}]`);
  }
  if (!tf.util.arraysEqual([...coefficients.shape], [batch, width])) {
    throw new InputError('expandRows', `coefficients [${batch}, ${width}]`, `[${coefficients.shape.join(', ')}]`);
  }
  return { reals: { metric, coefficients }, integers: { indices }, attributes: { metricRows, columns, batch, width } };
}
