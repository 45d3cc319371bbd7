import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { CholeskyAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const choleskySolveKernel = defineKernel<'blocks' | 'rightHandSides', never, CholeskyAttributes>({
  name: 'LinRfmCholeskySolve',
  reals: ['blocks', 'rightHandSides'],
  integers: [],
  outputShape: ({ batch, width }) => [batch, width],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'choleskySolve32',
    float64: 'choleskySolve64',
    // One factor, its side padded to a multiple of 4, and one right-hand side.
    scratchBytes: ({ width }, realBytes) => (width + 3) * (width + 4) * realBytes,
    parameters: ({ reals, attributes: a, output, scratch }) => [
      ...[reals.blocks, reals.rightHandSides, output, scratch, a.batch, a.width, a.ridge],
    ],
  },
});

/**
 * Solves (blocks + ridge·I) x = rightHandSides for every batch entry by Cholesky factorisation.
 * @param blocks Symmetric positive definite once the ridge is added, [batch, width, width]; only the lower triangles
 *   are read.
 * @param rightHandSides [batch, width].
 * @param ridge At least 0.
 * @returns Coefficients, [batch, width]; the caller disposes.
 * @throws InputError when the shapes disagree. A block that is not positive definite gives NaN in its own row of the
 *   result and nowhere else, which `solve` reports as 'non-finite'.
 * @see Golub and Van Loan, Matrix Computations, 4th edition, section 4.2.
 */
export function choleskySolve(blocks: RealTensor, rightHandSides: RealTensor, ridge = 0): RealTensor {
  return choleskySolveKernel.run(choleskyInputs(blocks, rightHandSides, ridge));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function choleskyInputs(blocks: RealTensor, rightHandSides: RealTensor, ridge = 0) {
  const [batch, width] = rightHandSides.shape;
  if (batch === undefined || width === undefined || !tf.util.arraysEqual([...blocks.shape], [batch, width, width])) {
    const given = `blocks [${blocks.shape.join(', ')}] with right-hand sides [${rightHandSides.shape.join(', ')}]`;
    throw new InputError('choleskySolve', 'blocks [batch, width, width] and right-hand sides [batch, width]', given);
  }
  if (!(ridge >= 0)) throw new InputError('choleskySolve', 'a ridge of at least 0', `${ridge}`);
  return { reals: { blocks, rightHandSides }, integers: {}, attributes: { batch, width, ridge } };
}
