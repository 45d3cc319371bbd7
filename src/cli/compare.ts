/** `lin-rfm compare`: several solvers and baselines on one problem. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend, backendNames, useBackend, useThreads } from '../../kernels/backends/index.js';
import { compareSolvers, parseContender } from '../compare.js';
import type { Compared, Contender } from '../compare.js';
import { defaultMaxSteps, defaultTolerance, solverNames } from '../complete.js';
import { checkWritable, extensionsFor, readMatrix } from '../data/formats/index.js';
import { writeText } from '../data/formats/atomic.js';
import { createObservations, parseShape } from '../data/observations.js';
import { splitObservations } from '../data/split.js';
import type { Split } from '../data/split.js';
import { generateProblem } from '../data/synthetic.js';
import type { Truth } from '../data/synthetic.js';
import type { Observations } from '../data/observations.js';
import { InputError } from '../errors.js';
import {
  comparisonMetrics,
  comparisonPage,
  comparisonPlot,
  comparisonTable,
  decompositionNote,
} from '../report/comparison.js';
import type { ComparisonContext } from '../report/comparison.js';
import type { Command, Parsed } from './command.js';
import { readSynthetic, syntheticOptions } from './synthetic.js';
import { alignColumns, exitCode } from './io.js';
import type { Io } from './io.js';
import { choiceOption, fractionRule, numberOption, positive, readNoise, textOption } from './options.js';
import { toleranceRule, wholeFromOne, wholeFromZero } from './options.js';
import { placeOf, placesOf, reading } from './paths.js';
import { showProgress } from './progress.js';

const quickSolvers = 'auto,nuclear-norm,deep-linear';
/** Those that hold the whole matrix are slow beyond this side. */
const denseSolvers = 'auto,lin-rfm,svd-irls,nuclear-norm,deep-linear';
const largestDenseSide = 200;
const defaultHoldOut = 0.1;
/** Hidden entries of a synthetic problem that the error is measured on, at most. */
const mostHidden = 1_000_000;

