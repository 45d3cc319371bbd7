import type { Completion } from '../completion.js';
import type { Truth } from '../data/synthetic.js';

/** Relative error over all entries, row by row. */
export function relativeError(completion: Completion, truth: Truth): number {
  let [gap, size] = [0, 0];
  for (let i = 0; i < truth.shape[0]; i += 1) {
    const [actual, expected] = [completion.rows(i, i + 1), truth.rows(i, i + 1)];
    expected.forEach((value, j) => {
      gap += ((actual[j] ?? NaN) - value) ** 2;
      size += value ** 2;
    });
  }
  return Math.sqrt(gap / size);
}
