/** Offsets beside factors: what they predict where there is nothing to fit. */
import { factorCompletion } from './completion.js';
import type { Completed } from './complete.js';
import { emptyColumns, emptyRows } from './data/observations.js';
import type { Observations } from './data/observations.js';
import { fitOffsets } from './data/offsets.js';
import type { Offsets } from './data/offsets.js';
import { tall } from './linalg/tall.js';

export type Offset = (row: number, column: number) => number;

/** A row or column without observations has no fit of its own: it gets the offsets of the other side. */
export function offsetOf(observations: Observations, offsets: Offsets): Offset {
  const rows = new Set(emptyRows(observations));
  const columns = new Set(emptyColumns(observations));
  if (rows.size + columns.size === 0) return (row, column) => offsets.at(row, column);
  const fallback = fitOffsets(observations, 'both');
  return (row, column) => (rows.has(row) || columns.has(column) ? fallback : offsets).at(row, column);
}

/** The result where offsets leave nothing but zeros. */
export function allZero(
  { shape }: Observations,
  solver: string,
  offsets: Completed['offsets'],
  offset: Offset,
): Completed {
  const none = { left: tall(shape[0], 1), right: tall(shape[1], 1), values: new Float64Array(1) };
  return {
    ...{ status: 'converged', solver, offsets, progress: [], warnings: [] },
    completion: factorCompletion(shape, none, { offset }),
    ...{ rank: 0, singularValues: new Float64Array(1), ridge: 0, residual: 0, seconds: 0 },
  };
}
