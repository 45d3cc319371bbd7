import type { HostCall } from '../contract.js';

export type SampledAttributes = {
  readonly rows: number;
  /** Entries of the pattern. */
  readonly entries: number;
  /** Length of the rows of `left` and `right`. */
  readonly width: number;
};

export function reference({
  reals,
  integers,
  attributes,
  output,
}: HostCall<'left' | 'right', 'starts' | 'columns' | 'rowOf', SampledAttributes>): void {
  const { left, right } = reals;
  const { starts, columns } = integers;
  const { rows, width } = attributes;
  for (let i = 0; i < rows; i += 1) {
    const end = starts[i + 1] ?? 0;
    for (let k = starts[i] ?? 0; k < end; k += 1) {
      const j = (columns[k] ?? 0) * width;
      let sum = 0;
      for (let c = 0; c < width; c += 1) sum += (left[i * width + c] ?? 0) * (right[j + c] ?? 0);
      output[k] = sum;
    }
  }
}
