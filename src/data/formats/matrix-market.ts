/** MatrixMarket exchange format: coordinate and array. Boisvert, Pozo, Remington, NIST IR 5935, 1996. Indices from 1. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { InputError } from '../../errors.js';
import { GrowingArray } from '../matrix-file.js';
import type { MatrixSource, RawMatrix } from '../matrix-file.js';
import type { Observations, Shape } from '../observations.js';
import { writeAtomically } from './atomic.js';

const banner = '%%MatrixMarket matrix <coordinate|array> <real|integer> <general|symmetric|skew-symmetric>';
/** Entries formatted and written at once. */
const blockEntries = 65536;

interface Header {
  readonly layout: string;
  /** What an entry's mirror image is multiplied by; 0 where there is none. */
  readonly mirror: number;
}

export async function readMatrixMarket(path: string): Promise<RawMatrix> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  const collected = {
    row: new GrowingArray(),
    column: new GrowingArray(),
    value: new GrowingArray(),
    line: new GrowingArray(),
  };
  let header: Header | undefined;
  let sizes: number[] | undefined;
  let number = 0;
  let entries = 0;
  let inOrder: Iterator<readonly [number, number]> | undefined;
  for await (const line of lines) {
    number += 1;
    const place = `${path}:${number}`;
    if (header === undefined) {
      header = parseHeader(line, place);
      continue;
    }
    const words = line.trim().split(/\s+/u);
    if (line.startsWith('%') || words[0] === '') continue;
    if (sizes === undefined) {
      sizes = parseSizes(words, header, place);
      if (header.layout === 'array') inOrder = arrayOrder(sizes, header.mirror);
      continue;
    }
    const [i, j, entry] =
      inOrder === undefined ? coordinateEntry(words, sizes, place) : arrayEntry(words, inOrder, place);
    entries += 1;
    if (Number.isNaN(entry)) continue;
    push(i, j, entry);
    if (header.mirror !== 0 && i !== j) push(j, i, header.mirror * entry);
  }
  if (header === undefined) throw new InputError(path, banner, 'an empty file');
  if (sizes === undefined) throw new InputError(path, 'a size line', 'the end of the file', 'the file is cut short');
  const expected = inOrder === undefined ? (sizes[2] ?? 0) : countOf(arrayOrder(sizes, header.mirror));
  if (entries !== expected) {
    throw new InputError(
      path,
      `${expected} entries as the size line says`,
      `${entries}`,
      'the file is cut short or has too many lines',
    );
  }
  const shape: Shape = [sizes[0] ?? 0, sizes[1] ?? 0];
  const places = collected.line.toArray();
  const { row, column, value } = collected;
  return {
    shape,
    row: row.toArray(),
    column: column.toArray(),
    value: value.toArray(),
    isSparse: header.layout === 'coordinate',
    describe: (k) => `${path}:${places[k] ?? '?'}`,
  };

  function push(i: number, j: number, entry: number): void {
    collected.row.push(i);
    collected.column.push(j);
    collected.value.push(entry);
    collected.line.push(number);
  }
}

function parseHeader(line: string, place: string): Header {
  const [mark, object, layout = '', field = '', symmetry = ''] = line.trim().toLowerCase().split(/\s+/u);
  const mirror = { general: 0, symmetric: 1, 'skew-symmetric': -1 }[symmetry];
  const known = mark === '%%matrixmarket' && object === 'matrix' && ['coordinate', 'array'].includes(layout);
  if (known && ['real', 'integer', 'double'].includes(field) && mirror !== undefined) return { layout, mirror };
  throw new InputError(place, banner, JSON.stringify(line.slice(0, 60)));
}

function parseSizes(words: readonly string[], { layout, mirror }: Header, place: string): number[] {
  const wanted = layout === 'array' ? 2 : 3;
  const sizes = words.map(Number);
  const whole = sizes.every((size) => Number.isInteger(size) && size >= 0);
  if (sizes.length !== wanted || !whole) {
    throw new InputError(
      place,
      wanted === 2 ? 'rows columns' : 'rows columns entries',
      JSON.stringify(words.join(' ')),
    );
  }
  if (mirror !== 0 && sizes[0] !== sizes[1]) {
    throw new InputError(place, 'a square shape for a symmetric matrix', `${sizes[0]}x${sizes[1]}`);
  }
  return sizes;
}

function coordinateEntry(words: readonly string[], sizes: readonly number[], place: string): [number, number, number] {
  const [i = NaN, j = NaN, entry = NaN] = words.map(Number);
  if (words.length !== 3 || [i, j, entry].some(Number.isNaN)) {
    throw new InputError(place, 'row column value', JSON.stringify(words.join(' ')));
  }
  const inside =
    Number.isInteger(i) && Number.isInteger(j) && i >= 1 && j >= 1 && i <= (sizes[0] ?? 0) && j <= (sizes[1] ?? 0);
  if (inside) return [i - 1, j - 1, entry];
  throw new InputError(place, `indices within ${sizes[0]}x${sizes[1]}`, `${i} ${j}`, 'MatrixMarket indices start at 1');
}

function arrayEntry(
  words: readonly string[],
  order: Iterator<readonly [number, number]>,
  place: string,
): [number, number, number] {
  const text = words[0] ?? '';
  const entry = Number(text);
  if (words.length !== 1 || (Number.isNaN(entry) && text.toLowerCase() !== 'nan')) {
    throw new InputError(place, 'one number or NaN', JSON.stringify(words.join(' ')));
  }
  const next = order.next();
  if (next.done === true) throw new InputError(place, 'the end of the file', 'one more entry', 'check the size line');
  return [next.value[0], next.value[1], entry];
}

/** Positions of an array file: column by column; of a symmetric one the lower triangle only. */
function* arrayOrder(
  [rows = 0, columns = 0]: readonly number[],
  mirror: number,
): Generator<readonly [number, number], undefined> {
  for (let j = 0; j < columns; j += 1) {
    for (let i = mirror === 0 ? 0 : mirror > 0 ? j : j + 1; i < rows; i += 1) yield [i, j];
  }
  return undefined;
}

function countOf(positions: Iterable<unknown>): number {
  let count = 0;
  for (const position of positions) if (position !== undefined) count += 1;
  return count;
}

/** Writes the whole matrix in array layout, which is column by column. */
export async function writeMatrixMarketArray(path: string, source: MatrixSource): Promise<void> {
  const [rows, columns] = source.shape;
  await writeAtomically(path, async (handle) => {
    await handle.write(`%%MatrixMarket matrix array real general\n${rows} ${columns}\n`);
    // The source hands out rows and the format wants columns: the whole is held once.
    const whole = source.rows(0, rows);
    for (let j = 0; j < columns; j += 1) {
      let text = '';
      for (let i = 0; i < rows; i += 1) text += `${whole[i * columns + j]}\n`;
      await handle.write(text);
    }
  });
}

/** Writes observations in coordinate layout. */
export async function writeMatrixMarketCoordinate(
  path: string,
  { shape, row, column, value }: Observations,
): Promise<void> {
  await writeAtomically(path, async (handle) => {
    await handle.write(`%%MatrixMarket matrix coordinate real general\n${shape[0]} ${shape[1]} ${value.length}\n`);
    for (let start = 0; start < value.length; start += blockEntries) {
      let text = '';
      for (let k = start; k < Math.min(value.length, start + blockEntries); k += 1) {
        text += `${(row[k] ?? 0) + 1} ${(column[k] ?? 0) + 1} ${value[k]}\n`;
      }
      await handle.write(text);
    }
  });
}
