import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { BlockAttributes } from './reference.js';

export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'blocks' | 'vectors', never, BlockAttributes>): Handle {
  const { batch, width } = attributes;
  const columns = ops.reshape(reals.vectors, [batch, width, 1]);
  return ops.reshape(ops.matMul(reals.blocks, columns), [batch, width]);
}
