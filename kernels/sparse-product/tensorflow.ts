import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import { positionsOf } from '../parts/tensorflow-pattern.js';
import type { SparseAttributes } from './reference.js';

export function tensorflow(
  call: TensorflowCall<'values' | 'left' | 'right', 'starts' | 'columns' | 'rowOf', SparseAttributes>,
): Handle {
  const { ops, reals } = call;
  const { rows, columnCount, sides } = call.attributes;
  const positions = positionsOf(call);
  const times = (dense: Handle, transpose: boolean): Handle =>
    ops.sparseTimes(positions, reals.values, [rows, columnCount], dense, transpose);
  const products = [
    ...(sides === 2 ? [] : [times(reals.right, false)]),
    ...(sides === 1 ? [] : [times(reals.left, true)]),
  ];
  return ops.concat(products, 0);
}
