import type { HostCall } from '../contract.js';

export type ExpandRowsAttributes = {
  readonly metricRows: number;
  readonly columns: number;
  readonly batch: number;
  readonly width: number;
};

export function reference(call: HostCall<'metric' | 'coefficients', 'indices', ExpandRowsAttributes>): void {
  const { metric, coefficients } = call.reals;
  const { indices } = call.integers;
  const { columns, batch, width } = call.attributes;
  const sums = new Float64Array(columns);
  for (let b = 0; b < batch; b += 1) {
    sums.fill(0);
    for (let i = 0; i < width; i += 1) {
      const row = indices[b * width + i] ?? -1;
      if (row < 0) continue;
      const factor = coefficients[b * width + i] ?? 0;
      for (let j = 0; j < columns; j += 1) sums[j] = (sums[j] ?? 0) + factor * (metric[row * columns + j] ?? 0);
    }
    call.output.set(sums, b * columns);
  }
}
