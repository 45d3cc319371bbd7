import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { ProductAttributes } from './reference.js';

/**
 * tf.matMul; the symmetric case averages with its transpose, so that it is symmetric here too. GPUs have nothing better
 * for large results: their tf.matMul is tiled and tuned.
 */
export function portable({ reals, attributes }: PortableCall<'left' | 'right', never, ProductAttributes>): tf.Tensor {
  const { rows, transposeLeft, transposeRight, symmetric, scale, shift } = attributes;
  const product = tf.matMul(reals.left, reals.right, transposeLeft === 1, transposeRight === 1).mul(scale);
  const whole = symmetric ? product.add(product.transpose()).mul(0.5) : product;
  return shift === 0 ? whole : whole.add(tf.eye(rows).mul(shift));
}
