/** Positions of a sparse matrix on the device, sorted by row. */
import * as tf from '@tensorflow/tfjs';
import { disposeLists } from './backends/webgpu-lists.js';
import type { HostPattern } from './backends/webgpu-lists.js';
import { InputError } from './errors.js';
import type { RealTensor } from './real.js';

export interface SparsePattern {
  /** Rows and columns. */
  readonly shape: readonly [number, number];
  readonly entries: number;
  /** Where every row begins, and the end: int32 [rows + 1]. */
  readonly starts: tf.Tensor1D;
  /** Column of every entry, int32 [entries]. */
  readonly columns: tf.Tensor1D;
  /** Row of every entry, int32 [entries]. */
  readonly rowOf: tf.Tensor1D;
  /** The host arrays that were uploaded; not copied. */
  readonly host: HostPattern;
}

/**
 * Uploads positions; the host arrays must be sorted by row, and stay as they are while the pattern is in use.
 * @param starts [rows + 1].
 * @returns The pattern; the caller disposes through `disposePattern`.
 */
export function uploadPattern(
  shape: readonly [number, number],
  starts: Int32Array,
  columns: Int32Array,
  rowOf: Int32Array,
): SparsePattern {
  if (starts.length !== shape[0] + 1 || columns.length !== rowOf.length || starts.at(-1) !== columns.length) {
    const given = `${starts.length} starts ending at ${starts.at(-1)}, ${columns.length} columns and ${rowOf.length} rows`;
    throw new InputError('uploadPattern', `${shape[0] + 1} starts, and as many rows as columns`, given);
  }
  return {
    shape,
    entries: columns.length,
    starts: tf.tensor1d(starts, 'int32'),
    columns: tf.tensor1d(columns, 'int32'),
    rowOf: tf.tensor1d(rowOf, 'int32'),
    host: { starts, columns, rowOf },
  };
}

/** Frees the device memory. */
export function disposePattern({ starts, columns, rowOf }: SparsePattern): void {
  disposeLists(columns);
  tf.dispose([starts, columns, rowOf]);
}

/** The pattern as integer inputs of a kernel. */
export function patternIntegers({ starts, columns, rowOf }: SparsePattern) {
  return { starts, columns, rowOf };
}

/**
 * Width of a factor [count, width].
 * @throws InputError when it has another shape.
 */
export function checkFactor(place: string, name: string, factor: RealTensor, count: number, width?: number): number {
  const [rows, columns] = factor.shape;
  const fits = factor.shape.length === 2 && rows === count && (width ?? columns) === columns;
  if (fits && columns !== undefined) return columns;
  throw new InputError(place, `${name} [${count}, ${width ?? 'width'}]`, `[${factor.shape.join(', ')}]`);
}
