/** Linear measurements of a matrix, on the host: targets y_k = ⟨A_k, X⟩ and the matrices A_k, dense or sparse. */
import { InputError } from '../errors.js';
import { checkFinite } from './dense-matrix.js';
import { createObservations, rowStarts } from './observations.js';
import type { ObservationSource, Observations, Shape } from './observations.js';

/** Row-major [count, rows, columns]. */
export interface DenseStack {
  readonly kind: 'dense';
  readonly values: Float64Array;
}

/** Entries sorted by measurement, then by position. */
export interface SparseStack {
  readonly kind: 'sparse';
  /** First entry of every measurement, and the end: [count + 1]. */
  readonly starts: Int32Array;
  /** row · columns + column, [entries]. */
  readonly positions: Int32Array;
  readonly values: Float64Array;
}

export interface Measurements {
  /** Of the matrix that is measured. */
  readonly shape: Shape;
  /** y, [count]. */
  readonly targets: Float64Array;
  readonly matrices: DenseStack | SparseStack;
}

/**
 * Validates measurements by matrices given whole.
 * @param values Row-major [count, rows, columns]; copied.
 * @param targets [count].
 * @throws InputError for a wrong count, a value that is not finite, or a matrix of zeros.
 */
export function createDenseMeasurements(
  shape: Shape,
  values: ArrayLike<number>,
  targets: ArrayLike<number>,
  place = 'measurements',
): Measurements {
  const size = shape[0] * shape[1];
  const count = checkTargets(targets, place);
  if (values.length !== count * size) {
    const expected = `${count} matrices of ${shape.join('x')}, one for each target`;
    throw new InputError(place, expected, `${values.length} values`);
  }
  const stack = checkFinite(Float64Array.from(values), place);
  for (let k = 0; k < count; k += 1) {
    if (stack.subarray(k * size, (k + 1) * size).every((value) => value === 0)) throw emptyMeasurement(place, k);
  }
  return {
    shape,
    targets: checkFinite(Float64Array.from(targets), 'targets'),
    matrices: { kind: 'dense', values: stack },
  };
}

/** One coefficient of one measurement an entry; arrays of one length. */
export interface MeasurementSource {
  /** One more than the largest indices unless given. */
  readonly shape?: Shape | undefined;
  readonly measurement: ArrayLike<number>;
  readonly row: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  readonly coefficient: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly place?: string;
  /** Place of entry k, for messages. */
  readonly describe?: (k: number) => string;
}

/**
 * Validates measurements by sparse matrices and sorts their coefficients.
 * @throws InputError for an index outside, a coefficient given twice or not finite, or a measurement without any.
 */
export function createSparseMeasurements(source: MeasurementSource): Measurements {
  const { measurement, row, column, coefficient, targets, place = 'measurements' } = source;
  const count = checkTargets(targets, place);
  const describe = source.describe ?? ((k: number) => `${place}[${k}]`);
  // Positions of the matrix first, so that what is wrong with one is said of it.
  const shape = source.shape ?? ([extent(row), extent(column)] as const);
  const [rows, columns] = shape;
  for (let k = 0; k < row.length; k += 1) {
    checkIndex(row[k], 'row', rows, () => describe(k));
    checkIndex(column[k], 'column', columns, () => describe(k));
    checkIndex(measurement[k], 'measurement', count, () => describe(k));
  }
  const flat = Float64Array.from(row, (i, k) => i * columns + (column[k] ?? NaN));
  const entries = { shape: [count, rows * columns], row: measurement, column: flat, value: coefficient } as const;
  const sorted = sortEntries({ ...entries, place, describe });
  const starts = rowStarts(sorted);
  for (let k = 0; k < count; k += 1) if (starts[k] === starts[k + 1]) throw emptyMeasurement(place, k);
  const matrices = { kind: 'sparse', starts, positions: sorted.column, values: sorted.value } as const;
  return { shape, targets: checkFinite(Float64Array.from(targets), 'targets'), matrices };
}

/** Sorts by measurement and position; a position given twice is said in the caller's words. */
function sortEntries(entries: ObservationSource): Observations {
  try {
    return createObservations(entries);
  } catch (error) {
    if (!(error instanceof InputError) || error.expected !== 'every position once') throw error;
    const actual = 'a second one for its measurement, row and column';
    throw new InputError(error.place, 'one coefficient', actual, 'keep one of them');
  }
}

