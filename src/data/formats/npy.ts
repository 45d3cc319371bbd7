/** NumPy's .npy: a dense 2-D array, NaN where missing. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { readFile } from 'node:fs/promises';
import { parse } from 'npyjs';
import { InputError } from '../../errors.js';
import { GrowingArray, GrowingIndices } from '../matrix-file.js';
import type { MatrixSource, RawMatrix } from '../matrix-file.js';
import { writeAtomically } from './atomic.js';

const magic = '\u0093NUMPY';
const supported = /'descr':\s*'([<|=]?)(f4|f8|i1|i2|i4|i8|u1|u2|u4|u8)'/u;
/** Rows, and numbers, converted and written at once. */
const mostBlockRows = 256;
const blockLength = 1 << 20;

/** An array of any number of dimensions. */
export interface NpyArray {
  readonly extents: readonly number[];
  readonly entries: ArrayLike<number | bigint>;
  /** Column by column. */
  readonly fortranOrder: boolean;
}

export async function readNpy(path: string): Promise<RawMatrix> {
  return rawFromDense(path, parseNpy(path, await readFile(path)));
}

/**
 * A stack of matrices: a 3-D array.
 * @returns Its values row-major, [count, rows, columns].
 */
export async function readNpyStack(path: string): Promise<{ extents: readonly number[]; values: Float64Array }> {
  const { extents, entries, fortranOrder } = parseNpy(path, await readFile(path));
  if (extents.length !== 3) {
    throw new InputError(path, 'a 3-D array', `${extents.length}-D`, 'reshape it to measurements, rows and columns');
  }
  const [count = 0, rows = 0, columns = 0] = extents;
  const [across, down, along] = fortranOrder ? [1, count, count * rows] : [rows * columns, columns, 1];
  const values = Float64Array.from({ length: count * rows * columns }, (_, at) => {
    const [k, i, j] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    return Number(entries[k * across + i * down + j * along]);
  });
  return { extents, values };
}

/** @throws InputError at `place` for an array of anything but real numbers, or a broken one. */
export function parseNpy(place: string, bytes: Buffer): NpyArray {
  const { header, dataStart } = readHeader(place, bytes);
  const type = supported.exec(header)?.[2];
  if (type === undefined) {
    const found = /'descr':\s*([^,]*)/u.exec(header)?.[1] ?? 'no dtype';
    throw new InputError(
      place,
      'little-endian numbers (float32, float64 or integers)',
      found,
      "save it with array.astype('<f8')",
    );
  }
  const extents = /'shape':\s*\(([^)]*)\)/u
    .exec(header)?.[1]
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (extents === undefined) throw new InputError(place, 'a header with a shape', 'none', 'write it with numpy.save');
  const expected = extents.reduce((product, extent) => product * extent, Number(type.slice(1)));
  const actual = bytes.length - dataStart;
  if (actual !== expected)
    throw new InputError(place, `${expected} bytes of data`, `${actual}`, 'the file is cut short or damaged');
  // A copy: the parser wants a buffer of its own, and a view must start on a multiple of its item size.
  const { data, fortranOrder } = parse(new Uint8Array(bytes).buffer);
  return { extents, entries: numbersIn(data), fortranOrder };
}

/** The entries that are not NaN. @throws InputError for an array that is not 2-D. */
export function rawFromDense(place: string, { extents, entries, fortranOrder }: NpyArray): RawMatrix {
  const [rows, columns] = extents;
  if (extents.length !== 2 || rows === undefined || columns === undefined)
    throw new InputError(place, 'a 2-D array', `${extents.length}-D`, 'reshape it to rows and columns');
  const [rowStride, columnStride] = fortranOrder ? [1, rows] : [columns, 1];
  const [row, column, value] = [new GrowingIndices(), new GrowingIndices(), new GrowingArray()];
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const entry = Number(entries[i * rowStride + j * columnStride]);
      if (Number.isNaN(entry)) continue;
      row.push(i);
      column.push(j);
      value.push(entry);
    }
  }
  const places = { row: row.toArray(), column: column.toArray() };
  return {
    shape: [rows, columns],
    ...places,
    value: value.toArray(),
    describe: (k) => `${place}[${places.row[k]}, ${places.column[k]}]`,
  };
}

function readHeader(path: string, bytes: Buffer): { header: string; dataStart: number } {
  const remedy = 'write it with numpy.save';
  if (bytes.toString('latin1', 0, 6) !== magic)
    throw new InputError(path, 'an .npy file', 'other bytes at its start', remedy);
  const long = (bytes[6] ?? 0) >= 2;
  const lengthAt = 8;
  const start = lengthAt + (long ? 4 : 2);
  if (bytes.length < start) throw new InputError(path, 'a header', 'the end of the file', 'the file is cut short');
  const dataStart = start + (long ? bytes.readUInt32LE(lengthAt) : bytes.readUInt16LE(lengthAt));
  if (bytes.length < dataStart)
    throw new InputError(path, 'a whole header', 'the end of the file', 'the file is cut short');
  return { header: bytes.toString('latin1', start, dataStart), dataStart };
}

/** The parser types its result as any view; the dtypes let through are arrays of numbers or bigints. */
function numbersIn(data: ArrayBufferView): ArrayLike<number | bigint> {
  if ('length' in data) return data as ArrayBufferView & ArrayLike<number | bigint>;
  throw new TypeError('npy: expected a typed array from the parser');
}

/** Writes float64 in C order, block by block. */
export async function writeNpy(path: string, source: MatrixSource): Promise<void> {
  await writeAtomically(path, async (handle) => {
    await handle.write(npyPreamble(source.shape, '<f8'));
    for (const block of denseRows(source)) {
      await handle.write(new Uint8Array(block.buffer, block.byteOffset, block.byteLength));
    }
  });
}

/** What stands before an array's data. */
export function npyPreamble(extents: readonly number[], type: '<f8' | '<i4'): Uint8Array {
  const shape = extents.length === 1 ? `${extents[0]},` : extents.join(', ');
  const fields = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
  // Magic, version, length and header together fill a multiple of 64 bytes and end in a newline.
  const length = Math.ceil((10 + fields.length + 1) / 64) * 64 - 10;
  const preamble = Buffer.alloc(10 + length, ' ');
  preamble.write(magic, 'latin1');
  preamble.set([1, 0, length & 255, length >> 8], 6);
  preamble.write(fields, 10, 'latin1');
  preamble.write('\n', preamble.length - 1, 'latin1');
  return preamble;
}

/** A whole matrix, some rows at a time: at most a few megabytes unless a single row is longer. */
export function* denseRows({ shape: [rows, columns], rows: rowsOf }: MatrixSource): Generator<Float64Array, void> {
  const across = Math.max(1, Math.min(mostBlockRows, Math.floor(blockLength / columns)));
  for (let start = 0; start < rows; start += across) yield rowsOf(start, Math.min(rows, start + across));
}
