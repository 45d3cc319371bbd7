import type { Completion, Truth } from '../../src/index.js';

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [gap, size] = [0, 0];
  for (let k = 0; k < expected.length; k += 1) {
    gap += (actual[k]! - expected[k]!) ** 2;
    size += expected[k]! ** 2;
  }
  return Math.sqrt(gap / size);
}

/** Relative error over all entries. */
export function completionError(completion: Completion, truth: Truth): number {
  return relativeError(completion.rows(0, truth.shape[0]), truth.rows(0, truth.shape[0]));
}
