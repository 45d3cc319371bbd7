/** How smoothing and ridge move from step to step. Schedules see the progress and nothing else: no oracle. */
import type { Progress } from './solver.js';

/** The value for the coming step, from the progress so far (empty before the first). */
export type Schedule = (progress: readonly Progress[]) => number;

export function constant(value: number): Schedule {
  return () => value;
}

/** start·decay^t, not below the floor. */
export function geometric(options: {
  readonly start: number;
  readonly decay: number;
  readonly floor: number;
}): Schedule {
  return (progress) => Math.max(options.floor, options.start * options.decay ** progress.length);
}

/**
 * Smoothing that waits for the solve: it shrinks by `decay` after a step whose relative change was under
 * `ratio` · epsilon, and stays otherwise. Fast decay loses the solution, slow decay loses time; waiting does neither.
 * For smoothing only: it follows the epsilon of the last step.
 */
export function followChange(options: {
  readonly start: number;
  readonly decay: number;
  readonly ratio: number;
  readonly floor: number;
}): Schedule {
  return (progress) => {
    const last = progress.at(-1);
    if (last === undefined) return Math.max(options.floor, options.start);
    const settled = last.change < options.ratio * last.epsilon;
    return Math.max(options.floor, settled ? options.decay * last.epsilon : last.epsilon);
  };
}
