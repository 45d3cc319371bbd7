/** What every task can be told: how exact its data are, how to compute, and when to stop. */
import type { Progress } from './solvers/solver.js';

export interface RunOptions {
  /** Power applied to the AGOP, in (0, 1]; 0.5 unless given. */
  readonly alpha?: number;
  /** Standard deviation of the noise in what was observed, in its units; 0 for exact data. Found unless given. */
  readonly noise?: number;
  /** Of the random choices by which the noise level is found; 0 unless given. */
  readonly seed?: number;
  /** 'mixed' (float64 answers) unless given. */
  readonly precision?: 'mixed' | 'float32';
  /** `defaultMaxSteps` unless given. */
  readonly maxSteps?: number;
  /** Stop once the relative change of a step is at or under this; `defaultTolerance` unless given. */
  readonly tolerance?: number;
  /** In seconds; no limit unless given. */
  readonly timeLimit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
