import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { BlockAttributes } from './reference.js';

/** Vectors stand as rows before their blocks, which are symmetric: less than half the time of columns behind them. */
export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'blocks' | 'vectors', never, BlockAttributes>): Handle {
  const { batch, width } = attributes;
  const lines = ops.reshape(reals.vectors, [batch, 1, width]);
  return ops.reshape(ops.matMul(lines, reals.blocks), [batch, width]);
}
