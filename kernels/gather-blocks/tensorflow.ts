import { dataType } from '../backends/tensorflow-binding.js';
import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { GatherBlocksAttributes } from './reference.js';

/** One flat gather at row · size + column, from the metric followed by the zero and the one that padding takes. */
export function tensorflow({
  ops,
  reals,
  integers,
  attributes,
}: TensorflowCall<'metric', 'indices', GatherBlocksAttributes>): Handle {
  const { size, batch, width } = attributes;
  const { int64 } = dataType;
  const indices = ops.asLong(integers.indices);
  const rows = ops.reshape(indices, [batch, width, 1], int64);
  const columns = ops.reshape(indices, [batch, 1, width], int64);
  const flat = ops.pointwise('AddV2', ops.pointwise('Mul', rows, ops.longs([size]), int64), columns, int64);
  // Where one of both is −1, so is the smaller.
  const least = ops.pointwise('Minimum', rows, columns, int64);
  const isPresent = ops.pointwise('GreaterEqual', least, ops.longs([0]), int64);
  const identity = Array.from({ length: width * width }, (_, k) => size ** 2 + Number(k % (width + 1) === 0));
  const padding = ops.reshape(ops.longs(identity), [1, width, width], int64);
  const positions = ops.run('SelectV2', [isPresent, flat, padding], ops.type('T', int64));
  const values = ops.concat([ops.reshape(reals.metric, [size * size]), ops.reals([0, 1])], 0);
  return ops.gather(values, positions, int64);
}
