import type * as tf from '@tensorflow/tfjs';
import type { PortableCall } from '../contract.js';
import type { BlockAttributes } from './reference.js';

export function portable({ reals }: PortableCall<'blocks' | 'vectors', never, BlockAttributes>): tf.Tensor {
  return reals.blocks.mul(reals.vectors.expandDims(1)).sum(2);
}
