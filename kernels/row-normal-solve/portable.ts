import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { NormalAttributes } from './reference.js';

type Call = PortableCall<'values' | 'right' | 'moments' | 'ridge', 'starts' | 'columns' | 'rowOf', NormalAttributes>;

/** Normal matrices by scattered sums, then Gauss-Jordan elimination of all rows at once; definite matrices need no pivots. */
export function portable({ reals, integers, attributes }: Call): tf.Tensor {
  const { rows, columnCount, entries, width, withMoments, withInverse } = attributes;
  const rowOf = integers.rowOf.toInt().expandDims(1);
  const columns = integers.columns.toInt();
  const moments = withMoments
    ? reals.moments.reshape([columnCount, width * width])
    : reals.right
        .expandDims(2)
        .mul(reals.right.expandDims(1))
        .reshape([columnCount, width * width]);
  const sums = (terms: tf.Tensor, size: number): tf.Tensor =>
    // Some backends cannot scatter nothing.
    entries === 0 ? tf.zeros([rows, size]) : tf.scatterND(rowOf, terms.reshape([entries, size]), [rows, size]);
  const diagonal: tf.Tensor1D = reals.ridge.reshape([width]);
  const matrix = sums(tf.gather(moments, columns, 0), width * width)
    .reshape([rows, width, width])
    .add(tf.diag(diagonal));
  const targets = sums(tf.gather(reals.right, columns, 0).mul(reals.values.expandDims(1)), width);
  const unit = tf.eye(width);
  const identity = tf.tile(unit.expandDims(0), [rows, 1, 1]);
  const sides = withInverse ? [targets.expandDims(2), identity] : [targets.expandDims(2)];
  let system: tf.Tensor3D = tf.concat([matrix, ...sides], 2).reshape([rows, width, -1]);
  const across = system.shape[2];
  for (let k = 0; k < width; k += 1) {
    const pivotRow = system.slice([0, k, 0], [rows, 1, across]).div(system.slice([0, k, k], [rows, 1, 1]));
    const factors = system.slice([0, 0, k], [rows, width, 1]);
    const eliminated = system.sub(factors.mul(pivotRow));
    const isPivot = unit.slice([k, 0], [1, width]).reshape([1, width, 1]);
    system = eliminated.mul(isPivot.neg().add(1)).add(isPivot.mul(pivotRow));
  }
  // The inverse is symmetric: its columns are the rows that are asked for.
  return system.slice([0, 0, width]).transpose([0, 2, 1]).reshape([rows, -1]);
}
