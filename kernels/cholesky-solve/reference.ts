import type { HostCall } from '../contract.js';

export type CholeskyAttributes = { readonly batch: number; readonly width: number; readonly ridge: number };

/** Textbook Cholesky, row by row, in float64 whatever the precision of the arrays. */
export function reference(call: HostCall<'blocks' | 'rightHandSides', never, CholeskyAttributes>): void {
  const { blocks, rightHandSides } = call.reals;
  const { batch, width, ridge } = call.attributes;
  const factor = new Float64Array(width * width);
  const solution = new Float64Array(width);
  for (let b = 0; b < batch; b += 1) {
    for (let i = 0; i < width; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        let sum = (blocks[(b * width + i) * width + j] ?? 0) + (i === j ? ridge : 0);
        for (let k = 0; k < j; k += 1) sum -= (factor[i * width + k] ?? 0) * (factor[j * width + k] ?? 0);
        factor[i * width + j] = i === j ? Math.sqrt(sum) : sum / (factor[j * width + j] ?? 0);
      }
      // Forward: L z = y.
      let value = rightHandSides[b * width + i] ?? 0;
      for (let k = 0; k < i; k += 1) value -= (factor[i * width + k] ?? 0) * (solution[k] ?? 0);
      solution[i] = value / (factor[i * width + i] ?? 0);
    }
    // Backward: Lᵀ x = z.
    for (let i = width - 1; i >= 0; i -= 1) {
      let value = solution[i] ?? 0;
      for (let k = i + 1; k < width; k += 1) value -= (factor[k * width + i] ?? 0) * (solution[k] ?? 0);
      solution[i] = value / (factor[i * width + i] ?? 0);
    }
    call.output.set(solution, b * width);
  }
}
