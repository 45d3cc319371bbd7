/** Seeded splits of the observations. */
import { InputError } from '../errors.js';
import { filterObservations } from './observations.js';
import type { Observations } from './observations.js';
import { createRandom, shuffled } from './random.js';

export interface Split {
  readonly kept: Observations;
  readonly heldOut: Observations;
}

/**
 * Sets aside a share of the observations at random, never the last one of a row or a column.
 * @param fraction In (0, 1).
 * @throws InputError for a fraction out of range, or where nothing can be set aside.
 */
export function splitObservations(observations: Observations, fraction: number, seed: number): Split {
  if (!(fraction > 0 && fraction < 1)) throw new InputError('hold-out', 'a fraction in (0, 1)', `${fraction}`);
  const { row, column, value, shape } = observations;
  const left = { row: countsOf(row, shape[0]), column: countsOf(column, shape[1]) };
  const wanted = Math.max(1, Math.round(fraction * value.length));
  const away = new Uint8Array(value.length);
  let taken = 0;
  for (const k of shuffled(createRandom(seed), value.length)) {
    if (taken === wanted) break;
    const [i, j] = [row[k] ?? 0, column[k] ?? 0];
    if ((left.row[i] ?? 0) < 2 || (left.column[j] ?? 0) < 2) continue;
    left.row[i] = (left.row[i] ?? 0) - 1;
    left.column[j] = (left.column[j] ?? 0) - 1;
    away[k] = 1;
    taken += 1;
  }
  if (taken === 0) {
    throw new InputError(
      'hold-out',
      'rows and columns with two observations or more',
      'none to spare',
      'leave the hold-out away',
    );
  }
  return splitBy(observations, (k) => away[k] === 1);
}

/** Cuts the observations at random into `folds` parts of about equal size, each held out once. */
export function foldObservations(observations: Observations, folds: number, seed: number): Split[] {
  const { value } = observations;
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= value.length)) {
    throw new InputError('folds', `a whole number from 2 to ${value.length}`, `${folds}`);
  }
  const fold = new Int32Array(value.length);
  shuffled(createRandom(seed), value.length).forEach((k, place) => (fold[k] = place % folds));
  return Array.from({ length: folds }, (_, part) => splitBy(observations, (k) => fold[k] === part));
}

/** Entries for which `isHeldOut` is true against the rest. */
export function splitBy(observations: Observations, isHeldOut: (k: number) => boolean): Split {
  return {
    kept: filterObservations(observations, (k) => !isHeldOut(k)),
    heldOut: filterObservations(observations, isHeldOut),
  };
}

function countsOf(index: Int32Array, bound: number): Int32Array {
  const counts = new Int32Array(bound);
  for (const at of index) counts[at] = (counts[at] ?? 0) + 1;
  return counts;
}
