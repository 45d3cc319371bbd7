import type { HostCall } from '../contract.js';

/** Sizes and flags of a product; flags are 0 or 1. */
export type ProductAttributes = {
  /** Rows and columns of the result, and the length summed over. */
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transposeLeft: number;
  readonly transposeRight: number;
  /** 1: the result is known to be symmetric; only half of it is computed, the other half mirrored. */
  readonly symmetric: number;
  readonly scale: number;
  readonly shift: number;
};

/** Row by row: output[i, :] = Σ_k scale · left[i, k] · right[k, :], accumulated in float64. */
export function reference({ reals, attributes, output }: HostCall<'left' | 'right', never, ProductAttributes>): void {
  const { left, right } = reals;
  const { rows, columns, inner, transposeLeft, transposeRight, symmetric, scale, shift } = attributes;
  const [leftRow, leftInner] = transposeLeft ? [1, rows] : [inner, 1];
  const [rightInner, rightColumn] = transposeRight ? [1, inner] : [columns, 1];
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i += 1) {
    sums.fill(0);
    const stop = symmetric ? i + 1 : columns;
    for (let k = 0; k < inner; k += 1) {
      const factor = left[i * leftRow + k * leftInner] ?? 0;
      for (let j = 0; j < stop; j += 1) {
        sums[j] = (sums[j] ?? 0) + factor * (right[k * rightInner + j * rightColumn] ?? 0);
      }
    }
    for (let j = 0; j < stop; j += 1) {
      const value = scale * (sums[j] ?? 0) + (i === j ? shift : 0);
      output[i * columns + j] = value;
      if (symmetric) output[j * columns + i] = value;
    }
  }
}
