import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { CombineAttributes } from './reference.js';

export function portable({ reals, attributes }: PortableCall<'left' | 'right', never, CombineAttributes>): tf.Tensor {
  const { rows, columns, leftScale, rightScale, shift } = attributes;
  const sum = reals.left.mul(leftScale).add(reals.right.mul(rightScale));
  return shift === 0 ? sum : sum.add(tf.eye(rows, columns).mul(shift));
}
