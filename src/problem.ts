/** What a solver sees: the observations on the device, once, laid out for batched row and column solves. */
import * as tf from '@tensorflow/tfjs';
import { uploadReal } from '../kernels/real.js';
import type { Precision, RealTensor } from '../kernels/real.js';
import { disposeReal } from '../kernels/real.js';
import { rowStarts, transposeObservations } from './data/observations.js';
import type { Observations, Shape } from './data/observations.js';

/** Whether an estimate is held as the side at hand wants it, or transposed. */
export type Side = 'own' | 'other';

/** Which side's vectors are solved for: each row of X given the metric of its columns, or each column. */
export type Direction = 'rows' | 'columns';

/** Rows with about as many observations each, solved as one batch. */
export interface RowGroup {
  /** Observed columns, −1 where padded, int32 [batch, width]. */
  readonly indices: tf.Tensor2D;
  /** Observed values, 0 where padded, [batch, width]. */
  readonly values: RealTensor;
}

/** The observations seen from one side. "Row" and "column" are that side's own. */
export interface Pattern {
  /** Rows that are solved for. */
  readonly count: number;
  /** Length of each. */
  readonly size: number;
  /** In the order of the estimate's rows. */
  readonly groups: readonly RowGroup[];
  /** Flat positions row · size + column of all observations, int32 [observed]. */
  readonly positions: tf.Tensor1D;
  /** Their values, [observed]. */
  readonly values: RealTensor;
}

/**
 * The observations on the device, divided by their root mean square, rows and columns reordered so that rows with about
 * as many observations are neighbours. A solver works in that order; `orders` leads back.
 */
export interface Problem {
  readonly shape: Shape;
  readonly precision: Precision;
  readonly observed: number;
  /** Root mean square of the observed values; 1 where all are zero. */
  readonly scale: number;
  readonly rows: Pattern;
  readonly columns: Pattern;
  /** orders.rows[k] is the original row at place k. */
  readonly orders: Readonly<Record<Direction, Int32Array>>;
  /** Frees every tensor of the problem. */
  dispose(): void;
}

/** A group ends where its narrowest row would be padded by more than this share… */
const leastFill = 0.85;
/** …or its blocks would take more memory than this. */
export const blockBytes = 1 << 26;

/**
 * Uploads observations to the active backend.
 * @param precision What the tensors hold.
 * @returns The problem; the caller disposes.
 */
export function createProblem(observations: Observations, precision: Precision): Problem {
  const { shape, value } = observations;
  const scale = rootMeanSquare(value) || 1;
  const transposed = transposeObservations(observations);
  const orders = { rows: orderByCount(observations), columns: orderByCount(transposed) };
  const rows = createPattern(observations, orders.rows, orders.columns, scale, precision);
  const columns = createPattern(transposed, orders.columns, orders.rows, scale, precision);
  const dispose = (): void => {
    for (const pattern of [rows, columns]) {
      pattern.positions.dispose();
      disposeReal(pattern.values, ...pattern.groups.map((group) => group.values));
      tf.dispose(pattern.groups.map((group) => group.indices));
    }
  };
  return { shape, precision, observed: value.length, scale, rows, columns, orders, dispose };
}

/** Relative to the largest, whose square could overflow or vanish. */
export function rootMeanSquare(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return 0;
  const mean = values.reduce((sum, value) => sum + (value / largest) ** 2, 0) / values.length;
  return largest * Math.sqrt(mean);
}

/** Rows by falling number of observations; equal ones keep their order. */
function orderByCount(observations: Observations): Int32Array {
  const starts = rowStarts(observations);
  const count = (row: number): number => (starts[row + 1] ?? 0) - (starts[row] ?? 0);
  return Int32Array.from({ length: observations.shape[0] }, (_, row) => row).sort(
    (a, b) => count(b) - count(a) || a - b,
  );
}

/** Where each original index went. */
function inverseOrder(order: Int32Array): Int32Array {
  const places = new Int32Array(order.length);
  order.forEach((original, place) => (places[original] = place));
  return places;
}

function createPattern(
  observations: Observations,
  rowOrder: Int32Array,
  columnOrder: Int32Array,
  scale: number,
  precision: Precision,
): Pattern {
  const [count, size] = observations.shape;
  const starts = rowStarts(observations);
  const columnPlace = inverseOrder(columnOrder);
  const width = (place: number): number => {
    const row = rowOrder[place] ?? 0;
    // A row without observations is solved as one padded entry, which gives zeros.
    return Math.max(1, (starts[row + 1] ?? 0) - (starts[row] ?? 0));
  };
  const groups: RowGroup[] = [];
  const positions = new Int32Array(observations.value.length);
  const values = new Float64Array(observations.value.length);
  let written = 0;
  for (let first = 0; first < count;) {
    const widest = width(first);
    const most = Math.max(1, Math.floor(blockBytes / (widest * widest * 8)));
    let stop = first + 1;
    while (stop < count && stop - first < most && width(stop) >= leastFill * widest) stop += 1;
    const indices = new Int32Array((stop - first) * widest).fill(-1);
    const groupValues = new Float64Array((stop - first) * widest);
    for (let place = first; place < stop; place += 1) {
      const row = rowOrder[place] ?? 0;
      const start = starts[row] ?? 0;
      for (let k = start; k < (starts[row + 1] ?? 0); k += 1) {
        const column = columnPlace[observations.column[k] ?? 0] ?? 0;
        const at = (place - first) * widest + (k - start);
        indices[at] = column;
        groupValues[at] = (observations.value[k] ?? 0) / scale;
        positions[written] = place * size + column;
        values[written] = groupValues[at] ?? 0;
        written += 1;
      }
    }
    const shape: [number, number] = [stop - first, widest];
    groups.push({ indices: tf.tensor2d(indices, shape, 'int32'), values: uploadReal(groupValues, shape, precision) });
    first = stop;
  }
  return {
    count,
    size,
    groups,
    positions: tf.tensor1d(positions, 'int32'),
    values: uploadReal(values, [values.length], precision),
  };
}
