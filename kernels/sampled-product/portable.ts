import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { SampledAttributes } from './reference.js';

export function portable({
  reals,
  integers,
}: PortableCall<'left' | 'right', 'starts' | 'columns' | 'rowOf', SampledAttributes>): tf.Tensor {
  const left = tf.gather(reals.left, integers.rowOf.toInt(), 0);
  return left.mul(tf.gather(reals.right, integers.columns.toInt(), 0)).sum(1);
}
