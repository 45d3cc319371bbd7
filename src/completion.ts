import { rowStarts } from './data/observations.js';
import type { SourceOffsets } from './data/matrix-file.js';
import type { Observations, Shape } from './data/observations.js';
import type { Tall } from './linalg/tall.js';

/** A matrix recovered from its observations. Lives on the host in float64: nothing to dispose. */
export interface Completion {
  readonly shape: Shape;
  /** Entries at the given 0-based positions, [count]. */
  predict(rows: ArrayLike<number>, columns: ArrayLike<number>): Float64Array;
  /** Rows `start` (inclusive) to `stop` (exclusive), row-major, [stop − start, columns]. */
  readonly rows: (start: number, stop: number) => Float64Array;
  /** Singular vectors times values, where the solver held the matrix as factors; offsets are not in them. */
  readonly factors?: Factors;
  /** What is added to the factors, where there are any; observed values of exact data are given back besides. */
  readonly offsets?: SourceOffsets;
  /**
   * Standard error of a new observation at each position, noise included, where the solver knows it: about nine in ten
   * lie within 1.645 of it.
   */
  standardError?(rows: ArrayLike<number>, columns: ArrayLike<number>): Float64Array;
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

/** Offsets of every entry, one by one and as arrays. */
export interface FactorOffset extends SourceOffsets {
  at(row: number, column: number): number;
}

/** What a completion of factors is made of besides them. */
export interface FactorExtras {
  /** Added to every entry. */
  readonly offset: FactorOffset;
  /** Given back as they are: exact data are met to rounding, and people compare. */
  readonly observed?: Observations;
  /** Variance of a new observation. */
  readonly variance?: (row: number, column: number) => number;
}

/** A completion that holds left · rightᵀ and never the whole matrix. */
export function factorCompletion(
  shape: Shape,
  factors: Factors,
  { offset, observed, variance }: FactorExtras,
): Completion {
  const { left, right } = factors;
  const known = observed === undefined ? undefined : lookup(observed);
  const entry = (row: number, column: number): number => {
    const value = known?.(row, column);
    if (value !== undefined) return value;
    let sum = offset.at(row, column);
    const [u, v] = [row * left.width, column * right.width];
    for (let k = 0; k < left.width; k += 1) sum += (left.values[u + k] as number) * (right.values[v + k] as number);
    return sum;
  };
  const at = (rows: ArrayLike<number>, columns: ArrayLike<number>, value: typeof entry): Float64Array =>
    Float64Array.from(rows, (row, k) => value(row, columns[k] ?? NaN));
  return {
    shape,
    factors,
    offsets: offset,
    predict: (rows, columns) => at(rows, columns, entry),
    rows: (start, stop) => {
      const block = new Float64Array((stop - start) * shape[1]);
      for (let k = 0; k < block.length; k += 1) block[k] = entry(start + Math.floor(k / shape[1]), k % shape[1]);
      return block;
    },
    ...(variance && {
      standardError: (rows, columns) => at(rows, columns, (row, column) => Math.sqrt(variance(row, column))),
    }),
  };
}

/** The observed value at a position, undefined where there is none: by bisection in the sorted row. */
function lookup(observations: Observations): (row: number, column: number) => number | undefined {
  const { column: columns, value } = observations;
  const starts = rowStarts(observations);
  return (row, column) => {
    let [low, high] = [starts[row] ?? 0, starts[row + 1] ?? 0];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((columns[middle] as number) < column) low = middle + 1;
      else high = middle;
    }
    return low < (starts[row + 1] ?? 0) && columns[low] === column ? value[low] : undefined;
  };
}