export const compareCommand: Command = {
  usage: 'compare [observations]',
  describe: 'run several solvers and baselines on one file or synthetic problem',
  positionals: {
    observations: `the observed entries: ${extensionsFor('read').join(', ')}; or give --shape and --rank`,
  },
  options: {
    solvers: {
      type: 'string',
      describe: `of ${solverNames.join(', ')}; lin-rfm@ALPHA, deep-linear@DEPTH [${denseSolvers}; for large matrices ${quickSolvers}]`,
    },
    ...syntheticOptions,
    'hold-out': { type: 'string', describe: `of a file: share set aside to measure the error on [${defaultHoldOut}]` },
    'assume-noise': { type: 'string', describe: 'what solvers are told: auto, none, a standard deviation [auto]' },
    backend: { type: 'string', describe: `${backendNames.join(', ')} [auto]` },
    threads: { type: 'string', describe: 'of the CPU [all cores]' },
    'max-steps': { type: 'string', describe: `of each solver [${defaultMaxSteps}]` },
    tolerance: { type: 'string', describe: `[${defaultTolerance}]` },
    'time-limit': { type: 'string', describe: 'seconds for each solver [none]' },
    report: { type: 'string', describe: '.html: table and plots; .svg: the plots' },
    metrics: { type: 'string', describe: 'JSON: the figures of every solver' },
    quiet: { type: 'boolean', default: false, describe: 'no progress and no table' },
  },
  examples: [
    ['$0 compare ratings.csv --report compare.html', 'which solver suits these data'],
    ['$0 compare --shape 100x100 --rank 5 --solvers two-sided,lin-rfm@0.25,nuclear-norm', 'on data with known truth'],
  ],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const input = textOption(parsed, 'observations');
  const seed = numberOption(parsed, 'seed', wholeFromZero) ?? 0;
  const quiet = parsed['quiet'] === true;
  const tolerance = numberOption(parsed, 'tolerance', toleranceRule) ?? defaultTolerance;
  const maxSteps = numberOption(parsed, 'max-steps', wholeFromOne);
  const timeLimit = numberOption(parsed, 'time-limit', positive);
  const noise = readNoise(parsed, 'assume-noise');
  const backendName = choiceOption(parsed, 'backend', backendNames) ?? 'auto';
  const threads = numberOption(parsed, 'threads', wholeFromOne);
  const asked = textOption(parsed, 'solvers');
  const named = asked === undefined ? undefined : readContenders(asked);
  const outputs = { report: textOption(parsed, 'report'), metrics: textOption(parsed, 'metrics') };
  await checkOutputs(input, outputs);
  const { kept, heldOut } = await readSplit(parsed, input, seed);
  const contenders = named ?? readContenders(Math.max(...kept.shape) > largestDenseSide ? quickSolvers : denseSolvers);
  await useBackend(backendName, { observations: kept.value.length });
  await useThreads(threads);
  const compared = await runAll(io, { kept, heldOut }, contenders, quiet, {
    ...{ seed, tolerance },
    ...(noise !== undefined && { noise }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(timeLimit !== undefined && { timeLimit }),
  });
  if (io.signal?.aborted === true) {
    io.stderr.write('interrupted; nothing was written\n');
    return exitCode.interrupted;
  }
  const context: ComparisonContext = {
    title: input ?? `${kept.shape.join(' x ')}, synthetic`,
    ...{ shape: kept.shape, observed: kept.value.length, heldOut: heldOut.value.length, seed },
    ...{ backend: tf.getBackend(), device: activeBackend().describe().device },
  };
  await writeOutputs(outputs, compared, context);
  if (!quiet) {
    io.stdout.write(alignColumns(comparisonTable(compared)));
    const note = decompositionNote(compared);
    if (note !== undefined) io.stdout.write(`${note}\n`);
  }
  const failed = compared.filter(({ failure }) => failure !== undefined);
  for (const { name, failure } of failed) io.stderr.write(`warning: ${name}: ${failure}\n`);
  return failed.length === 0 ? exitCode.done : exitCode.unfinished;
}

async function runAll(
  io: Io,
  { kept, heldOut }: Split,
  contenders: readonly Contender[],
  quiet: boolean,
  common: Contender['options'] & { readonly tolerance: number },
): Promise<Compared[]> {
  const all: Compared[] = [];
  for (const contender of contenders) {
    if (io.signal?.aborted === true) break;
    if (!quiet) io.stderr.write(`${contender.name}\n`);
    const display = showProgress(io, common.tolerance, quiet);
    try {
      const options = {
        common,
        onProgress: (_: string, progress: Parameters<typeof display.update>[0]) => display.update(progress),
        ...(io.signal && { signal: io.signal }),
      };
      all.push(...(await compareSolvers(kept, heldOut, [contender], options)));
    } finally {
      display.finish();
    }
  }
  return all;
}

function readContenders(text: string): Contender[] {
  const contenders = text.split(',').map((part) => parseContender(part, solverNames, '--solvers'));
  const twice = contenders.find(({ name }, k) => contenders.findIndex((other) => other.name === name) < k);
  if (twice !== undefined) throw new InputError('--solvers', 'every solver once', `${twice.name} again`);
  return contenders;
}

/** A file's observations with some set aside; or a synthetic problem's, and entries of its truth that it hides. */
async function readSplit(parsed: Parsed, input: string | undefined, seed: number): Promise<Split> {
  const [made] = ['rank', 'observed', 'oversampling', 'condition-number', 'noise'].filter(
    (name) => parsed[name] !== undefined,
  );
  if (input !== undefined) {
    if (made !== undefined)
      throw new InputError(`--${made}`, 'a file or a synthetic problem', 'both', 'leave one of them away');
    const shapeText = textOption(parsed, 'shape');
    const shape = shapeText === undefined ? undefined : parseShape(shapeText, '--shape');
    const share = numberOption(parsed, 'hold-out', { ...fractionRule, accepts: (value) => value > 0 && value < 1 });
    const { observations } = await reading(input, () => readMatrix(input, { shape }));
    return splitObservations(observations, share ?? defaultHoldOut, seed);
  }
  if (made === undefined && parsed['shape'] === undefined)
    throw new InputError('compare', 'a file, or --shape and --rank', 'neither', 'see lin-rfm compare --help');
  if (parsed['hold-out'] !== undefined)
    throw new InputError('--hold-out', 'a file with it', 'a synthetic problem', 'its hidden entries are measured');
  const { observations, truth } = generateProblem(readSynthetic(parsed));
  return { kept: observations, heldOut: hiddenEntries(observations, truth) };
}

/** Entries that are not observed, from the first row on. */
function hiddenEntries({ shape, row, column, value }: Observations, truth: Truth): Observations {
  const [rows, columns] = shape;
  if (value.length === rows * columns)
    throw new InputError('compare', 'entries that are not observed', 'none', 'observe fewer');
  const hidden: { row: number[]; column: number[] } = { row: [], column: [] };
  for (
    let [i, j, k] = [0, 0, 0];
    i < rows && hidden.row.length < mostHidden;
    [i, j] = j + 1 < columns ? [i, j + 1] : [i + 1, 0]
  ) {
    if (row[k] === i && column[k] === j) {
      k += 1;
      continue;
    }
    hidden.row.push(i);
    hidden.column.push(j);
  }
  return createObservations({ shape, ...hidden, value: truth.predict(hidden.row, hidden.column) });
}

async function checkOutputs(
  input: string | undefined,
  outputs: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { report } = outputs;
  if (report !== undefined && !/\.(html|svg)$/iu.test(report))
    throw new InputError('--report', 'a file ending in .html, .svg', report);
  const taken = new Map((input === undefined ? [] : await placesOf(input)).map((place) => [place, 'the input']));
  for (const [option, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    await checkWritable(path, 'text');
    const place = await placeOf(path);
    const user = taken.get(place);
    if (user !== undefined) throw new InputError(`--${option}`, 'a file of its own', `${path}, which is ${user}`);
    taken.set(place, `that of --${option}`);
  }
}

async function writeOutputs(
  { report, metrics }: { readonly report: string | undefined; readonly metrics: string | undefined },
  compared: readonly Compared[],
  context: ComparisonContext,
): Promise<void> {
  if (metrics !== undefined)
    await writeText(metrics, `${JSON.stringify(comparisonMetrics(compared, context), undefined, 2)}\n`);
  if (report === undefined) return;
  const isPicture = report.toLowerCase().endsWith('.svg');
  await writeText(report, isPicture ? await comparisonPlot(compared) : await comparisonPage(compared, context));
}
