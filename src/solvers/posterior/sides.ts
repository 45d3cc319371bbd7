/** Which side of a matrix is solved for given which. */
import type { SparseProblem, SparseSide } from '../../sparse-problem.js';

/** The longer side, whose vectors are many and short, and the other. */
export function sidesOf({ shape, rows, columns }: SparseProblem): { long: SparseSide; short: SparseSide } {
  return shape[0] >= shape[1] ? { long: rows, short: columns } : { long: columns, short: rows };
}

/** Σ y(y − ŷ). */
export function fitTimesGap(values: Float64Array, fitted: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k += 1)
    sum += (values[k] as number) * ((values[k] as number) - (fitted[k] as number));
  return sum;
}
