/** `lin-rfm complete`: fills in a matrix. */
import { backendNames } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { complete, defaultMaxSteps, defaultTolerance, estimateMemory, solverNames } from '../complete.js';
import type { CompleteOptions, CompleteResult } from '../complete.js';
import { extensionsFor, checkReadable, checkWritable, readMatrix, writeMatrix } from '../data/formats/index.js';
import { writeText } from '../data/formats/atomic.js';
import { readQueries, writePredictions } from '../data/formats/queries.js';
import { parseShape } from '../data/observations.js';
import type { Observations } from '../data/observations.js';
import { offsetChoices } from '../data/offsets.js';
import { splitObservations } from '../data/split.js';
import type { Split } from '../data/split.js';
import { InputError } from '../errors.js';
import { gibibytes } from '../memory.js';
import { metricsOf } from '../report/metrics.js';
import type { Metrics } from '../report/metrics.js';
import { reportPage, summaryRows } from '../report/page.js';
import { summaryPlot } from '../report/plots.js';
import type { Command, Parsed } from './command.js';
import { alignColumns, exitCode } from './io.js';
import type { Io } from './io.js';
import {
  alphaRule,
  choiceOption,
  fractionRule,
  numberOption,
  positive,
  readNoise,
  required,
  textOption,
  toleranceRule,
  wholeFromOne,
  wholeFromZero,
} from './options.js';
import { networkOptions, readNetwork } from './network-options.js';
import { placeOf, placesOf, reading } from './paths.js';
import { showProgress } from './progress.js';
import { choiceLine, withBackend } from './with-backend.js';

export const completeCommand: Command = {
  usage: 'complete <observations>',
  describe: 'fill in a matrix from some of its entries',
  positionals: { observations: `the observed entries: ${extensionsFor('read').join(', ')}` },
  options: {
    shape: { type: 'string', describe: 'ROWSxCOLUMNS [from the file]' },
    solver: { type: 'string', describe: `${solverNames.join(', ')} [auto]` },
    alpha: { type: 'string', describe: 'power of the reweighting, in (0, 1] [0.5]' },
    ...networkOptions,
    noise: { type: 'string', describe: 'auto, none, or the standard deviation of the noise [auto]' },
    rank: { type: 'string', describe: 'auto, or a number [auto]' },
    threads: { type: 'string', describe: 'of the CPU [all cores]' },
    offsets: {
      type: 'string',
      describe: `auto, ${offsetChoices.join(', ')} [auto: none for exact data, else as held-out observations prefer]`,
    },
    backend: { type: 'string', describe: `${backendNames.join(', ')} [auto]` },
    precision: { type: 'string', describe: 'mixed (float64 answers), float32 [mixed]' },
    out: { type: 'string', describe: `the completed matrix: ${extensionsFor('write').join(', ')}` },
    at: { type: 'string', describe: 'CSV row,column: positions to predict' },
    predictions: { type: 'string', describe: 'CSV row,column,prediction for --at' },
    metrics: { type: 'string', describe: 'JSON: status, rank, steps, seconds and so on' },
    report: { type: 'string', describe: '.html: a page with plots; .svg: the plots' },
    'hold-out': { type: 'string', describe: 'share of the observations set aside to measure the error on [0]' },
    seed: { type: 'string', describe: 'of the hold-out [0]' },
    'max-steps': { type: 'string', describe: `[${defaultMaxSteps}]` },
    tolerance: { type: 'string', describe: `relative change of a step at which to stop [${defaultTolerance}]` },
    'time-limit': { type: 'string', describe: 'seconds [none]' },
    quiet: { type: 'boolean', default: false, describe: 'no progress and no summary' },
  },
  examples: [
    ['$0 complete observed.csv --out completed.npy --report report.html', 'complete exact data'],
    ['$0 complete ratings.csv --noise 0.9 --at queries.csv --predictions predictions.csv', 'predict some entries'],
  ],
  run,
};

