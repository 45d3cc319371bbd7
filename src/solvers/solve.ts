/** The only loop: step, look, stop. */
import * as tf from '@tensorflow/tfjs';
import type { Progress, Solver, Status } from './solver.js';
import type { StopRule } from './stop-rules.js';

export interface SolveOptions<State = unknown> {
  readonly stop: StopRule;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Looks at every state after its step, from outside the solver; may end the solve. The state stays the loop's. */
  readonly inspect?: (state: State) => Promise<Status | undefined>;
}

export interface SolveResult<Estimate = Float64Array> {
  readonly status: Status;
  /** The last finite estimate, on the host. */
  readonly estimate: Estimate;
  readonly progress: readonly Progress[];
}

/**
 * Runs a solver until its stop rule, the signal or a non-finite step ends it.
 * Frees all it made, however it ends; the problem stays the caller's.
 * @throws Whatever a step or the callback throws.
 */
export async function solve<State, P, Estimate>(
  solver: Solver<State, P, Estimate>,
  problem: P,
  options: SolveOptions<State>,
): Promise<SolveResult<Estimate>> {
  const began = performance.now();
  const progress: Progress[] = [];
  let state: State = await solver.init(problem);
  try {
    for (;;) {
      // Lets signals, timers and a progress bar have their turn.
      await tf.nextFrame();
      if (options.signal?.aborted === true) return await finish('interrupted');
      const { state: next, measures, verdict } = await solver.step(problem, state, progress);
      const finite = Number.isFinite(measures.change) && Number.isFinite(measures.residual);
      if (!finite) {
        solver.dispose(next);
        return await finish('non-finite');
      }
      solver.dispose(state);
      state = next;
      const latest = { step: progress.length + 1, seconds: (performance.now() - began) / 1000, ...measures };
      progress.push(latest);
      options.onProgress?.(latest);
      const status = verdict ?? (await options.inspect?.(state)) ?? options.stop(progress);
      if (status !== undefined) return await finish(status);
    }
  } finally {
    solver.dispose(state);
  }

  async function finish(status: Status): Promise<SolveResult<Estimate>> {
    return { status, estimate: await solver.estimate(problem, state), progress };
  }
}
