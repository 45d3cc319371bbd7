import type { HostCall } from '../contract.js';

export type BlockAttributes = { readonly batch: number; readonly width: number };

export function reference({ reals, attributes, output }: HostCall<'blocks' | 'vectors', never, BlockAttributes>): void {
  const { blocks, vectors } = reals;
  const { batch, width } = attributes;
  for (let row = 0; row < batch * width; row += 1) {
    const b = Math.floor(row / width);
    let sum = 0;
    for (let k = 0; k < width; k += 1) sum += (blocks[row * width + k] ?? 0) * (vectors[b * width + k] ?? 0);
    output[row] = sum;
  }
}
