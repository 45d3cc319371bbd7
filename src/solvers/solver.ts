/** The protocol between the loop (`solve`) and the solvers. */
import type { Problem } from '../problem.js';

/** Why a solve ended. `statusAdvice` (stop-rules.ts) has one sentence for each. */
export type Status =
  'converged' | 'max-steps' | 'time-limit' | 'stagnated' | 'non-finite' | 'interrupted' | 'no-exact-fit';

/** What one step of a solver looked like; all numbers are on the host. */
export interface Progress {
  /** 1 for the first step. */
  readonly step: number;
  /** Since the solve began. */
  readonly seconds: number;
  /** ‖Xₜ − Xₜ₋₁‖_F / ‖Xₜ‖_F; where the estimate vanishes, relative to a thousandth of ‖y‖₂. */
  readonly change: number;
  /** ‖P_Ω(Xₜ) − y‖₂ / ‖y‖₂, measured before observed values are put back. */
  readonly residual: number;
  /** Smoothing used in this step, in units of the observations' root mean square. */
  readonly epsilon: number;
  /** Rank of the estimate, where the solver holds it as factors. */
  readonly rank?: number;
  /** Inner steps of this step, where there are any: conjugate gradients, gradient iterations. */
  readonly innerSteps?: number;
  /** Duality gap relative to the objective, where the problem is convex and the solver knows a dual point. */
  readonly gap?: number;
}

/** What a step measured, before the loop has added the step's number and time. */
export type Measures = Pick<Progress, 'change' | 'residual' | 'epsilon' | 'rank' | 'innerSteps' | 'gap'>;

export interface Step<State> {
  /** The caller disposes it through the solver; the state that went in still belongs to the caller. */
  readonly state: State;
  readonly measures: Measures;
  /** Where the solver knows by itself that it is done, or cannot be. */
  readonly verdict?: Status;
}

/**
 * A method as a value: `linRfm({ alpha: 0.5 })`. It never sees a hidden entry, only the problem and its own progress.
 * A state owns its tensors.
 */
export interface Solver<State, P = Problem, Estimate = Float64Array> {
  readonly name: string;
  /** The state before the first step; the caller disposes it through `dispose`. */
  init(problem: P): Promise<State>;
  /**
   * One step. Reads from the device once, for the measures.
   * A step that fails frees what it made; the state that went in stays whole.
   */
  step(problem: P, state: State, progress: readonly Progress[]): Promise<Step<State>>;
  /**
   * The estimate in the order and units of the observations, in float64 on the host: the whole matrix, row-major, or its
   * factors.
   */
  estimate(problem: P, state: State): Promise<Estimate>;
  dispose(state: State): void;
}
