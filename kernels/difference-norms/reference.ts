import type { HostCall } from '../contract.js';

export type DifferenceAttributes = { readonly rows: number; readonly columns: number; readonly transposeRight: number };

export function reference({
  reals,
  attributes,
  output,
}: HostCall<'left' | 'right', never, DifferenceAttributes>): void {
  const { rows, columns, transposeRight } = attributes;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const left = reals.left[i * columns + j] ?? 0;
      const right = reals.right[transposeRight ? j * rows + i : i * columns + j] ?? 0;
      difference += (left - right) ** 2;
      norm += left ** 2;
    }
  }
  output[0] = difference;
  output[1] = norm;
}
