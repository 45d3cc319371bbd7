/** What `regress` and `sense` have in common: their options, their outputs, and how they end. */
import { backendNames } from '../../kernels/backends/index.js';
import { defaultMaxSteps, defaultTolerance } from '../complete.js';
import { writeText } from '../data/formats/atomic.js';
import { checkWritable } from '../data/formats/index.js';
import { InputError } from '../errors.js';
import { runMetrics, runRows } from '../report/run-metrics.js';
import type { RunResult } from '../report/run-metrics.js';
import type { Progress, Status } from '../solvers/solver.js';
import type { Parsed } from './command.js';
import { alignColumns, exitCode } from './io.js';
import type { Io } from './io.js';
import { choiceOption, numberOption, positive, textOption, wholeFromOne, wholeFromZero } from './options.js';
import type { NumberRule } from './options.js';
import { placeOf, placesOf } from './paths.js';
import { showProgress } from './progress.js';
import { withBackend } from './with-backend.js';

const alphaRule: NumberRule = { expected: 'a number in (0, 1]', accepts: (value) => value > 0 && value <= 1 };
const toleranceRule: NumberRule = { expected: 'a number in (0, 1)', accepts: (value) => value > 0 && value < 1 };
const noiseRule: NumberRule = { expected: 'auto, none or a positive number', accepts: (value) => value > 0 };

export const runOptions = {
  alpha: { type: 'string', describe: 'power of the reweighting, in (0, 1] [0.5]' },
  noise: { type: 'string', describe: 'auto, none, or the standard deviation of the noise [auto]' },
  backend: { type: 'string', describe: `${backendNames.join(', ')} [auto]` },
  precision: { type: 'string', describe: 'mixed (float64 answers), float32 [mixed]' },
  threads: { type: 'string', describe: 'of the CPU [all cores]' },
  metrics: { type: 'string', describe: 'JSON: status, noise, steps, seconds and so on' },
  seed: { type: 'string', describe: 'of the folds that find the noise [0]' },
  'max-steps': { type: 'string', describe: `[${defaultMaxSteps}]` },
  tolerance: { type: 'string', describe: `relative change of a step at which to stop [${defaultTolerance}]` },
  'time-limit': { type: 'string', describe: 'seconds [none]' },
  quiet: { type: 'boolean', default: false, describe: 'no progress and no summary' },
} as const;

/** Options of the solve that both commands read; what was not given is left out. */
export function readRunOptions(parsed: Parsed) {
  const noise = readNoise(parsed);
  const given = {
    alpha: numberOption(parsed, 'alpha', alphaRule),
    noise,
    seed: numberOption(parsed, 'seed', wholeFromZero),
    precision: choiceOption(parsed, 'precision', ['mixed', 'float32'] as const),
    maxSteps: numberOption(parsed, 'max-steps', wholeFromOne),
    tolerance: numberOption(parsed, 'tolerance', toleranceRule),
    timeLimit: numberOption(parsed, 'time-limit', positive),
  };
  return dropUndefined(given);
}

/** 0 where the data are exact, undefined where the level is to be found. */
function readNoise(parsed: Parsed): number | undefined {
  if (parsed['noise'] === 'none') return 0;
  if (parsed['noise'] === 'auto') return undefined;
  return numberOption(parsed, 'noise', noiseRule);
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function dropUndefined<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** @throws InputError for outputs that cannot be written, or that would overwrite an input or one another. */
export async function checkOutputFiles(
  inputs: readonly string[],
  outputs: Readonly<Record<string, { readonly path: string | undefined; readonly use: 'write' | 'text' }>>,
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) for (const place of await placesOf(input)) taken.set(place, 'an input');
  for (const [option, { path, use }] of Object.entries(outputs)) {
    if (path === undefined) continue;
    await checkWritable(path, use);
    const place = await placeOf(path);
    const user = taken.get(place);
    if (user !== undefined)
      throw new InputError(`--${option}`, 'a file of its own', `${path}, which is ${user}`, 'choose another name');
    taken.set(place, `that of --${option}`);
  }
}

export interface Run<Result> {
  readonly parsed: Parsed;
  readonly io: Io;
  readonly shape: readonly [number, number];
  readonly secondsToRead: number;
  /** The solve. */
  readonly solve: (more: { signal?: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<Result>;
  /** Writes the result; not called when interrupted. */
  readonly write: (result: Result) => Promise<void>;
  /** First lines of the summary, and more numbers for the metrics. */
  readonly describe: (result: Result) => { rows: [string, string][]; metrics: object };
}

/** Readies the backend, solves with progress shown, writes, tells, and gives the exit code. */
export async function runSolve<Result extends RunResult & { readonly status: Status; readonly advice: string }>(
  run: Run<Result>,
): Promise<number> {
  const { parsed, io } = run;
  const quiet = parsed['quiet'] === true;
  const metricsPath = textOption(parsed, 'metrics');
  const { alpha = 0.5, seed = 0, tolerance = defaultTolerance } = readRunOptions(parsed);
  const backend = choiceOption(parsed, 'backend', backendNames) ?? 'auto';
  const threads = numberOption(parsed, 'threads', wholeFromOne);
  const result = await withBackend(io, { backend, threads }, async () => {
    const display = showProgress(io, tolerance, quiet);
    try {
      return await run.solve({ onProgress: display.update, ...(io.signal && { signal: io.signal }) });
    } finally {
      display.finish();
    }
  });
  if (result.status === 'interrupted') {
    io.stderr.write(`interrupted after ${result.progress.length} steps; nothing was written\n`);
    return exitCode.interrupted;
  }
  const writeBegan = performance.now();
  await run.write(result);
  const seconds = { read: run.secondsToRead, write: (performance.now() - writeBegan) / 1000 };
  const { rows, metrics } = run.describe(result);
  if (metricsPath !== undefined) {
    const all = runMetrics(result, { shape: run.shape, alpha, seed, seconds }, metrics);
    await writeText(metricsPath, `${JSON.stringify(all, undefined, 2)}\n`);
  }
  const written = ['out', 'metrics'].flatMap((option) => {
    const path = textOption(parsed, option);
    return path === undefined ? [] : [['written', path]];
  });
  if (!quiet) io.stdout.write(alignColumns([...rows, ...runRows(result), ...written]));
  if (result.status === 'converged') return exitCode.done;
  io.stderr.write(`warning: ${result.status}: ${result.advice}\n`);
  return exitCode.unfinished;
}
