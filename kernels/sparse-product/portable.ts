import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { SparseAttributes } from './reference.js';

/** Gathers, multiplies and scatters; scatterND adds up what meets at one place. */
export function portable({
  reals,
  integers,
  attributes,
}: PortableCall<'values' | 'left' | 'right', 'starts' | 'columns' | 'rowOf', SparseAttributes>): tf.Tensor {
  const { rows, columnCount, entries, width, sides } = attributes;
  const values = reals.values.expandDims(1);
  const sums = (factor: tf.Tensor, from: tf.Tensor, to: tf.Tensor, count: number): tf.Tensor =>
    // Some backends cannot scatter nothing.
    entries === 0
      ? tf.zeros([count, width])
      : tf.scatterND(to.toInt().expandDims(1), tf.gather(factor, from.toInt(), 0).mul(values), [count, width]);
  const { columns, rowOf } = integers;
  const products = [
    ...(sides === 2 ? [] : [sums(reals.right, columns, rowOf, rows)]),
    ...(sides === 1 ? [] : [sums(reals.left, rowOf, columns, columnCount)]),
  ];
  return tf.concat(products, 0);
}
