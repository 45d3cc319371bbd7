import { InputError } from '../errors.js';

/** Rows and columns of a matrix. */
export type Shape = readonly [rows: number, columns: number];

/**
 * The observed entries of a matrix, on the host in float64.
 * Sorted by row, then by column; no position twice; every value finite.
 */
export interface Observations {
  readonly shape: Shape;
  /** 0-based, [count]. */
  readonly row: Int32Array;
  /** 0-based, [count]. */
  readonly column: Int32Array;
  readonly value: Float64Array;
}

export interface ObservationSource {
  /** One more than the largest indices unless given. */
  readonly shape?: Shape | undefined;
  readonly row: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** Where the data came from, for messages: a path. */
  readonly place?: string;
  /** Place of input entry k, for messages: `ratings.csv:17`. */
  readonly describe?: (k: number) => string;
}

/** Indices are int32. */
const largestExtent = 2 ** 31 - 1;

/**
 * Validates entries and sorts them.
 * @throws InputError for no entries, an index outside the shape, a value that is not finite, or a position given twice.
 */
export function createObservations(source: ObservationSource): Observations {
  const { row, column, value, place = 'observations' } = source;
  const describe = source.describe ?? ((k: number) => `${place}[${k}]`);
  if (row.length !== column.length || row.length !== value.length) {
    const lengths = `${row.length}, ${column.length} and ${value.length}`;
    throw new InputError(place, 'as many rows as columns and values', lengths);
  }
  if (value.length === 0) throw new InputError(place, 'at least one observed value', 'none');
  if (source.shape !== undefined) checkShape(source.shape, place);
  const bounds = source.shape ?? [largestExtent, largestExtent];
  let [rows, columns] = [0, 0];
  for (let k = 0; k < value.length; k += 1) {
    const [i, j, entry] = [row[k] ?? NaN, column[k] ?? NaN, value[k] ?? NaN];
    checkIndex(i, 'row', bounds[0], () => describe(k));
    checkIndex(j, 'column', bounds[1], () => describe(k));
    if (!Number.isFinite(entry))
      throw new InputError(describe(k), 'a finite value', `${entry}`, 'leave missing entries out');
    if (i >= rows) rows = i + 1;
    if (j >= columns) columns = j + 1;
  }
  const shape: Shape = source.shape ?? [rows, columns];
  const order = sortedOrder(row, column, shape);
  const sorted = {
    shape,
    row: Int32Array.from(order, (k) => row[k] ?? 0),
    column: Int32Array.from(order, (k) => column[k] ?? 0),
    value: Float64Array.from(order, (k) => value[k] ?? 0),
  };
  for (let k = 1; k < order.length; k += 1) {
    if (sorted.row[k] !== sorted.row[k - 1] || sorted.column[k] !== sorted.column[k - 1]) continue;
    const [first, second] = [order[k - 1] ?? 0, order[k] ?? 0];
    const position = `row ${sorted.row[k]}, column ${sorted.column[k]}`;
    throw new InputError(
      describe(second),
      'every position once',
      `${position} again (first at ${describe(first)})`,
      'keep one of them',
    );
  }
  return sorted;
}

/** The same entries of the transposed matrix. */
export function transposeObservations({ shape, row, column, value }: Observations): Observations {
  // Entries are sorted by row, so that dealing them out by column in their order sorts them by column, then row.
  const next = new Int32Array(shape[1] + 1);
  for (const j of column) next[j + 1] = (next[j + 1] as number) + 1;
  for (let j = 0; j < shape[1]; j += 1) next[j + 1] = (next[j + 1] as number) + (next[j] as number);
  const transposed = {
    row: new Int32Array(row.length),
    column: new Int32Array(row.length),
    value: new Float64Array(row.length),
  };
  for (let k = 0; k < row.length; k += 1) {
    const j = column[k] as number;
    const to = next[j] as number;
    next[j] = to + 1;
    transposed.row[to] = j;
    transposed.column[to] = row[k] as number;
    transposed.value[to] = value[k] as number;
  }
  return { shape: [shape[1], shape[0]], ...transposed };
}

