import type { Shape } from './data/observations.js';
import type { Tall } from './linalg/tall.js';

/** A matrix recovered from its observations. Lives on the host in float64: nothing to dispose. */
export interface Completion {
  readonly shape: Shape;
  /** Entries at the given 0-based positions, [count]. */
  predict(rows: ArrayLike<number>, columns: ArrayLike<number>): Float64Array;
  /** Rows `start` (inclusive) to `stop` (exclusive), row-major, [stop − start, columns]. */
  rows(start: number, stop: number): Float64Array;
}

/** A matrix as left · rightᵀ. */
export interface Factors {
  /** [rows, rank], carries the scale. */
  readonly left: Tall;
  /** [columns, rank]. */
  readonly right: Tall;
  /** Singular values, descending. */
  readonly values: Float64Array;
}

/** A completion that holds every entry. @param values Row-major; not copied. */
export function denseCompletion(shape: Shape, values: Float64Array): Completion {
  const [, columns] = shape;
  return {
    shape,
    predict: (rows, columnIndices) =>
      Float64Array.from(rows, (row, k) => values[row * columns + (columnIndices[k] ?? NaN)] ?? NaN),
    rows: (start, stop) => values.slice(start * columns, stop * columns),
  };
}
