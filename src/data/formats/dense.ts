/** Matrices and vectors of which every entry is known. */
import { InputError } from '../../errors.js';
import { createDenseMatrix } from '../dense-matrix.js';
import type { DenseMatrix } from '../dense-matrix.js';
import type { Labels } from '../matrix-file.js';
import { readMatrix } from './index.js';
import { writeText } from './atomic.js';

/**
 * Reads a matrix with nothing missing. A file of triplets (CSV or MatrixMarket coordinate) is one of zeros elsewhere.
 * @throws InputError for a gap in a table or an array, besides what `readMatrix` throws.
 */
export async function readDense(path: string): Promise<DenseMatrix & Labels> {
  const { observations, isSparse, ...labels } = await readMatrix(path);
  const { shape, row, column, value } = observations;
  const values = new Float64Array(shape[0] * shape[1]).fill(isSparse ? 0 : NaN);
  value.forEach((entry, k) => (values[(row[k] as number) * shape[1] + (column[k] as number)] = entry));
  const gap = values.findIndex(Number.isNaN);
  if (gap >= 0) {
    const place = `row ${Math.floor(gap / shape[1])}, column ${gap % shape[1]}`;
    throw new InputError(path, 'every entry', `nothing in ${place}`, 'leave the row out, or complete the matrix first');
  }
  return { ...createDenseMatrix(shape, values, path), ...labels };
}

/**
 * Reads one row or one column of numbers.
 * @throws InputError for more than one of both.
 */
export async function readVector(path: string): Promise<Float64Array> {
  const { shape, values } = await readDense(path);
  if (Math.min(...shape) === 1) return values;
  throw new InputError(path, 'one column of numbers', shape.join('x'), 'leave the other columns out');
}

/** Writes `feature,weight` lines, a label or else a 0-based number for each feature, atomically. */
export async function writeWeights(path: string, weights: Float64Array, labels?: readonly string[]): Promise<void> {
  const quote = (cell: string): string => (/[",\n\r]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const lines = Array.from(weights, (weight, k) => `${quote(labels?.[k] ?? `${k}`)},${weight}\n`);
  await writeText(path, `feature,weight\n${lines.join('')}`);
}
