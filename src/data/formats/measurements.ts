/**
 * Linear measurements in two files: the matrices, and their targets.
 *
 * The matrices are CSV lines `measurement,row,column,coefficient` (what is not named is zero), or a 3-D .npy array
 * [measurements, rows, columns]. The targets are one column of numbers, in any format that `readVector` reads.
 */
import { extname } from 'node:path';
import { InputError } from '../../errors.js';
import { createDenseMeasurements, createSparseMeasurements } from '../measurements.js';
import type { Measurements } from '../measurements.js';
import type { Shape } from '../observations.js';
import { writeText } from './atomic.js';
import { readLines } from './delimited.js';
import { readVector } from './dense.js';
import { checkReadable } from './index.js';
import { readNpyStack } from './npy.js';

const header = ['measurement', 'row', 'column', 'coefficient'];
const delimiters: Readonly<Record<string, string>> = { '.csv': ',', '.tsv': '\t' };

/** Extensions of measurement matrices. */
export const measurementExtensions: readonly string[] = [...Object.keys(delimiters), '.npy'];

/**
 * Reads measurements.
 * @param shape Of the matrix that is measured; from the file unless given.
 * @throws InputError with the file and line for anything wrong.
 */
export async function readMeasurements(
  path: string,
  targetsPath: string,
  options: { readonly shape?: Shape | undefined } = {},
): Promise<Measurements> {
  const extension = extname(path).toLowerCase();
  const delimiter = delimiters[extension];
  if (delimiter === undefined && extension !== '.npy') {
    const given = extension === '' ? 'no extension' : extension;
    throw new InputError(path, `a file ending in ${measurementExtensions.join(', ')}`, given);
  }
  await checkReadable(path);
  const targets = await readVector(targetsPath);
  return delimiter === undefined
    ? readStack(path, targets, options.shape)
    : readCoefficients(path, delimiter, targets, options.shape);
}

async function readStack(path: string, targets: Float64Array, shape: Shape | undefined): Promise<Measurements> {
  const { extents, values } = await readNpyStack(path);
  const [count = 0, rows = 0, columns = 0] = extents;
  if (shape !== undefined && String(shape) !== String([rows, columns]))
    throw new InputError('--shape', `${rows}x${columns} as in ${path}`, shape.join('x'), 'leave it out');
  if (targets.length !== count)
    throw new InputError(path, `${targets.length} matrices, one for each target`, `${count}`);
  return createDenseMeasurements([rows, columns], values, targets, path);
}

async function readCoefficients(
  path: string,
  delimiter: string,
  targets: Float64Array,
  shape: Shape | undefined,
): Promise<Measurements> {
  const lines = await readLines(path, delimiter);
  const headed = lines[0]?.cells.join().toLowerCase() === header.join();
  const body = headed ? lines.slice(1) : lines;
  if (body.length === 0) throw new InputError(path, `at least one ${header.join()}`, 'none');
  const parts = header.map(() => new Float64Array(body.length));
  body.forEach(({ cells, number }, k) => {
    const place = `${path}:${number}`;
    if (cells.length !== header.length) throw new InputError(place, header.join(), `${cells.length} fields`);
    cells.forEach((cell, part) => {
      const value = cell === '' ? NaN : Number(cell);
      if (Number.isNaN(value)) throw new InputError(place, 'four numbers', JSON.stringify(cell));
      (parts[part] as Float64Array)[k] = value;
    });
  });
  const [measurement, row, column, coefficient] = parts as [Float64Array, Float64Array, Float64Array, Float64Array];
  return createSparseMeasurements({
    ...{ measurement, row, column, coefficient, targets, shape, place: path },
    describe: (k) => `${path}:${body[k]?.number ?? '?'}`,
  });
}

/** Writes sparse measurements as CSV, and their targets, atomically each. */
export async function writeMeasurements(path: string, targetsPath: string, all: Measurements): Promise<void> {
  const { shape, targets, matrices } = all;
  const size = shape[0] * shape[1];
  const lines: string[] = [];
  const add = (k: number, position: number, value: number): void => {
    if (value !== 0) lines.push(`${k},${Math.floor(position / shape[1])},${position % shape[1]},${value}\n`);
  };
  targets.forEach((_, k) => {
    if (matrices.kind === 'dense') {
      for (let at = 0; at < size; at += 1) add(k, at, matrices.values[k * size + at] as number);
      return;
    }
    for (let e = matrices.starts[k] as number; e < (matrices.starts[k + 1] as number); e += 1)
      add(k, matrices.positions[e] as number, matrices.values[e] as number);
  });
  await writeText(path, `${header.join()}\n${lines.join('')}`);
  await writeText(targetsPath, `target\n${targets.join('\n')}\n`);
}
