/**
 * Triplets `row,column,value` in delimited text, read a block at a time: files of many million lines take the memory of
 * their numbers and not of their text.
 *
 * Recognised by their header, or without one by three numeric columns of which the first two are whole and not negative.
 */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import type { Info } from 'csv-parse';
import { InputError } from '../../errors.js';
import { GrowingArray, GrowingIndices } from '../matrix-file.js';
import type { RawMatrix } from '../matrix-file.js';

type Cells = readonly string[];

const blockBytes = 1 << 20;
const byte = { newline: 10, return: 13, quote: 34, zero: 48, nine: 57 } as const;
const byteOrderMark = Buffer.from('\uFEFF');

/**
 * @returns Undefined where the file holds something else: a table.
 * @throws InputError with the line of a file that begins as triplets and is broken.
 */
export async function readTriplets(path: string, delimiter: string): Promise<RawMatrix | undefined> {
  const plain = new TripletCollector(path);
  const verdict = await readPlain(path, delimiter, plain);
  if (verdict !== 'quoted') return verdict === 'triplets' ? plain.finish() : undefined;
  // Quotes need a real parser, which is several times slower: from the start.
  const quoted = new TripletCollector(path);
  return (await readQuoted(path, delimiter, quoted)) ? quoted.finish() : undefined;
}

/** Takes lines as they come, and decides with the first whether they are triplets. */
class TripletCollector {
  private readonly row = new GrowingIndices();
  private readonly column = new GrowingIndices();
  private readonly value = new GrowingArray();
  private hasHeader = false;
  /** How many entries came before each line that is none. */
  private readonly skipped = new GrowingArray();

  constructor(private readonly path: string) {}

  /** An entry whose indices are digits and whose value is a number. */
  push(row: number, column: number, value: number): void {
    this.row.push(row);
    this.column.push(column);
    this.value.push(value);
  }

  skip(): void {
    this.skipped.push(this.value.length);
  }

  /** @returns False where the file turns out to hold no triplets. */
  add(cells: Cells, number: number): boolean {
    const isFirst = this.value.length === 0 && !this.hasHeader;
    if (isFirst && isHeader(cells)) {
      this.hasHeader = true;
      this.skip();
      return true;
    }
    // Without a header a line of another kind is that of a table.
    if (!this.hasHeader && !(cells.length === 3 && looksLikeTriplet(cells))) return false;
    const place = `${this.path}:${number}`;
    if (cells.length !== 3) throw new InputError(place, 'row,column,value', `${cells.length} fields`);
    for (const cell of cells) {
      if (!isNumber(cell))
        throw new InputError(place, 'three numbers', JSON.stringify(cell), 'leave missing entries out');
    }
    this.push(Number(cells[0]), Number(cells[1]), Number(cells[2]));
    return true;
  }

  finish(): RawMatrix | undefined {
    const { path, skipped } = this;
    if (this.value.length === 0 && !this.hasHeader) return undefined;
    if (this.value.length === 0) throw new InputError(path, 'at least one row,column,value', 'a header only');
    const before = skipped.toArray();
    return {
      ...{ row: this.row.toArray(), column: this.column.toArray(), value: this.value.toArray() },
      describe: (k) => `${path}:${k + 1 + before.filter((entries) => entries <= k).length}`,
    };
  }
}

function isHeader(cells: Cells): boolean {
  const [row, column, value] = cells.map((cell) => cell.toLowerCase());
  return cells.length === 3 && row === 'row' && (column === 'column' || column === 'col') && value === 'value';
}

function looksLikeTriplet([row = '', column = '', value = '']: Cells): boolean {
  return /^\d+$/u.test(row) && /^\d+$/u.test(column) && isNumber(value);
}

export function isNumber(text: string): boolean {
  return text !== '' && !Number.isNaN(Number(text));
}

/** Lines without quotes. */
async function readPlain(
  path: string,
  delimiter: string,
  collector: TripletCollector,
): Promise<'triplets' | 'table' | 'quoted'> {
  const separator = delimiter.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  const take = (bytes: Buffer, start: number, stop: number): 'table' | 'quoted' | undefined => {
    number += 1;
    const first = number === 1 && bytes.subarray(start, start + 3).equals(byteOrderMark) ? start + 3 : start;
    const last = stop > first && bytes[stop - 1] === byte.return ? stop - 1 : stop;
    if (takeDigits(bytes, first, last, separator, collector)) return undefined;
    const line = bytes.toString('utf8', first, last);
    if (line.includes('"')) return 'quoted';
    if (line.trim() === '') collector.skip();
    else if (
      !collector.add(
        line.split(delimiter).map((cell) => cell.trim()),
        number,
      )
    )
      return 'table';
    return undefined;
  };
  for await (const block of createReadStream(path, { highWaterMark: blockBytes })) {
    const bytes: Buffer = rest.length === 0 ? (block as Buffer) : Buffer.concat([rest, block as Buffer]);
    let start = 0;
    for (;;) {
      const stop = bytes.indexOf(byte.newline, start);
      if (stop < 0) break;
      const verdict = take(bytes, start, stop);
      if (verdict !== undefined) return verdict;
      start = stop + 1;
    }
    rest = bytes.subarray(start);
  }
  return (rest.length > 0 ? take(rest, 0, rest.length) : undefined) ?? 'triplets';
}

/** The usual line, digits and digits and a number, straight from its bytes. @returns False for any other line. */
function takeDigits(
  bytes: Buffer,
  start: number,
  stop: number,
  separator: number,
  collector: TripletCollector,
): boolean {
  let at = start;
  const digits = (): number => {
    let value = 0;
    const first = at;
    for (let code = bytes[at]; at < stop && code !== undefined && code >= byte.zero && code <= byte.nine;) {
      value = 10 * value + (code - byte.zero);
      at += 1;
      code = bytes[at];
    }
    const ends = at > first && at < stop && bytes[at] === separator;
    at += 1;
    return ends ? value : NaN;
  };
  const row = digits();
  if (Number.isNaN(row)) return false;
  const column = digits();
  if (Number.isNaN(column)) return false;
  const text = bytes.toString('latin1', at, stop);
  const value = Number(text);
  if (Number.isNaN(value) || (value === 0 && text.trim() === '')) return false;
  collector.push(row, column, value);
  return true;
}

/** Any lines, by a parser that knows quotes. @returns Whether they are triplets. */
async function readQuoted(path: string, delimiter: string, collector: TripletCollector): Promise<boolean> {
  const source = createReadStream(path);
  const options = { delimiter, bom: true, trim: true, relaxColumnCount: true, skipEmptyLines: true, info: true };
  const parser = source.pipe(parse(options));
  source.on('error', (error) => parser.destroy(error));
  let expected = 1;
  try {
    for await (const item of parser) {
      const { record, info } = item as { readonly record: string[]; readonly info: Info };
      for (; expected < info.lines; expected += 1) collector.skip();
      expected += 1;
      if (!collector.add(record, info.lines)) return false;
    }
    return true;
  } catch (error) {
    throw quoteError(path, error);
  } finally {
    source.destroy();
  }
}

/** What the parser has against a file, as this project says it. */
export function quoteError(path: string, error: unknown): unknown {
  // By its code: the parser's two entry points have a class of errors each.
  if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))) return error;
  const line = 'lines' in error && typeof error.lines === 'number' ? `:${error.lines}` : '';
  return new InputError(`${path}${line}`, 'well-formed quotes', String(error.code).toLowerCase().replaceAll('_', ' '));
}
