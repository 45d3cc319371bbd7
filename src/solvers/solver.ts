/** The protocol between the loop (`solve`) and the solvers. */
import type { Problem } from '../problem.js';

/** Why a solve ended. `statusAdvice` (stop-rules.ts) has one sentence for each. */
export type Status = 'converged' | 'max-steps' | 'time-limit' | 'stagnated' | 'non-finite' | 'interrupted';

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
}

/** What a step measured, before the loop has added the step's number and time. */
export type Measures = Pick<Progress, 'change' | 'residual' | 'epsilon'>;

export interface Step<State> {
  /** The caller disposes it through the solver; the state that went in still belongs to the caller. */
  readonly state: State;
  readonly measures: Measures;
}

/**
 * A method as a value: `linRfm({ alpha: 0.5 })`. It never sees a hidden entry, only the problem and its own progress.
 * A state owns its tensors.
 */
export interface Solver<State> {
  readonly name: string;
  /** The state before the first step; the caller disposes it through `dispose`. */
  init(problem: Problem): State;
  /**
   * One step. Reads from the device once, for the measures.
   * A step that fails frees what it made; the state that went in stays whole.
   */
  step(problem: Problem, state: State, progress: readonly Progress[]): Promise<Step<State>>;
  /** The estimate in the order and units of the observations, [rows, columns] of `problem.shape`, in float64 on the host. */
  estimate(problem: Problem, state: State): Promise<Float64Array>;
  dispose(state: State): void;
}
