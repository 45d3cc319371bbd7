/**
 * CSV and TSV: triplets `row,column,value` (see triplets.ts), or a dense table, which is read whole. A dense table of
 * exactly three columns that could be triplets needs a header.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { InputError } from '../../errors.js';
import { GrowingArray } from '../matrix-file.js';
import type { Labels, MatrixSource, RawMatrix } from '../matrix-file.js';
import type { Observations } from '../observations.js';
import { writeAtomically } from './atomic.js';
import { isNumber, quoteError, readTriplets } from './triplets.js';

type Cells = readonly string[];

interface Line {
  readonly cells: Cells;
  /** 1-based. */
  readonly number: number;
}

const missingWords = new Set(['', 'nan', 'na', 'null', '?']);
/** Rows formatted and written at once. */
const blockRows = 256;

export async function readDelimited(path: string, delimiter: string): Promise<RawMatrix> {
  const triplets = await readTriplets(path, delimiter);
  if (triplets !== undefined) return triplets;
  const lines = await readLines(path, delimiter);
  if (lines.length === 0) throw new InputError(path, 'a table or triplets', 'no lines');
  return readTable(path, lines);
}

/** The rows of a delimited file as text, with their line numbers; blank lines are left out. */
export async function readLines(path: string, delimiter: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8');
  // Quotes need a real parser; most large files have none, and splitting them is many times faster.
  if (!text.includes('"')) return splitLines(text, delimiter);
  try {
    const lines: Line[] = [];
    parse(text, {
      ...{ delimiter, bom: true, trim: true, relaxColumnCount: true, skipEmptyLines: true },
      onRecord: (record: string[], info) => {
        lines.push({ cells: record, number: info.lines });
        return null;
      },
    });
    return lines;
  } catch (error) {
    throw quoteError(path, error);
  }
}

function splitLines(text: string, delimiter: string): Line[] {
  const lines: Line[] = [];
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  body.split(/\r?\n/u).forEach((line, k) => {
    if (line.trim() !== '') lines.push({ cells: line.split(delimiter).map((cell) => cell.trim()), number: k + 1 });
  });
  return lines;
}

function isMissing(text: string): boolean {
  return missingWords.has(text.toLowerCase());
}

/**
 * A first line is a header where words stand in place of numbers; the first cell does not count, being perhaps a row's
 * label, unless the table has one column only. Rising whole numbers after a word (or nothing) are column names, as years are.
 */
function isTableHeader(cells: Cells, isData: (cell: string) => boolean): boolean {
  const [first = '', ...others] = cells;
  if (others.length === 0) return !isData(first);
  if (others.some((cell) => !isData(cell))) return true;
  const numbers = others.map((cell) => (cell === '' ? NaN : Number(cell)));
  const rise = numbers.every((value, k) => Number.isInteger(value) && (k === 0 || value > (numbers[k - 1] ?? NaN)));
  return !isNumber(first) && others.length > 1 && rise;
}

function readTable(path: string, lines: readonly Line[]): RawMatrix {
  const isData = (cell: string): boolean => isNumber(cell) || isMissing(cell);
  const header = lines[0];
  if (header === undefined) throw new InputError(path, 'a table', 'no lines');
  const hasHeader = isTableHeader(header.cells, isData);
  const body = hasHeader ? lines.slice(1) : lines;
  const hasLabels = body.some(({ cells }) => cells.length > 1 && !isData(cells[0] ?? ''));
  const from = hasLabels ? 1 : 0;
  const width = (body[0]?.cells.length ?? 0) - from;
  if (body.length === 0 || width < 1) throw new InputError(path, 'a row of numbers', 'a header only');
  const headed = header.cells.length - from;
  if (hasHeader && headed !== width) {
    throw new InputError(
      `${path}:${header.number}`,
      `${width} column labels`,
      `${headed}`,
      'the header must name every column',
    );
  }
  const [row, column, value] = [new GrowingArray(), new GrowingArray(), new GrowingArray()];
  body.forEach(({ cells, number }, i) => {
    if (cells.length - from !== width) {
      throw new InputError(`${path}:${number}`, `${width + from} fields as in the first row`, `${cells.length}`);
    }
    for (let j = 0; j < width; j += 1) {
      const cell = cells[j + from] ?? '';
      if (isMissing(cell)) continue;
      if (!isNumber(cell))
        throw new InputError(
          `${path}:${number}`,
          'a number or a gap',
          JSON.stringify(cell),
          `check field ${j + from + 1}`,
        );
      row.push(i);
      column.push(j);
      value.push(Number(cell));
    }
  });
  const rows = row.toArray();
  return {
    ...{ shape: [body.length, width], row: rows, column: column.toArray(), value: value.toArray() },
    rowLabels: hasLabels ? body.map(({ cells }) => cells[0] ?? '') : undefined,
    columnLabels: hasHeader ? header.cells.slice(from) : undefined,
    corner: hasHeader && hasLabels ? header.cells[0] : undefined,
    describe: (k) => `${path}:${body[rows[k] ?? 0]?.number ?? '?'}`,
  };
}

/** Writes a dense table, block by block. */
export async function writeTable(path: string, source: MatrixSource, labels: Labels, delimiter: string): Promise<void> {
  const quote = (cell: string): string =>
    /["\n\r]/u.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const [rows, columns] = source.shape;
  await writeAtomically(path, async (handle) => {
    if (labels.columnLabels !== undefined) {
      const corner = labels.rowLabels === undefined ? [] : [labels.corner ?? ''];
      await handle.write(`${[...corner, ...labels.columnLabels].map(quote).join(delimiter)}\n`);
    }
    for (let start = 0; start < rows; start += blockRows) {
      const stop = Math.min(rows, start + blockRows);
      const block = source.rows(start, stop);
      let text = '';
      for (let i = start; i < stop; i += 1) {
        const label = labels.rowLabels === undefined ? '' : `${quote(labels.rowLabels[i] ?? '')}${delimiter}`;
        text += `${label}${block.subarray((i - start) * columns, (i - start + 1) * columns).join(delimiter)}\n`;
      }
      await handle.write(text);
    }
  });
}

/** Writes triplets with their header. */
export async function writeTriplets(
  path: string,
  { row, column, value }: Observations,
  delimiter: string,
): Promise<void> {
  await writeAtomically(path, async (handle) => {
    await handle.write(`${['row', 'column', 'value'].join(delimiter)}\n`);
    for (let start = 0; start < value.length; start += 65536) {
      let text = '';
      for (let k = start; k < Math.min(value.length, start + 65536); k += 1) {
        text += `${row[k]}${delimiter}${column[k]}${delimiter}${value[k]}\n`;
      }
      await handle.write(text);
    }
  });
}
