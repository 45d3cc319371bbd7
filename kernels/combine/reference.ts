import type { HostCall } from '../contract.js';

export type CombineAttributes = {
  readonly rows: number;
  readonly columns: number;
  readonly leftScale: number;
  readonly rightScale: number;
  readonly shift: number;
};

export function reference({ reals, attributes, output }: HostCall<'left' | 'right', never, CombineAttributes>): void {
  const { rows, columns, leftScale, rightScale, shift } = attributes;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const at = i * columns + j;
      output[at] = leftScale * (reals.left[at] ?? 0) + rightScale * (reals.right[at] ?? 0) + (i === j ? shift : 0);
    }
  }
}
