import * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { GatherBlocksAttributes } from './reference.js';

/** One flat gather at row · size + column; padding is masked out and gets a one on its diagonal. */
export function portable(call: PortableCall<'metric', 'indices', GatherBlocksAttributes>): tf.Tensor {
  const { size, batch, width } = call.attributes;
  const { indices } = call.integers;
  const safe = tf.maximum(indices, tf.scalar(0, 'int32'));
  const flat = safe
    .reshape([batch, width, 1])
    .mul(tf.scalar(size, 'int32'))
    .add(safe.reshape([batch, 1, width]));
  const blocks = tf.gather(call.reals.metric.reshape([size * size]), flat.toInt().reshape([batch * width * width]));
  const present = indices.greaterEqual(tf.scalar(0, 'int32')).toFloat();
  const mask = present.reshape([batch, width, 1]).mul(present.reshape([batch, 1, width]));
  const identity = tf.eye(width).mul(tf.scalar(1).sub(present).reshape([batch, width, 1]));
  return blocks.reshape([batch, width, width]).mul(mask).add(identity);
}
