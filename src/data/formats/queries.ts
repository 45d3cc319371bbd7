/** Positions to predict, and the predictions: CSV. */
import { InputError } from '../../errors.js';
import type { Shape } from '../observations.js';
import { writeText } from './atomic.js';
import { readLines } from './delimited.js';
import { checkReadable } from './index.js';

/** 0-based positions, [count] each. */
export interface Positions {
  readonly row: Int32Array;
  readonly column: Int32Array;
}

/**
 * Reads `row,column` lines, with or without that header.
 * @throws InputError with the file and line for anything else, and for a position outside the shape.
 */
export async function readQueries(path: string, shape: Shape): Promise<Positions> {
  await checkReadable(path);
  const lines = await readLines(path, ',');
  const headed = lines[0]?.cells[0]?.toLowerCase() === 'row';
  const body = headed ? lines.slice(1) : lines;
  if (body.length === 0) throw new InputError(path, 'at least one row,column', 'none');
  const positions = { row: new Int32Array(body.length), column: new Int32Array(body.length) };
  body.forEach(({ cells, number }, k) => {
    const place = `${path}:${number}`;
    if (cells.length !== 2) throw new InputError(place, 'row,column', `${cells.length} fields`);
    positions.row[k] = index(cells[0] ?? '', 'row', shape[0], place);
    positions.column[k] = index(cells[1] ?? '', 'column', shape[1], place);
  });
  return positions;
}

/** Writes `row,column,prediction`, and `standard_error` where the solver has one, atomically. */
export async function writePredictions(
  path: string,
  { row, column }: Positions,
  prediction: Float64Array,
  standardError?: Float64Array,
): Promise<void> {
  const header = `row,column,prediction${standardError === undefined ? '' : ',standard_error'}\n`;
  const lines = Array.from(prediction, (value, k) => {
    const error = standardError === undefined ? '' : `,${standardError[k]}`;
    return `${row[k]},${column[k]},${value}${error}\n`;
  });
  await writeText(path, header + lines.join(''));
}

function index(text: string, name: string, bound: number, place: string): number {
  const value = /^\d+$/u.test(text) ? Number(text) : NaN;
  if (value < bound) return value;
  throw new InputError(place, `a whole ${name} from 0 to ${bound - 1}`, JSON.stringify(text), 'indices start at 0');
}
