import { dataType } from '../backends/tensorflow-binding.js';
import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { ExpandRowsAttributes } from './reference.js';

/** A product of whole matrices does some twenty times the arithmetic of one by a sparse matrix in the same time. */
const densest = 20;

/** The coefficients as a matrix [batch, rows of the metric], sparse or dense, times the metric: nothing is gathered. */
export function tensorflow({
  ops,
  reals,
  integers,
  attributes,
}: TensorflowCall<'metric' | 'coefficients', 'indices', ExpandRowsAttributes>): Handle {
  const { metricRows, batch, width } = attributes;
  const { int64 } = dataType;
  const indices = ops.asLong(integers.indices);
  const isPresent = ops.pointwise('GreaterEqual', indices, ops.longs([0]), int64);
  const coefficients = ops.run('SelectV2', [isPresent, reals.coefficients, ops.reals([0])], ops.type('T', ops.real));
  const values = ops.reshape(coefficients, [batch * width]);
  const columns = ops.reshape(ops.pointwise('Maximum', indices, ops.longs([0]), int64), [batch * width], int64);
  const entryOf = ops.longs(Array.from({ length: batch * width }, (_, k) => Math.floor(k / width)));
  const positions = ops.pack([entryOf, columns], 1, int64);
  if (width * densest < metricRows) return ops.sparseTimes(positions, values, [batch, metricRows], reals.metric);
  const shape = ops.longs([batch, metricRows]);
  const types = [ops.type('T', ops.real), ops.type('Tindices', int64)];
  return ops.matMul(ops.run('ScatterNd', [positions, values, shape], ...types), reals.metric);
}
