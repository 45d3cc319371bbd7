import type { HostCall } from '../contract.js';

export type GatherBlocksAttributes = { readonly size: number; readonly batch: number; readonly width: number };

export function reference(call: HostCall<'metric', 'indices', GatherBlocksAttributes>): void {
  const { metric } = call.reals;
  const { indices } = call.integers;
  const { size, batch, width } = call.attributes;
  let at = 0;
  for (let b = 0; b < batch; b += 1) {
    for (let i = 0; i < width; i += 1) {
      const row = indices[b * width + i] ?? -1;
      for (let j = 0; j < width; j += 1) {
        const column = indices[b * width + j] ?? -1;
        const padding = row < 0 || column < 0;
        call.output[at] = padding ? Number(i === j) : (metric[row * size + column] ?? 0);
        at += 1;
      }
    }
  }
}