interface Settings {
  readonly input: string;
  readonly backend: string;
  readonly options: CompleteOptions;
  readonly alpha: number;
  readonly threads: number | undefined;
  readonly tolerance: number;
  readonly holdOut: number;
  readonly seed: number;
  readonly quiet: boolean;
  readonly shape: ReturnType<typeof parseShape> | undefined;
  readonly outputs: Outputs;
}

interface Outputs {
  readonly out: string | undefined;
  readonly at: string | undefined;
  readonly predictions: string | undefined;
  readonly metrics: string | undefined;
  readonly report: string | undefined;
}

async function run(parsed: Parsed, io: Io): Promise<number> {
  const settings = readSettings(parsed);
  const { input, outputs, quiet } = settings;
  await checkOutputs(input, outputs);
  const readBegan = performance.now();
  const file = await reading(input, () => readMatrix(input, { shape: settings.shape }));
  const { shape } = file.observations;
  const { at } = outputs;
  const positions = at === undefined ? undefined : await reading(at, () => readQueries(at, shape));
  const split: Split | undefined =
    settings.holdOut > 0 ? splitObservations(file.observations, settings.holdOut, settings.seed) : undefined;
  const read = (performance.now() - readBegan) / 1000;
  const kept = split?.kept ?? file.observations;
  const { result, memory } = await solveOn(io, kept, settings);
  for (const warning of result.warnings) io.stderr.write(`warning: ${warning}\n`);
  if (result.status === 'interrupted') {
    io.stderr.write(`interrupted after ${result.progress.length} steps; nothing was written\n`);
    return exitCode.interrupted;
  }
  const writeBegan = performance.now();
  if (positions !== undefined && outputs.predictions !== undefined) {
    const { completion } = result;
    const errors = completion.standardError?.(positions.row, positions.column);
    await writePredictions(outputs.predictions, positions, completion.predict(positions.row, positions.column), errors);
  }
  if (outputs.out !== undefined) await writeMatrix(outputs.out, result.completion, file);
  const write = (performance.now() - writeBegan) / 1000;
  const { alpha, seed } = settings;
  const observed = kept.value.length;
  const heldOutRmse = split === undefined ? result.heldOutRmse : rootMeanSquare(split, result);
  const metrics = metricsOf(result, { shape, observed, alpha, seed, seconds: { read, write }, heldOutRmse, memory });
  await writeReports(input, outputs, result, metrics);
  if (!quiet) io.stdout.write(summary(metrics, outputs));
  if (result.status === 'converged') return exitCode.done;
  io.stderr.write(`warning: ${result.status}: ${result.advice}\n`);
  return exitCode.unfinished;
}

/** Solves, on another backend where 'auto' took one that fails. */
function solveOn(io: Io, observations: Observations, settings: Settings) {
  const { backend, threads, options, tolerance, quiet } = settings;
  const estimate = () => estimateMemory(observations, options);
  const solveHere = async (report: BackendReport) => {
    const memory = estimate();
    const { needed, available, place } = memory;
    const lines = `memory: about ${gibibytes(needed)} needed, ${gibibytes(available)} there (${place})\n`;
    if (!quiet) io.stderr.write(choiceLine(report) + lines);
    const display = showProgress(io, tolerance, quiet);
    try {
      const onProgress = display.update;
      const signal = io.signal === undefined ? {} : { signal: io.signal };
      return { memory, result: await complete(observations, { ...options, onProgress, ...signal }) };
    } finally {
      display.finish();
    }
  };
  return withBackend(io, { backend, threads, observations: observations.value.length }, solveHere, estimate);
}

