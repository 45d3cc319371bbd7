/** What `regress` and `sense` tell of a run, for `--metrics` and the terminal. */
import type { Progress } from '../solvers/solver.js';
import { version } from '../version.js';

/** The parts that both results have. */
export interface RunResult {
  readonly status: string;
  readonly solver: string;
  readonly backend: string;
  readonly device: string;
  readonly noise: number;
  readonly heldOutRmse?: number;
  readonly residual: number;
  readonly seconds: number;
  readonly progress: readonly Progress[];
}

export interface RunContext {
  readonly shape: readonly [number, number];
  readonly alpha: number;
  readonly seed: number;
  readonly seconds: { readonly read: number; readonly write: number };
}

/** The `--metrics` file. Numbers that are not finite are null. */
export function runMetrics(result: RunResult, { shape, alpha, seed, seconds }: RunContext, more: object) {
  const { status, solver, backend, device, noise, progress } = result;
  return {
    ...{ status, solver, backend, device, shape, alpha, noise, ...more },
    steps: progress.length,
    seconds: { read: seconds.read, solve: result.seconds, write: seconds.write },
    change: finite(progress.at(-1)?.change),
    residual: finite(result.residual),
    held_out_rmse: finite(result.heldOutRmse),
    ...{ seed, version },
  };
}

/** Name and value of each line of the summary that both commands end with. */
export function runRows(result: RunResult): [string, string][] {
  const { status, progress, seconds, backend, device, noise, residual, heldOutRmse } = result;
  const steps = `${progress.length} ${progress.length === 1 ? 'step' : 'steps'}`;
  return [
    ['noise', noise === 0 ? 'none' : `${Number(noise.toPrecision(4))}`],
    ['backend', `${backend} (${device})`],
    ['status', `${status} after ${steps} in ${seconds.toFixed(2)} s`],
    ['residual', Number.isFinite(residual) ? residual.toExponential(1) : 'none'],
    ...(heldOutRmse === undefined ? [] : [['held-out RMSE', heldOutRmse.toPrecision(4)] satisfies [string, string]]),
  ];
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
