import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { GatherBlocksAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const gatherBlocksKernel = defineKernel<'metric', 'indices', GatherBlocksAttributes>({
  name: 'LinRfmGatherBlocks',
  reals: ['metric'],
  integers: ['indices'],
  outputShape: ({ batch, width }) => [batch, width, width],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'gatherBlocks32',
    float64: 'gatherBlocks64',
    scratchBytes: () => 0,
    parameters: ({ reals, integers, attributes: a, output }) => [
      ...[reals.metric, integers.indices, output, a.size, a.batch, a.width],
    ],
  },
});

/**
 * Takes the principal submatrices of a matrix: blocks[b, i, j] = metric[indices[b, i], indices[b, j]].
 * @param metric [size, size].
 * @param indices int32 [batch, width], each below size; −1 is padding, whose rows and columns are those of the identity.
 * @returns [batch, width, width]; the caller disposes.
 * @throws InputError when the shapes disagree. Indices are trusted: `Problem` has validated them.
 */
export function gatherBlocks(metric: RealTensor, indices: tf.Tensor2D): RealTensor {
  return gatherBlocksKernel.run(gatherBlocksInputs(metric, indices));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function gatherBlocksInputs(metric: RealTensor, indices: tf.Tensor2D) {
  const [size, other] = metric.shape;
  if (metric.shape.length !== 2 || size === undefined || size !== other) {
    throw new InputError('gatherBlocks', 'a square metric', `shape [${metric.shape.join(', ')}]`);
  }
  const [batch, width] = indices.shape;
  return { reals: { metric }, integers: { indices }, attributes: { size, batch, width } };
}
