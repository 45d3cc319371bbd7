import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import { checkFactor, patternIntegers } from '../sparse-pattern.js';
import type { SparsePattern } from '../sparse-pattern.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { NormalAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const rowNormalSolveKernel = defineKernel<
  'values' | 'right' | 'moments' | 'ridge',
  'starts' | 'columns' | 'rowOf',
  NormalAttributes
>({
  name: 'LinRfmRowNormalSolve',
  reals: ['values', 'right', 'moments', 'ridge'],
  integers: ['starts', 'columns', 'rowOf'],
  outputShape: ({ rows, width, withInverse }) => [rows, withInverse ? width * (width + 1) : width],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'rowNormalSolve32',
    float64: 'rowNormalSolve64',
    // For each thread a factor, its side padded to a multiple of 4, and two vectors.
    scratchBytes: ({ width }, realBytes, parts) => parts * (width + 5) * (width + 3) * realBytes,
    ignores: ['rowOf'],
    parallel: {
      work: ({ rows, entries, width, withInverse }) =>
        entries * width ** 2 + (rows * width ** 3 * (withInverse ? 7 : 1)) / 6,
    },
    parameters: ({ reals, integers, attributes: a, output, scratch }) => [
      ...[reals.values, reals.right, reals.moments, reals.ridge, integers.starts, integers.columns, output, scratch],
      ...[a.rows, a.width, a.withMoments, a.withInverse],
    ],
  },
});

export interface NormalOptions {
  /** Σ over the entries of a row is taken of these instead of right·rightᵀ: [columns, width, width], symmetric. */
  readonly moments?: RealTensor;
  /** Append the inverse of each row's matrix. */
  readonly withInverse?: boolean;
}

/**
 * Solves (Σ_k v_k v_kᵀ + diag(ridge)) x = Σ_k values_k v_k for every row of a pattern; k runs over the row's entries and
 * v_k is the row of `right` at the entry's column. Regularised least squares of each row on the other side's factor.
 * @param values [entries] in the pattern's order.
 * @param right [columns, width].
 * @param ridge [width]; positive wherever a row may have fewer entries than `width`.
 * @returns [rows, width]; with the inverse [rows, width + width²], each solution followed by its row-major inverse. The
 *   caller disposes.
 * @throws InputError when the shapes disagree. A matrix that is not positive definite gives NaN in its own row.
 * @see arXiv:2401.04553, Algorithm 1, with a metric of low rank.
 */
export function rowNormalSolve(
  values: RealTensor,
  right: RealTensor,
  ridge: RealTensor,
  pattern: SparsePattern,
  options: NormalOptions = {},
): RealTensor {
  return rowNormalSolveKernel.run(normalInputs(values, right, ridge, pattern, options));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function normalInputs(
  values: RealTensor,
  right: RealTensor,
  ridge: RealTensor,
  pattern: SparsePattern,
  { moments, withInverse = false }: NormalOptions = {},
) {
  const [rows, columnCount] = pattern.shape;
  const width = checkFactor('rowNormalSolve', 'right', right, columnCount);
  const expect = (name: string, real: RealTensor, shape: readonly number[]): void => {
    if (real.shape.join() === shape.join()) return;
    throw new InputError('rowNormalSolve', `${name} [${shape.join(', ')}]`, `[${real.shape.join(', ')}]`);
  };
  expect('values', values, [pattern.entries]);
  expect('ridge', ridge, [width]);
  if (moments !== undefined) expect('moments', moments, [columnCount, width, width]);
  return {
    // Without moments anything may stand in their place.
    reals: { values, right, ridge, moments: moments ?? ridge },
    integers: patternIntegers(pattern),
    attributes: {
      ...{ rows, columnCount, entries: pattern.entries, width },
      ...{ withMoments: Number(moments !== undefined), withInverse: Number(withInverse) },
    },
  };
}
