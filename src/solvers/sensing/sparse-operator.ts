/** Sparse measurement matrices: sparse products, a block of measurements at a time, never the whole stack. */
import { sparseProduct } from '../../../kernels/sparse-product/index.js';
import { disposePattern, uploadPattern } from '../../../kernels/sparse-pattern.js';
import type { SparsePattern } from '../../../kernels/sparse-pattern.js';
import { concatReals, disposeReal, reshapeReal, tidyReals, transposeReal, uploadReal } from '../../../kernels/real.js';
import type { Precision, RealTensor } from '../../../kernels/real.js';
import type { SparseStack } from '../../data/measurements.js';
import type { Shape } from '../../data/observations.js';
import { blockBytes } from '../../problem.js';
import type { Operator } from './problem.js';

/** Measurements that are weighted together. */
interface Block {
  readonly count: number;
  /** Their rows one below the other: [count · rows, columns]. */
  readonly pattern: SparsePattern;
  readonly values: RealTensor;
}

/** Uploads sparse matrices; the caller disposes. */
export function sparseOperator(shape: Shape, count: number, stack: SparseStack, precision: Precision): Operator {
  const [rows, columns] = shape;
  const size = rows * columns;
  const measurementOf = new Int32Array(stack.positions.length);
  for (let k = 0; k < count; k += 1) measurementOf.fill(k, stack.starts[k], stack.starts[k + 1]);
  // One measurement a row: [count, rows · columns].
  const pattern = uploadPattern([count, size], stack.starts, stack.positions, measurementOf);
  const values = uploadReal(stack.values, [stack.values.length], precision);
  const blocks = uploadBlocks(shape, count, stack, precision);
  return {
    shape,
    gram: (metric) =>
      tidyReals(() => {
        const parts = blocks.map((block) =>
          tidyReals(() => {
            const weighted = sparseProduct(block.values, metric, metric, block.pattern, 'rows');
            const across = transposeReal(reshapeReal(weighted, [block.count, size]));
            return transposeReal(sparseProduct(values, across, across, pattern, 'rows'));
          }),
        );
        return reshapeReal(concatReals(parts), [1, count, count]);
      }),
    combine: (coefficients) =>
      tidyReals(() => reshapeReal(sparseProduct(values, coefficients, coefficients, pattern, 'columns'), shape)),
    measure: (matrix) =>
      tidyReals(() => {
        const flat = reshapeReal(matrix, [size, 1]);
        return sparseProduct(values, flat, flat, pattern, 'rows');
      }),
    dispose: () => {
      for (const block of blocks) {
        disposePattern(block.pattern);
        disposeReal(block.values);
      }
      disposePattern(pattern);
      disposeReal(values);
    },
  };
}

function uploadBlocks([rows, columns]: Shape, count: number, stack: SparseStack, precision: Precision): Block[] {
  const most = Math.max(1, Math.floor(blockBytes / (8 * rows * columns)));
  const blocks: Block[] = [];
  for (let first = 0; first < count; first += most) {
    const stop = Math.min(count, first + most);
    const [from, to] = [stack.starts[first] as number, stack.starts[stop] as number];
    const rowOf = new Int32Array(to - from);
    const starts = new Int32Array((stop - first) * rows + 1);
    for (let k = first; k < stop; k += 1) {
      for (let e = stack.starts[k] as number; e < (stack.starts[k + 1] as number); e += 1) {
        const row = (k - first) * rows + Math.floor((stack.positions[e] as number) / columns);
        rowOf[e - from] = row;
        starts[row + 1] = (starts[row + 1] as number) + 1;
      }
    }
    for (let row = 1; row < starts.length; row += 1)
      starts[row] = (starts[row] as number) + (starts[row - 1] as number);
    const across = stack.positions.subarray(from, to).map((position) => position % columns);
    blocks.push({
      count: stop - first,
      pattern: uploadPattern([(stop - first) * rows, columns], starts, across, rowOf),
      values: uploadReal(stack.values.subarray(from, to), [to - from], precision),
    });
  }
  return blocks;
}
