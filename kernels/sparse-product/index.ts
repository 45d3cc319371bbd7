import { InputError } from '../errors.js';
import { prepareLists } from '../backends/webgpu-lists.js';
import { runsOnWebgpu } from '../backends/webgpu-runtime.js';
import { defineKernel } from '../define-kernel.js';
import { checkFactor, patternIntegers } from '../sparse-pattern.js';
import type { SparsePattern } from '../sparse-pattern.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { SparseAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const sparseProductKernel = defineKernel<
  'values' | 'left' | 'right',
  'starts' | 'columns' | 'rowOf',
  SparseAttributes
>({
  name: 'LinRfmSparseProduct',
  reals: ['values', 'left', 'right'],
  integers: ['starts', 'columns', 'rowOf'],
  outputShape: ({ rows, columnCount, width, sides }) => [
    (sides === 2 ? 0 : rows) + (sides === 1 ? 0 : columnCount),
    width,
  ],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'sparseProduct32',
    float64: 'sparseProduct64',
    // Sums by column, one array a thread.
    scratchBytes: ({ columnCount, width, sides }, realBytes, parts) =>
      parts === 1 || sides === 1 ? 0 : parts * columnCount * width * realBytes,
    ignores: ['rowOf'],
    keeps: ['values'],
    parallel: {
      work: ({ entries, width }) => 2 * entries * width,
      reduce: { float32: 'sparseProductReduce32', float64: 'sparseProductReduce64' },
    },
    parameters: ({ reals, integers, attributes: a, output, scratch }) => [
      ...[reals.values, reals.left, reals.right, integers.starts, integers.columns, output, scratch],
      ...[a.rows, a.columnCount, a.width, a.sides],
    ],
  },
});

/** Which products: 'both' puts S·right above Sᵀ·left. */
export type SparseSides = 'both' | 'rows' | 'columns';
const sideNumbers: Readonly<Record<SparseSides, number>> = { both: 0, rows: 1, columns: 2 };

/**
 * Products of the sparse matrix S, given by its values on a pattern, with tall thin matrices.
 * @param values [entries] in the pattern's order.
 * @param left Multiplied by Sᵀ, [rows, width].
 * @param right Multiplied by S, [columns, width].
 * @returns S·right above Sᵀ·left, [rows + columns, width]; for 'rows' the first [rows, width], for 'columns' the second
 *   [columns, width]. The caller disposes.
 * @throws InputError when the shapes disagree.
 */
export function sparseProduct(
  values: RealTensor,
  left: RealTensor,
  right: RealTensor,
  pattern: SparsePattern,
  sides: SparseSides = 'both',
): RealTensor {
  return sparseProductKernel.run(sparseInputs(values, left, right, pattern, sides));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function sparseInputs(
  values: RealTensor,
  left: RealTensor,
  right: RealTensor,
  pattern: SparsePattern,
  sides: SparseSides = 'both',
) {
  const [rows, columnCount] = pattern.shape;
  // The factor that is not multiplied may be anything.
  const width =
    sides === 'columns'
      ? checkFactor('sparseProduct', 'left', left, rows)
      : checkFactor('sparseProduct', 'right', right, columnCount);
  if (sides === 'both') checkFactor('sparseProduct', 'left', left, rows, width);
  if (values.shape.length !== 1 || values.shape[0] !== pattern.entries) {
    throw new InputError('sparseProduct', `values [${pattern.entries}]`, `[${values.shape.join(', ')}]`);
  }
  if (runsOnWebgpu()) {
    const needed = sides === 'both' ? (['rows', 'columns'] as const) : [sides];
    for (const side of needed) prepareLists(pattern.host, pattern.columns, side, columnCount);
  }
  return {
    reals: { values, left, right },
    integers: patternIntegers(pattern),
    attributes: { rows, columnCount, entries: pattern.entries, width, sides: sideNumbers[sides] },
  };
}