function readSettings(parsed: Parsed): Settings {
  const input = required(textOption(parsed, 'observations'), 'observations', 'a file');
  const solver = choiceOption(parsed, 'solver', solverNames) ?? 'auto';
  const alpha = numberOption(parsed, 'alpha', alphaRule) ?? 0.5;
  const noise = readNoise(parsed);
  const rank = parsed['rank'] === 'auto' ? undefined : numberOption(parsed, 'rank', wholeFromOne);
  const seed = numberOption(parsed, 'seed', wholeFromZero) ?? 0;
  const offsets = choiceOption(parsed, 'offsets', ['auto', ...offsetChoices] as const) ?? 'auto';
  const backend = choiceOption(parsed, 'backend', backendNames) ?? 'auto';
  const precision = choiceOption(parsed, 'precision', ['mixed', 'float32'] as const) ?? 'mixed';
  const tolerance = numberOption(parsed, 'tolerance', toleranceRule) ?? defaultTolerance;
  const maxSteps = numberOption(parsed, 'max-steps', wholeFromOne);
  const timeLimit = numberOption(parsed, 'time-limit', positive);
  const shapeText = textOption(parsed, 'shape');
  const network = readNetwork(parsed, solver);
  return {
    ...{ input, backend, alpha, tolerance, seed },
    threads: numberOption(parsed, 'threads', wholeFromOne),
    options: {
      solver,
      alpha,
      seed,
      ...(noise !== undefined && { noise }),
      ...(rank !== undefined && { rank }),
      ...(network !== undefined && { network }),
      offsets,
      precision,
      ...(maxSteps !== undefined && { maxSteps }),
      tolerance,
      ...(timeLimit !== undefined && { timeLimit }),
    },
    holdOut: numberOption(parsed, 'hold-out', fractionRule) ?? 0,
    quiet: parsed['quiet'] === true,
    shape: shapeText === undefined ? undefined : parseShape(shapeText, '--shape'),
    outputs: {
      out: textOption(parsed, 'out'),
      at: textOption(parsed, 'at'),
      predictions: textOption(parsed, 'predictions'),
      metrics: textOption(parsed, 'metrics'),
      report: textOption(parsed, 'report'),
    },
  };
}

/** Everything about files that can be known before the solve. */
async function checkOutputs(input: string, outputs: Outputs): Promise<void> {
  const { out, at, predictions, metrics, report } = outputs;
  if ((at === undefined) !== (predictions === undefined)) {
    const [given, missing] = at === undefined ? ['--predictions', '--at'] : ['--at', '--predictions'];
    throw new InputError(given, `${missing} with it`, `${given} alone`, 'give both or neither');
  }
  if (out !== undefined) await checkWritable(out, 'write');
  for (const path of [predictions, metrics, report]) if (path !== undefined) await checkWritable(path, 'text');
  if (report !== undefined && !/\.(html|svg)$/iu.test(report))
    throw new InputError('--report', 'a file ending in .html, .svg', report);
  const read = [...(await placesOf(input)), ...(at === undefined ? [] : await placesOf(at))];
  const taken = new Map(read.map((place) => [place, 'an input']));
  for (const [option, path] of Object.entries({ out, predictions, metrics, report })) {
    if (path === undefined) continue;
    const place = await placeOf(path);
    const user = taken.get(place);
    if (user !== undefined)
      throw new InputError(`--${option}`, 'a file of its own', `${path}, which is ${user}`, 'choose another name');
    taken.set(place, `that of --${option}`);
  }
  if (at !== undefined) await checkReadable(at);
}

function rootMeanSquare({ heldOut }: Split, { completion }: CompleteResult): number {
  const predicted = completion.predict(heldOut.row, heldOut.column);
  const squares = predicted.reduce((sum, value, k) => sum + (value - (heldOut.value[k] ?? NaN)) ** 2, 0);
  return Math.sqrt(squares / predicted.length);
}

async function writeReports(
  title: string,
  { metrics: path, report }: Outputs,
  result: CompleteResult,
  metrics: Metrics,
): Promise<void> {
  if (path !== undefined) await writeText(path, `${JSON.stringify(metrics, undefined, 2)}\n`);
  if (report === undefined) return;
  const isPicture = report.toLowerCase().endsWith('.svg');
  const text = isPicture
    ? await summaryPlot(result.progress, result.singularValues, result.rank)
    : await reportPage(title, result, metrics);
  await writeText(report, text);
}

function summary(metrics: Metrics, outputs: Outputs): string {
  const { out, predictions, metrics: numbers, report } = outputs;
  const written = [out, predictions, numbers, report]
    .filter((path) => path !== undefined)
    .map((path) => ['written', path]);
  return alignColumns([...summaryRows(metrics), ...written]);
}
