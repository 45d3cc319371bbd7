/** How smoothing and ridge move from step to step. Schedules see the progress and nothing else: no oracle. */
import type { Progress } from './solver.js';

/**
 * The value for the coming step, from the progress so far (empty before the first) and the size of the estimate,
 * ‖X‖_F/√samples, which bounds the square root of the AGOP's largest eigenvalue.
 */
export type Schedule = (progress: readonly Progress[], size: number) => number;

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
  /** Smallest value, as a share of the estimate's size: what the precision bears. */
  readonly relativeFloor: number;
}): Schedule {
  return (progress, size) => {
    const floor = options.relativeFloor * size;
    const last = progress.at(-1);
    if (last === undefined) return Math.max(floor, options.start);
    const settled = last.change < options.ratio * last.epsilon;
    return Math.max(floor, settled ? options.decay * last.epsilon : last.epsilon);
  };
}
