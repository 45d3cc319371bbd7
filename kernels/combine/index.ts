import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { CombineAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const combineKernel = defineKernel<'left' | 'right', never, CombineAttributes>({
  name: 'LinRfmCombine',
  reals: ['left', 'right'],
  integers: [],
  outputShape: ({ rows, columns }) => [rows, columns],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'combine32',
    float64: 'combine64',
    scratchBytes: () => 0,
    parameters: ({ reals, attributes: a, output }) => [
      ...[reals.left, reals.right, output, a.rows, a.columns, a.leftScale, a.rightScale, a.shift],
    ],
  },
});

/**
 * Computes leftScale · left + rightScale · right + shift · I.
 * @param left [rows, columns].
 * @param right [rows, columns].
 * @param shift Added to the entries (i, i); 0 unless given.
 * @returns [rows, columns]; the caller disposes.
 * @throws InputError when the shapes disagree.
 */
export function combine(
  left: RealTensor,
  leftScale: number,
  right: RealTensor,
  rightScale: number,
  shift = 0,
): RealTensor {
  return combineKernel.run(combineInputs(left, leftScale, right, rightScale, shift));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function combineInputs(left: RealTensor, leftScale: number, right: RealTensor, rightScale: number, shift = 0) {
  const [rows, columns] = left.shape;
  if (left.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new InputError('combine', 'matrices', `shape [${left.shape.join(', ')}]`);
  }
  if (!tf.util.arraysEqual([...left.shape], [...right.shape])) {
    throw new InputError('combine', `right of shape [${left.shape.join(', ')}]`, `[${right.shape.join(', ')}]`);
  }
  return { reals: { left, right }, integers: {}, attributes: { rows, columns, leftScale, rightScale, shift } };
}