/** The entries whose number `keep` accepts. */
export function filterObservations(observations: Observations, keep: (k: number) => boolean): Observations {
  const kept = (_: number, k: number): boolean => keep(k);
  const { shape, row, column, value } = observations;
  return { shape, row: row.filter(kept), column: column.filter(kept), value: value.filter(kept) };
}

/** Rows without an observation, ascending. */
export function emptyRows({ shape, row }: Observations): number[] {
  return missing(row, shape[0]);
}

/** Columns without an observation, ascending. */
export function emptyColumns({ shape, column }: Observations): number[] {
  return missing(column, shape[1]);
}

/**
 * Reads `610x9724`.
 * @throws InputError for anything else.
 */
export function parseShape(text: string, place: string): Shape {
  const [, rows, columns] = /^(\d+)[x×](\d+)$/u.exec(text.trim()) ?? [];
  if (rows === undefined || columns === undefined) {
    throw new InputError(place, 'ROWSxCOLUMNS', text, 'write it like 610x9724');
  }
  const shape: Shape = [Number(rows), Number(columns)];
  checkShape(shape, place);
  return shape;
}

function checkShape(shape: Shape, place: string): void {
  for (const extent of shape) {
    if (Number.isInteger(extent) && extent > 0 && extent <= largestExtent) continue;
    throw new InputError(place, 'a shape of whole numbers from 1 to 2147483647', shape.join('x'));
  }
}

function checkIndex(index: number, name: string, bound: number, describe: () => string): void {
  if (Number.isInteger(index) && index >= 0 && index < bound) return;
  if (index === bound) {
    throw new InputError(describe(), `a ${name} below ${bound}`, `${index}`, 'indices start at 0; check the shape');
  }
  throw new InputError(
    describe(),
    `a whole ${name} from 0 to ${bound - 1}`,
    `${index}`,
    'indices start at 0; check the shape',
  );
}

/** Numbers of the entries by row, then column: two stable counting sorts. */
function sortedOrder(row: ArrayLike<number>, column: ArrayLike<number>, shape: Shape): Int32Array {
  return stableOrder(row, shape[0], stableOrder(column, shape[1]));
}

/** Counting needs memory for every key; beyond this many a comparison sort needs less. */
const mostCounted = 1 << 26;

/** The entries, taken in the order `given`, sorted stably by key. */
function stableOrder(key: ArrayLike<number>, bound: number, given?: Int32Array): Int32Array {
  const count = key.length;
  const numbers = given ?? Int32Array.from({ length: count }, (_, k) => k);
  if (bound > mostCounted) {
    const place = new Int32Array(count);
    numbers.forEach((k, at) => (place[k] = at));
    return numbers.toSorted((a, b) => (key[a] ?? 0) - (key[b] ?? 0) || (place[a] ?? 0) - (place[b] ?? 0));
  }
  const next = new Int32Array(bound + 1);
  for (let k = 0; k < count; k += 1) {
    const after = (key[k] ?? 0) + 1;
    next[after] = (next[after] ?? 0) + 1;
  }
  for (let k = 0; k < bound; k += 1) next[k + 1] = (next[k + 1] ?? 0) + (next[k] ?? 0);
  const order = new Int32Array(count);
  for (const k of numbers) {
    const of = key[k] ?? 0;
    order[next[of] ?? 0] = k;
    next[of] = (next[of] ?? 0) + 1;
  }
  return order;
}

function missing(indices: Int32Array, bound: number): number[] {
  const seen = new Uint8Array(bound);
  for (const index of indices) seen[index] = 1;
  const absent: number[] = [];
  seen.forEach((mark, index) => {
    if (mark === 0) absent.push(index);
  });
  return absent;
}

/** Start of every row in the sorted observations, and the end: [rows + 1]. */
export function rowStarts(observations: Observations): Int32Array {
  const starts = new Int32Array(observations.shape[0] + 1);
  for (const row of observations.row) starts[row + 1] = (starts[row + 1] ?? 0) + 1;
  for (let row = 0; row < observations.shape[0]; row += 1)
    starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  return starts;
}
