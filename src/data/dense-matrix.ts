/** A matrix of which every entry is known, on the host: the features of a regression, a stack of measurements. */
import { InputError } from '../errors.js';
import type { Shape } from './observations.js';

export interface DenseMatrix {
  readonly shape: Shape;
  /** Row-major, all finite. */
  readonly values: Float64Array;
}

/**
 * Validates a matrix given by its entries.
 * @param values Row-major, rows · columns of them; copied.
 * @throws InputError for a wrong count or a value that is not finite.
 */
export function createDenseMatrix(shape: Shape, values: ArrayLike<number>, place = 'matrix'): DenseMatrix {
  const [rows, columns] = shape;
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows >= 1 && columns >= 1)) {
    throw new InputError(place, 'at least one row and one column', shape.join('x'));
  }
  const expected = `${rows * columns} values for ${rows}x${columns}`;
  if (values.length !== rows * columns) throw new InputError(place, expected, `${values.length}`);
  return { shape, values: checkFinite(Float64Array.from(values), place) };
}

/** @throws InputError for the first value that is not finite. */
export function checkFinite(values: Float64Array, place: string): Float64Array {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`${place}[${bad}]`, 'a finite value', `${values[bad]}`);
  return values;
}

/** The rows that `keep` accepts, in their order. */
export function filterRows({ shape, values }: DenseMatrix, keep: (row: number) => boolean): DenseMatrix {
  const [rows, columns] = shape;
  const kept = Array.from({ length: rows }, (_, row) => row).filter(keep);
  const selected = new Float64Array(kept.length * columns);
  kept.forEach((row, place) => selected.set(values.subarray(row * columns, (row + 1) * columns), place * columns));
  return { shape: [kept.length, columns], values: selected };
}

/** matrix · vector, [rows]. */
export function multiplyVector({ shape, values }: DenseMatrix, vector: Float64Array): Float64Array {
  const [rows, columns] = shape;
  const product = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row += 1) {
    let sum = 0;
    for (let column = 0; column < columns; column += 1, at += 1) {
      sum += (values[at] as number) * (vector[column] as number);
    }
    product[row] = sum;
  }
  return product;
}

/** The transpose, row-major. */
export function transposeDense({ shape, values }: DenseMatrix): DenseMatrix {
  const [rows, columns] = shape;
  const transposed = new Float64Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      transposed[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return { shape: [columns, rows], values: transposed };
}