/** Completion as sensing: every observed entry is a measurement by a matrix with a single one. */
export function measureEntries({ shape, row, column, value }: Observations): Measurements {
  const measurement = Int32Array.from(value, (_, k) => k);
  const coefficient = new Float64Array(value.length).fill(1);
  return createSparseMeasurements({ shape, measurement, row, column, coefficient, targets: value });
}

/** ⟨A_k, X⟩ for a matrix given row-major: [count]. */
export function applyMeasurements({ shape, targets, matrices }: Measurements, matrix: Float64Array): Float64Array {
  const size = shape[0] * shape[1];
  return targets.map((_, k) => {
    let sum = 0;
    if (matrices.kind === 'dense') {
      for (let at = 0; at < size; at += 1) sum += (matrices.values[k * size + at] as number) * (matrix[at] as number);
      return sum;
    }
    for (let e = matrices.starts[k] as number; e < (matrices.starts[k + 1] as number); e += 1)
      sum += (matrices.values[e] as number) * (matrix[matrices.positions[e] as number] as number);
    return sum;
  });
}

/** The measurements whose number `keep` accepts. */
export function filterMeasurements(all: Measurements, keep: (k: number) => boolean): Measurements {
  const { shape, matrices } = all;
  const targets = all.targets.filter((_, k) => keep(k));
  if (matrices.kind === 'dense') {
    const size = shape[0] * shape[1];
    const values = matrices.values.filter((_, at) => keep(Math.floor(at / size)));
    return { shape, targets, matrices: { kind: 'dense', values } };
  }
  const { starts, positions, values } = matrices;
  const kept = Array.from(all.targets.keys()).filter(keep);
  const entries = kept.flatMap((k) => {
    const [start = 0, stop = 0] = starts.subarray(k, k + 2);
    return Array.from({ length: stop - start }, (_, e) => start + e);
  });
  const ends = new Int32Array(kept.length + 1);
  kept.forEach((k, place) => {
    ends[place + 1] = (ends[place] as number) + (starts[k + 1] as number) - (starts[k] as number);
  });
  return {
    ...{ shape, targets },
    matrices: {
      kind: 'sparse',
      starts: ends,
      positions: Int32Array.from(entries, (e) => positions[e] as number),
      values: Float64Array.from(entries, (e) => values[e] as number),
    },
  };
}

/** The same measurements of the transposed matrix. */
export function transposeMeasurements({ shape, targets, matrices }: Measurements): Measurements {
  const [rows, columns] = shape;
  const turned = [columns, rows] as const;
  const moved = (position: number): number => (position % columns) * rows + Math.floor(position / columns);
  if (matrices.kind === 'dense') {
    const size = rows * columns;
    const values = new Float64Array(matrices.values.length);
    matrices.values.forEach((value, at) => {
      const start = at - (at % size);
      values[start + moved(at - start)] = value;
    });
    return { shape: turned, targets, matrices: { kind: 'dense', values } };
  }
  const { starts, positions, values } = matrices;
  const order = Array.from({ length: targets.length }, (_, k) => {
    const [start = 0, stop = 0] = starts.subarray(k, k + 2);
    const entries = Array.from({ length: stop - start }, (__, e) => start + e);
    return entries.sort((a, b) => moved(positions[a] as number) - moved(positions[b] as number));
  }).flat();
  return {
    ...{ shape: turned, targets },
    matrices: {
      ...{ kind: 'sparse', starts },
      positions: Int32Array.from(order, (e) => moved(positions[e] as number)),
      values: Float64Array.from(order, (e) => values[e] as number),
    },
  };
}

function checkTargets(targets: ArrayLike<number>, place: string): number {
  if (targets.length > 0) return targets.length;
  throw new InputError(place, 'at least one measurement', 'none');
}

function emptyMeasurement(place: string, k: number): InputError {
  return new InputError(
    place,
    'a coefficient other than zero',
    `none for measurement ${k}`,
    'leave it out with its target',
  );
}

function checkIndex(index: number | undefined, name: string, bound: number, place: () => string): void {
  if (index !== undefined && Number.isInteger(index) && index >= 0 && index < bound) return;
  throw new InputError(place(), `a whole ${name} from 0 to ${bound - 1}`, `${index}`, 'indices start at 0');
}

function extent(indices: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < indices.length; k += 1) most = Math.max(most, (indices[k] ?? 0) + 1);
  return most;
}
