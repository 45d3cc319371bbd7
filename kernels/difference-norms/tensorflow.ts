import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { DifferenceAttributes } from './reference.js';

/** L2Loss is half the sum of squares, in one pass. */
export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'left' | 'right', never, DifferenceAttributes>): Handle {
  const right = attributes.transposeRight ? ops.transpose(reals.right, [1, 0]) : reals.right;
  const halves = [ops.pointwise('Sub', reals.left, right), reals.left].map((matrix) =>
    ops.run('L2Loss', [matrix], ops.type('T', ops.real)),
  );
  return ops.scale(ops.pack(halves, 0), 2);
}
