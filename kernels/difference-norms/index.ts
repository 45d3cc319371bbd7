import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { DifferenceAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';

export const differenceNormsKernel = defineKernel<'left' | 'right', never, DifferenceAttributes>({
  name: 'LinRfmDifferenceNorms',
  reals: ['left', 'right'],
  integers: [],
  outputShape: () => [2],
  reference,
  portable,
  tensorflow,
  assembly: {
    float32: 'differenceNorms32',
    float64: 'differenceNorms64',
    scratchBytes: () => 0,
    parameters: ({ reals, attributes: a, output }) => [
      ...[reals.left, reals.right, output, a.rows, a.columns, a.transposeRight],
    ],
  },
});

/**
 * Computes [‖left − op(right)‖_F², ‖left‖_F²], summed in float64 where the backend can.
 * @param left [rows, columns].
 * @param right [rows, columns], or [columns, rows] when transposed.
 * @returns [2]; the caller disposes.
 * @throws InputError when the shapes disagree.
 */
export function differenceNorms(left: RealTensor, right: RealTensor, transposeRight = false): RealTensor {
  return differenceNormsKernel.run(differenceInputs(left, right, transposeRight));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function differenceInputs(left: RealTensor, right: RealTensor, transposeRight = false) {
  const [rows, columns] = left.shape;
  const [rightRows, rightColumns] = transposeRight ? [right.shape[1], right.shape[0]] : right.shape;
  if (rows === undefined || columns === undefined || rightRows !== rows || rightColumns !== columns) {
    throw new InputError(
      'differenceNorms',
      'matrices of one shape',
      `[${left.shape.join(', ')}] and [${right.shape.join(', ')}]`,
    );
  }
  return {
    reals: { left, right },
    integers: {},
    attributes: { rows, columns, transposeRight: Number(transposeRight) },
  };
}
