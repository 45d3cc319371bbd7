/** A mean and row and column effects: what explains most of ratings, panels and prices before any low rank does. */
import type { Observations } from './observations.js';

export type OffsetChoice = 'none' | 'row' | 'column' | 'both';
export const offsetChoices: readonly OffsetChoice[] = ['none', 'row', 'column', 'both'];

export interface Offsets {
  readonly mean: number;
  /** [rows]; zero where not fitted. */
  readonly row: Float64Array;
  /** [columns]; zero where not fitted. */
  readonly column: Float64Array;
  /** mean + row effect + column effect. */
  at(row: number, column: number): number;
}

/** Observations worth as much as the belief that an effect is zero. */
const defaultShrinkage = 5;
const mostSweeps = 200;
/** Sweeps end once no effect moves by more than this share of the values' spread. */
const settled = 1e-10;

/**
 * Fits a mean and the chosen effects by least squares, each effect shrunk towards zero as if `shrinkage` more
 * observations had shown none. An empty row or column has effect 0.
 */
export function fitOffsets(observations: Observations, choice: OffsetChoice, shrinkage = defaultShrinkage): Offsets {
  const { shape, row, column, value } = observations;
  const effects = { row: new Float64Array(shape[0]), column: new Float64Array(shape[1]) };
  const none = choice === 'none';
  const mean = none ? 0 : value.reduce((sum, entry) => sum + entry / value.length, 0);
  const spread = value.reduce((most, entry) => Math.max(most, Math.abs(entry - mean)), Number.MIN_VALUE);
  const fitsRow = choice === 'row' || choice === 'both';
  const fitsColumn = choice === 'column' || choice === 'both';
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    const moved = Math.max(
      fitsColumn ? refit(effects.column, column, value, (k) => mean + (effects.row[row[k] ?? 0] ?? 0), shrinkage) : 0,
      fitsRow ? refit(effects.row, row, value, (k) => mean + (effects.column[column[k] ?? 0] ?? 0), shrinkage) : 0,
    );
    if (moved <= settled * spread) break;
  }
  const at = (i: number, j: number): number => mean + (effects.row[i] ?? 0) + (effects.column[j] ?? 0);
  return { mean, row: effects.row, column: effects.column, at };
}

/** The observations less their offsets. */
export function subtractOffsets(observations: Observations, offsets: Offsets): Observations {
  const { row, column, value } = observations;
  return { ...observations, value: value.map((entry, k) => entry - offsets.at(row[k] ?? 0, column[k] ?? 0)) };
}

/** One side's shrunk means of what the rest leaves; returns the largest move. */
function refit(
  effect: Float64Array,
  index: Int32Array,
  value: Float64Array,
  rest: (k: number) => number,
  shrinkage: number,
): number {
  const sum = new Float64Array(effect.length);
  const count = new Float64Array(effect.length);
  value.forEach((entry, k) => {
    const at = index[k] ?? 0;
    sum[at] = (sum[at] ?? 0) + entry - rest(k);
    count[at] = (count[at] ?? 0) + 1;
  });
  let moved = 0;
  effect.forEach((old, at) => {
    const seen = count[at] ?? 0;
    const fresh = seen === 0 ? 0 : (sum[at] ?? 0) / (seen + shrinkage);
    moved = Math.max(moved, Math.abs(fresh - old));
    effect[at] = fresh;
  });
  return moved;
}
