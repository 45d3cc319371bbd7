/** Progress for a person: a bar on a terminal, plain lines elsewhere. */
import { SingleBar } from 'cli-progress';
import type { Progress } from '../solvers/solver.js';
import type { Io } from './io.js';

export interface ProgressDisplay {
  readonly update: (progress: Progress) => void;
  readonly finish: () => void;
}

const nothing: ProgressDisplay = { update: () => undefined, finish: () => undefined };

/** @param tolerance The relative change at which the solve ends: the far end of the bar. */
export function showProgress(io: Io, tolerance: number, quiet: boolean): ProgressDisplay {
  if (quiet) return nothing;
  return io.stderr.isTTY === true ? bar(io, tolerance) : lines(io);
}

function bar(io: Io, tolerance: number): ProgressDisplay {
  const format = '{bar} {percentage}% | step {step} | change {change} | residual {residual} | {elapsed} s';
  const display = new SingleBar({
    format,
    stream: terminal(io),
    clearOnComplete: false,
    hideCursor: true,
    barsize: 28,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  let furthest = 0;
  let started = false;
  const update = (progress: Progress): void => {
    // The change falls by a constant factor a step: its logarithm tells how far the solve has come.
    const share = Math.log(Math.max(progress.change, tolerance)) / Math.log(tolerance);
    furthest = Math.max(furthest, Math.min(100, Math.max(0, 100 * share)));
    if (!started) display.start(100, 0, payload(progress));
    started = true;
    display.update(Math.floor(furthest), payload(progress));
  };
  return { update, finish: () => (started ? display.stop() : undefined) };
}

/** The bar writes to a Node stream; tests pass something simpler. */
function terminal(io: Io): NodeJS.WritableStream {
  return io.stderr as NodeJS.WritableStream;
}

function payload({ step, change, residual, seconds }: Progress) {
  return { step, change: change.toExponential(1), residual: residual.toExponential(1), elapsed: seconds.toFixed(1) };
}

const secondsBetweenLines = 1;

function lines(io: Io): ProgressDisplay {
  let written = -Infinity;
  let last: { line: string; shown: boolean } | undefined;
  const update = (progress: Progress): void => {
    const { step, change, residual, elapsed } = payload(progress);
    const due = progress.seconds - written >= secondsBetweenLines;
    last = { line: `step ${step}: change ${change}, residual ${residual}, ${elapsed} s\n`, shown: due };
    if (!due) return;
    written = progress.seconds;
    io.stderr.write(last.line);
  };
  const finish = (): void => {
    if (last !== undefined && !last.shown) io.stderr.write(last.line);
  };
  return { update, finish };
}
