import { uploadPattern } from '../kernels/sparse-pattern.js';
import type { SparsePattern } from '../kernels/sparse-pattern.js';
import { createRandom } from '../src/data/random.js';

/** Uniform random positions, as many in every row. The caller disposes. */
export function drawPattern(rows: number, columns: number, perRow: number): SparsePattern {
  const random = createRandom(5);
  const columnOf = new Int32Array(rows * perRow);
  const starts = Int32Array.from({ length: rows + 1 }, (_, i) => i * perRow);
  const stride = columns / perRow;
  for (let i = 0; i < rows; i += 1) {
    // One in every stretch of columns: ascending, and none twice.
    for (let k = 0; k < perRow; k += 1) columnOf[i * perRow + k] = Math.floor((k + random.uniform()) * stride);
  }
  const rowOf = columnOf.map((_, k) => Math.floor(k / perRow));
  return uploadPattern([rows, columns], starts, columnOf, rowOf);
}
