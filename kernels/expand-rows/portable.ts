import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { ExpandRowsAttributes } from './reference.js';

/** Floats gathered at once: bounds the memory of the gathered rows, which are `width` times the output. */
const gatheredFloats = 1 << 24;

/** A gather of the rows and a batched product with the coefficients, a slice of the batch at a time. */
export function portable(call: PortableCall<'metric' | 'coefficients', 'indices', ExpandRowsAttributes>): tf.Tensor {
  const { columns, batch, width } = call.attributes;
  const { metric, coefficients } = call.reals;
  const { indices } = call.integers;
  const slice = Math.max(1, Math.floor(gatheredFloats / (width * columns)));
  const parts: tf.Tensor[] = [];
  for (let start = 0; start < batch; start += slice) {
    const count = Math.min(slice, batch - start);
    parts.push(
      tf.tidy(() => {
        const list = indices.slice([start, 0], [count, width]);
        const present = list.greaterEqual(tf.scalar(0, 'int32')).toFloat();
        const safe = tf.maximum(list, tf.scalar(0, 'int32')).reshape([count * width]);
        const rows = tf.gather(metric, safe).reshape([count, width, columns]);
        const factors = coefficients.slice([start, 0], [count, width]).mul(present).reshape([count, 1, width]);
        return tf.matMul(factors, rows).reshape([count, columns]);
      }),
    );
  }
  return tf.concat(parts, 0);
}
