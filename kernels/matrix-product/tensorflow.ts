import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { ProductAttributes } from './reference.js';

export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'left' | 'right', never, ProductAttributes>): Handle {
  const { rows, transposeLeft, transposeRight, symmetric, scale, shift } = attributes;
  const product = ops.matMul(reals.left, reals.right, transposeLeft === 1, transposeRight === 1);
  // Averaged with its transpose it is symmetric to the last bit.
  const whole = symmetric
    ? ops.scale(ops.pointwise('AddV2', product, ops.transpose(product, [1, 0])), scale / 2)
    : ops.scale(product, scale);
  if (shift === 0) return whole;
  return ops.pointwise('AddV2', whole, ops.diagonal(ops.fill([rows], shift), rows, rows));
}
