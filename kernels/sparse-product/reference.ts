import type { HostCall } from '../contract.js';

export type SparseAttributes = {
  readonly rows: number;
  readonly columnCount: number;
  readonly entries: number;
  readonly width: number;
  /** 0: S·right above Sᵀ·left; 1: S·right; 2: Sᵀ·left. */
  readonly sides: number;
};

export function reference({
  reals,
  integers,
  attributes,
  output,
}: HostCall<'values' | 'left' | 'right', 'starts' | 'columns' | 'rowOf', SparseAttributes>): void {
  const { values, left, right } = reals;
  const { starts, columns } = integers;
  const { rows, width, sides } = attributes;
  const below = sides === 0 ? rows * width : 0;
  for (let i = 0; i < rows; i += 1) {
    const end = starts[i + 1] ?? 0;
    for (let k = starts[i] ?? 0; k < end; k += 1) {
      const value = values[k] ?? 0;
      const j = (columns[k] ?? 0) * width;
      for (let c = 0; c < width; c += 1) {
        if (sides !== 2) output[i * width + c] = (output[i * width + c] ?? 0) + value * (right[j + c] ?? 0);
        if (sides !== 1) output[below + j + c] = (output[below + j + c] ?? 0) + value * (left[i * width + c] ?? 0);
      }
    }
  }
}
