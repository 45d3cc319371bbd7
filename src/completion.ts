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
  const known = observed === undefined ? undefined : knownEntries(observed);
  const fit = (row: number, column: number): number => {
    let sum = offset.at(row, column);
    const [u, v] = [row * left.width, column * right.width];
    for (let k = 0; k < left.width; k += 1) sum += (left.values[u + k] as number) * (right.values[v + k] as number);
    return sum;
  };
  const entry = (row: number, column: number): number => known?.at(row, column) ?? fit(row, column);
  const at = (rows: ArrayLike<number>, columns: ArrayLike<number>, value: typeof entry): Float64Array =>
    Float64Array.from(rows, (row, k) => value(row, columns[k] ?? NaN));
  return {
    shape,
    factors,
    offsets: offset,
    predict: (rows, columns) => at(rows, columns, entry),
    rows: (start, stop) => {
      const [, columns] = shape;
      const block = new Float64Array((stop - start) * columns);
      for (let row = start, k = 0; row < stop; row += 1) {
        for (let column = 0; column < columns; column += 1, k += 1) block[k] = fit(row, column);
      }
      known?.putInto(block, start, stop);
      return block;
    },
    ...(variance && {
      standardError: (rows, columns) => at(rows, columns, (row, column) => Math.sqrt(variance(row, column))),
    }),
  };
}

/** Observed values by their positions. */
interface KnownEntries {
  /** Undefined where there is none: by bisection in the sorted row. */
  at(row: number, column: number): number | undefined;
  /** Into a block of rows, row-major. */
  putInto(block: Float64Array, start: number, stop: number): void;
}

function knownEntries(observations: Observations): KnownEntries {
  const { shape, row: rowOf, column: columns, value } = observations;
  const starts = rowStarts(observations);
  return {
    at(row, column) {
      let [low, high] = [starts[row] ?? 0, starts[row + 1] ?? 0];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((columns[middle] as number) < column) low = middle + 1;
        else high = middle;
      }
      return low < (starts[row + 1] ?? 0) && columns[low] === column ? value[low] : undefined;
    },
    putInto(block, start, stop) {
      for (let k = starts[start] ?? 0; k < (starts[stop] ?? 0); k += 1) {
        block[((rowOf[k] as number) - start) * shape[1] + (columns[k] as number)] = value[k] as number;
      }
    },
  };
}
