import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import { tidyReals } from '../real.js';
import type { CholeskyAttributes } from './reference.js';

/**
 * Right-looking Cholesky over the whole batch, one column at a time: width launches of a rank-one update.
 * The right-hand side rides along as one more row of the matrix, which does the forward solve on the way.
 */
export function portable(call: PortableCall<'blocks' | 'rightHandSides', never, CholeskyAttributes>): tf.Tensor {
  const { batch, width, ridge } = call.attributes;
  const { blocks, rightHandSides } = call.reals;
  // Rows 0…width−1: the lower triangle decides; row `width`: the right-hand side.
  const shifted = blocks.add(tf.eye(width).mul(ridge));
  let remaining = tf.concat([shifted, rightHandSides.reshape([batch, 1, width])], 1);
  const columns: tf.Tensor[] = [];
  for (let k = 0; k < width; k += 1) {
    const { column, rest } = tidyReals(() => {
      const first = remaining.slice([0, 0, 0], [batch, width + 1 - k, 1]);
      const scaled = first.div(first.slice([0, 0, 0], [batch, 1, 1]).sqrt());
      const below = scaled.slice([0, 1, 0], [batch, width - k, 1]);
      if (k === width - 1) return { column: scaled, rest: below };
      const across = scaled.slice([0, 1, 0], [batch, width - k - 1, 1]).transpose([0, 2, 1]);
      const rest = remaining.slice([0, 1, 1], [batch, width - k, width - k - 1]).sub(below.mul(across));
      return { column: scaled, rest };
    });
    remaining.dispose();
    columns.push(column);
    remaining = rest;
  }
  // columns[k] holds L[k:, k] and, last, z_k with L z = y. Backward: x_k = (z_k − L[k+1:, k] · x[k+1:]) / L[k, k].
  let solution: tf.Tensor | undefined;
  for (let k = width - 1; k >= 0; k -= 1) {
    const column = columns[k];
    if (column === undefined) throw new RangeError('choleskySolve: a column of the factor is missing');
    solution = tf.tidy(() => {
      const pivot = column.slice([0, 0, 0], [batch, 1, 1]);
      const forward = column.slice([0, width - k, 0], [batch, 1, 1]);
      if (solution === undefined) return forward.div(pivot);
      const below = column.slice([0, 1, 0], [batch, width - k - 1, 1]);
      const value = forward.sub(below.mul(solution).sum(1, true)).div(pivot);
      return tf.concat([value, solution], 1);
    });
  }
  if (solution === undefined) return tf.zeros([batch, 0]);
  return solution.reshape([batch, width]);
}
