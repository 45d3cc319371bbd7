import type { HostCall } from '../contract.js';

export type DifferenceAttributes = { readonly rows: number; readonly columns: number; readonly transposeRight: number };

/** Row by row, then over the rows: adding up in order would cost the reference itself a digit on long sums. */
export function reference({
  reals,
  attributes,
  output,
}: HostCall<'left' | 'right', never, DifferenceAttributes>): void {
  const { rows, columns, transposeRight } = attributes;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < rows; i += 1) {
    let [rowDifference, rowNorm] = [0, 0];
    for (let j = 0; j < columns; j += 1) {
      const left = reals.left[i * columns + j] ?? 0;
      const right = reals.right[transposeRight ? j * rows + i : i * columns + j] ?? 0;
      rowDifference += (left - right) ** 2;
      rowNorm += left ** 2;
    }
    difference += rowDifference;
    norm += rowNorm;
  }
  output[0] = difference;
  output[1] = norm;
}
