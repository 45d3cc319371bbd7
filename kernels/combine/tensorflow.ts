import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { CombineAttributes } from './reference.js';

export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'left' | 'right', never, CombineAttributes>): Handle {
  const { rows, columns, leftScale, rightScale, shift } = attributes;
  const left = ops.scale(reals.left, leftScale);
  const sum =
    rightScale === -1
      ? ops.pointwise('Sub', left, reals.right)
      : ops.pointwise('AddV2', left, ops.scale(reals.right, rightScale));
  if (shift === 0) return sum;
  const diagonal = ops.diagonal(ops.fill([Math.min(rows, columns)], shift), rows, columns);
  return ops.pointwise('AddV2', sum, diagonal);
}
