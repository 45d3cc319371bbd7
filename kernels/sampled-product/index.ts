import { defineKernel } from '../define-kernel.js';
import { checkFactor, patternIntegers } from '../sparse-pattern.js';
import type { SparsePattern } from '../sparse-pattern.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { SampledAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const sampledProductKernel = defineKernel<'left' | 'right', 'starts' | 'columns' | 'rowOf', SampledAttributes>({
  name: 'LinRfmSampledProduct',
  reals: ['left', 'right'],
  integers: ['starts', 'columns', 'rowOf'],
  outputShape: ({ entries }) => [entries],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'sampledProduct32',
    float64: 'sampledProduct64',
    scratchBytes: () => 0,
    ignores: ['rowOf'],
    parallel: { work: ({ entries, width }) => entries * width },
    parameters: ({ reals, integers, attributes: a, output }) => [
      ...[reals.left, reals.right, integers.starts, integers.columns, output, a.rows, a.width],
    ],
  },
});

/**
 * Entries of left · rightᵀ at the positions of a pattern: rows of one dotted with rows of the other.
 * @param left [rows, width].
 * @param right [columns, width].
 * @returns [entries] in the pattern's order; the caller disposes.
 * @throws InputError when the shapes disagree.
 */
export function sampledProduct(left: RealTensor, right: RealTensor, pattern: SparsePattern): RealTensor {
  return sampledProductKernel.run(sampledInputs(left, right, pattern));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function sampledInputs(left: RealTensor, right: RealTensor, pattern: SparsePattern) {
  const width = checkFactor('sampledProduct', 'left', left, pattern.shape[0]);
  checkFactor('sampledProduct', 'right', right, pattern.shape[1], width);
  return {
    reals: { left, right },
    integers: patternIntegers(pattern),
    attributes: { rows: pattern.shape[0], entries: pattern.entries, width },
  };
}
