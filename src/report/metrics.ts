import type { CompleteResult } from '../complete.js';
import { version } from '../version.js';

/** What a run is asked and told beside its result. */
export interface RunContext {
  readonly shape: readonly [number, number];
  /** Observations the solver saw. */
  readonly observed: number;
  readonly alpha: number;
  readonly seed: number;
  readonly seconds: { readonly read: number; readonly write: number };
  /** Root mean square error on observations set aside; undefined where none were. */
  readonly heldOutRmse?: number | undefined;
  /** Bytes that the solve was reckoned to need, and that there were. */
  readonly memory: { readonly needed: number; readonly available: number };
}

/** The `--metrics` file. Numbers that are not finite are null. */
export interface Metrics {
  readonly status: string;
  readonly solver: string;
  readonly backend: string;
  readonly device: string;
  readonly shape: readonly [number, number];
  readonly observed: number;
  readonly rank: number | null;
  readonly alpha: number;
  /** Standard deviation of the noise, given or found; 0 for exact data. */
  readonly noise: number;
  /** Share of held-out observations within their uncalibrated nine-in-ten intervals; null where none were looked at. */
  readonly coverage: number | null;
  readonly ridge: number;
  readonly offsets: string;
  readonly steps: number;
  readonly seconds: { readonly read: number; readonly solve: number; readonly write: number };
  readonly change: number | null;
  readonly residual: number | null;
  readonly held_out_rmse: number | null;
  /** Bytes: the estimate before the solve, and what there was. */
  readonly memory: { readonly needed: number; readonly available: number };
  readonly singular_values: readonly number[];
  readonly seed: number;
  readonly version: string;
}

/** More than this many singular values tell a reader nothing more. */
const keptSingularValues = 50;

export function metricsOf(result: CompleteResult, context: RunContext): Metrics {
  const { status, solver, backend, device, ridge, offsets, progress, singularValues } = result;
  const { shape, observed, alpha, seed } = context;
  const { noise = 0 } = result;
  return {
    ...{ status, solver, backend, device, shape, observed },
    rank: singularValues.length === 0 ? null : result.rank,
    ...{ alpha, noise, coverage: finite(result.coverage), ridge, offsets, steps: progress.length },
    seconds: { read: context.seconds.read, solve: result.seconds, write: context.seconds.write },
    change: finite(progress.at(-1)?.change),
    residual: finite(result.residual),
    held_out_rmse: finite(context.heldOutRmse),
    memory: { needed: Math.round(context.memory.needed), available: Math.round(context.memory.available) },
    singular_values: [...singularValues.subarray(0, keptSingularValues)],
    ...{ seed, version },
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
