import * as tf from '@tensorflow/tfjs';
import { availableMemory } from './available-memory.js';
import type { Backend } from './backend.js';

/** Plain JavaScript: the reference, there wherever TensorFlow.js is. */
export const cpu: Backend = {
  name: 'cpu',
  precisions: ['float64', 'float32'],
  memoryBytes: availableMemory,
  remedy: 'it is part of @tensorflow/tfjs: npm install lin-rfm',
  load: () => Promise.resolve(),
  describe: () => ({ device: 'plain JavaScript', processor: 'CPU', version: tf.version.tfjs, threads: 1 }),
};
