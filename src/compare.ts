/** Several solvers on one problem: error on entries that none of them saw, time, steps and rank. */
import { activeBackend, backendFailure } from '../kernels/backends/index.js';
import { complete } from './complete.js';
import type { CompleteOptions, CompleteResult } from './complete.js';
import type { Observations } from './data/observations.js';
import { InputError } from './errors.js';
import type { Progress } from './solvers/solver.js';

/** A solver with its own settings, under the name that a reader sees. */
export interface Contender {
  readonly name: string;
  readonly options: CompleteOptions;
}

export interface Compared {
  readonly name: string;
  /** Absent where the solver could not take the problem. */
  readonly result?: CompleteResult;
  /** Why it could not. */
  readonly failure?: string;
  /** Root mean square error on the held-out entries; NaN where there is no result. */
  readonly heldOutRmse: number;
  /** The whole call: what was chosen, the solve, and offsets. */
  readonly seconds: number;
}

export interface CompareOptions {
  /** What all contenders share; their own options come after. */
  readonly common?: CompleteOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (name: string, progress: Progress) => void;
  /** After each contender. */
  readonly onResult?: (compared: Compared) => void;
}

/** Solvers that read a number after `@`: the power alpha, or the depth. */
const parameters: Readonly<Record<string, (value: number) => CompleteOptions>> = {
  'lin-rfm': (alpha) => ({ alpha }),
  'svd-irls': (alpha) => ({ alpha }),
  'deep-linear': (depth) => ({ network: { depth } }),
};

/**
 * Reads `nuclear-norm`, `lin-rfm@0.25` (alpha) or `deep-linear@4` (depth).
 * @throws InputError for a solver that is not among the names, or a number where it takes none.
 */
export function parseContender(text: string, solvers: readonly string[], place: string): Contender {
  const [solver = '', number, ...rest] = text.trim().split('@');
  if (!solvers.includes(solver)) throw new InputError(place, `solvers of ${solvers.join(', ')}`, text);
  if (number === undefined) return { name: solver, options: { solver } };
  const setting = parameters[solver];
  const value = Number(number);
  if (setting === undefined || rest.length > 0 || number === '' || !Number.isFinite(value)) {
    throw new InputError(place, 'lin-rfm@ALPHA, svd-irls@ALPHA or deep-linear@DEPTH', text);
  }
  return { name: text.trim(), options: { solver, ...setting(value) } };
}

/**
 * Runs the contenders one after another on the active backend. What one of them cannot take (memory, options out of range)
 * is a line of its own; an interruption ends the comparison after the contender under way.
 * @param heldOut Entries to measure on; no solver sees them.
 */
export async function compareSolvers(
  observations: Observations,
  heldOut: Observations,
  contenders: readonly Contender[],
  { common = {}, signal, onProgress, onResult }: CompareOptions = {},
): Promise<Compared[]> {
  const all: Compared[] = [];
  for (const { name, options } of contenders) {
    if (signal?.aborted === true) break;
    const began = performance.now();
    const outcome = await attempt(() =>
      complete(observations, {
        ...{ ...common, ...options },
        ...(signal && { signal }),
        ...(onProgress && { onProgress: (progress) => onProgress(name, progress) }),
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    const heldOutRmse = outcome.result === undefined ? NaN : rmseOf(outcome.result, heldOut);
    const compared = { name, ...outcome, heldOutRmse, seconds };
    all.push(compared);
    onResult?.(compared);
  }
  return all;
}

async function attempt(run: () => Promise<CompleteResult>): Promise<Pick<Compared, 'result' | 'failure'>> {
  try {
    return { result: await run() };
  } catch (error) {
    const failure = error instanceof InputError ? error : backendFailure(error, activeBackend().name);
    if (failure === undefined) throw error;
    return { failure: failure.message };
  }
}

function rmseOf({ completion }: CompleteResult, { row, column, value }: Observations): number {
  const predicted = completion.predict(row, column);
  const squares = predicted.reduce((sum, entry, k) => sum + (entry - (value[k] ?? NaN)) ** 2, 0);
  return Math.sqrt(squares / predicted.length);
}

/** Seconds a step of each of two contenders that ran; what a step without a decomposition saves. */
export function secondsPerStep({ result }: Compared): number {
  const last = result?.progress.at(-1);
  return last === undefined ? NaN : last.seconds / last.step;
}
