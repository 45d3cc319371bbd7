import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { DifferenceAttributes } from './reference.js';

/** L2Loss would do it in one pass, but adds up in order, which costs a digit on long sums. */
export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'left' | 'right', never, DifferenceAttributes>): Handle {
  const right = attributes.transposeRight ? ops.transpose(reals.right, [1, 0]) : reals.right;
  const norms = [ops.pointwise('Sub', reals.left, right), reals.left].map((matrix) =>
    ops.sum(ops.run('Square', [matrix], ops.type('T', ops.real)), [0, 1]),
  );
  return ops.pack(norms, 0);
}
