import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { DifferenceAttributes } from './reference.js';

export function portable({
  reals,
  attributes,
}: PortableCall<'left' | 'right', never, DifferenceAttributes>): tf.Tensor {
  const right = attributes.transposeRight ? reals.right.transpose() : reals.right;
  // Row by row, then over the rows: some backends add up in order, which costs a digit on long sums. GPUs have nothing
  // better either: it is called once a step.
  return tf.stack([reals.left.sub(right), reals.left].map((matrix) => matrix.square().sum(1).sum()));
}
