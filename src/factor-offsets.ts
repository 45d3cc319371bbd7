/** Offsets beside factors: what they predict where there is nothing to fit. */
import { factorCompletion } from './completion.js';
import type { FactorOffset } from './completion.js';
import type { Completed } from './complete.js';
import { emptyColumns, emptyRows } from './data/observations.js';
import type { SourceOffsets } from './data/matrix-file.js';
import type { Observations } from './data/observations.js';
import { fitOffsets } from './data/offsets.js';
import type { Offsets } from './data/offsets.js';
import { tall } from './linalg/tall.js';

/** A row or column without observations has no fit of its own: it gets the offsets of the other side. */
export function offsetOf(observations: Observations, offsets: Offsets): FactorOffset {
  const rows = new Set(emptyRows(observations));
  const columns = new Set(emptyColumns(observations));
  const arrays = { row: offsets.row.map((effect) => offsets.mean + effect), column: offsets.column };
  if (rows.size + columns.size === 0) return { ...arrays, at: (row, column) => offsets.at(row, column) };
  const fallback = fitOffsets(observations, 'both');
  return {
    ...arrays,
    more: fallbackFactors(offsets, fallback, rows, columns),
    at: (row, column) => (rows.has(row) || columns.has(column) ? fallback : offsets).at(row, column),
  };
}

/**
 * What the fallback adds to the offsets in empty rows and columns, as factors: with e marking the empty rows and f the
 * empty columns, a row's difference a and a column's difference b, e·(a + b) + (1 − e)·f·(a + b) by four columns.
 */
function fallbackFactors(
  offsets: Offsets,
  fallback: Offsets,
  rows: ReadonlySet<number>,
  columns: ReadonlySet<number>,
): SourceOffsets['more'] & object {
  const [left, right] = [tall(offsets.row.length, 4), tall(offsets.column.length, 4)];
  offsets.row.forEach((effect, i) => {
    const a = fallback.mean + (fallback.row[i] as number) - offsets.mean - effect;
    left.values.set([a, 1], 4 * i + (rows.has(i) ? 0 : 2));
  });
  offsets.column.forEach((effect, j) => {
    const b = (fallback.column[j] as number) - effect;
    right.values.set([1, b, ...(columns.has(j) ? [1, b] : [])], 4 * j);
  });
  return { left, right };
}

/** The result where offsets leave nothing but zeros. */
export function allZero(
  { shape }: Observations,
  solver: string,
  offsets: Completed['offsets'],
  offset: FactorOffset,
): Completed {
  const none = { left: tall(shape[0], 1), right: tall(shape[1], 1), values: new Float64Array(1) };
  return {
    ...{ status: 'converged', solver, offsets, progress: [], warnings: [] },
    completion: factorCompletion(shape, none, { offset }),
    ...{ rank: 0, singularValues: new Float64Array(1), ridge: 0, residual: 0, seconds: 0 },
  };
}
