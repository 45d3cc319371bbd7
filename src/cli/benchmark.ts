/** `lin-rfm benchmark`: speed by case, solver and backend, beside what the device can do at most. */
import { cpus } from 'node:os';
import { backendNames, reportBackends } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { caseNames, parseCases, quickCases } from '../benchmark/cases.js';
import { fullSizes, tinySizes } from '../benchmark/ceilings.js';
import { measureBenchmark } from '../benchmark/measure.js';
import { parseContender } from '../compare.js';
import { solverNames } from '../complete.js';
import { writeText } from '../data/formats/atomic.js';
import { checkWritable } from '../data/formats/index.js';
import { BackendError, InputError } from '../errors.js';
import { bandwidthNote, benchmarkMetrics, benchmarkTable, ceilingLines } from '../report/benchmark.js';
import type { Command, Parsed } from './command.js';
import { alignColumns, exitCode } from './io.js';
import type { Io } from './io.js';
import { numberOption, textOption, wholeFromOne, wholeFromZero } from './options.js';

const named = backendNames.filter((name) => name !== 'auto');

export const benchmarkCommand: Command = {
  usage: 'benchmark',
  describe: 'time solvers on every backend, beside the measured limits of the device',
  positionals: {},
  options: {
    cases: {
      type: 'string',
      describe: `all, names of ${caseNames.join(', ')}, ROWSxCOLUMNS:RANK:RATIO [${quickCases}]`,
    },
    solvers: { type: 'string', describe: `of ${solverNames.filter((name) => name !== 'auto').join(', ')} [two-sided]` },
    backends: { type: 'string', describe: `auto (all but software GPUs), all, or of ${named.join(', ')} [auto]` },
    repeats: { type: 'string', describe: 'timed solves, whose median is shown; one more goes before them [3]' },
    threads: { type: 'string', describe: 'of wasm; libtensorflow reads TF_NUM_INTRAOP_THREADS [all cores]' },
    seed: { type: 'string', describe: 'of the problems [1]' },
    'quick-ceilings': { type: 'boolean', default: false, describe: 'measure the limits at small sizes, roughly' },
    metrics: { type: 'string', describe: 'JSON: the same figures' },
    quiet: { type: 'boolean', default: false, describe: 'no progress' },
  },
  examples: [
    ['$0 benchmark --cases all', 'P1 to P6 on every backend'],
    ['$0 benchmark --cases 100000x100000:10:5 --backends tensorflow,wasm', 'a size of your own'],
  ],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const seed = numberOption(parsed, 'seed', wholeFromZero) ?? 1;
  const repeats = numberOption(parsed, 'repeats', wholeFromOne) ?? 3;
  const threads = numberOption(parsed, 'threads', wholeFromOne);
  const cases = parseCases(textOption(parsed, 'cases') ?? quickCases, seed, '--cases');
  const solvers = readList(textOption(parsed, 'solvers') ?? 'two-sided', '--solvers').map((text) =>
    parseContender(text, solverNames, '--solvers'),
  );
  const metrics = textOption(parsed, 'metrics');
  if (metrics !== undefined) await checkWritable(metrics, 'text');
  const { backends, notes } = await readBackends(textOption(parsed, 'backends') ?? 'auto');
  const quiet = parsed['quiet'] === true;
  const result = await measureBenchmark({
    ...{ cases, solvers, backends, repeats },
    sizes: parsed['quick-ceilings'] === true ? tinySizes : fullSizes,
    ...(threads !== undefined && { threads }),
    ...(io.signal && { signal: io.signal }),
    onStart: (what) => (quiet ? undefined : io.stderr.write(`${what}\n`)),
  });
  if (io.signal?.aborted === true) {
    io.stderr.write('interrupted; nothing was written\n');
    return exitCode.interrupted;
  }
  const machine = machineName();
  if (metrics !== undefined) {
    await writeText(metrics, `${JSON.stringify(benchmarkMetrics(result, machine, repeats), undefined, 2)}\n`);
  }
  const medians = repeats === 1 ? 'one solve each' : `medians of ${repeats}`;
  io.stdout.write(`${machine}; ${medians}\n${ceilingLines(result.ceilings)}${notes}\n`);
  io.stdout.write(alignColumns(benchmarkTable(result.rows)));
  if (result.rows.some(({ bandwidth }) => bandwidth > 0)) io.stdout.write(`\n${bandwidthNote}`);
  const failed = result.rows.filter(({ failure }) => failure !== undefined);
  for (const { name, solver, failure } of failed) io.stderr.write(`warning: ${name}, ${solver}: ${failure}\n`);
  return failed.length === 0 ? exitCode.done : exitCode.unfinished;
}

/** @throws InputError for an empty word or one given twice. */
function readList(text: string, place: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  const twice = words.find((word, k) => words.indexOf(word) < k);
  if (twice !== undefined) throw new InputError(place, 'every name once', `${twice || 'nothing'} again`);
  return words;
}

/** Those to measure, and a line for each that is left out. */
async function readBackends(text: string): Promise<{ readonly backends: BackendReport[]; readonly notes: string }> {
  const words = readList(text, '--backends');
  const isGroup = text === 'auto' || text === 'all';
  const wrong = words.find((word) => !named.includes(word));
  if (!isGroup && wrong !== undefined) {
    throw new InputError('--backends', `auto, all, or names of ${named.join(', ')}`, wrong || 'nothing');
  }
  const reports = (await reportBackends()).filter(({ name }) => isGroup || words.includes(name));
  const missing = reports.find(({ works }) => !works);
  if (!isGroup && missing !== undefined) {
    throw new BackendError(missing.name, missing.reason ?? 'does not work here', missing.remedy ?? 'use another');
  }
  const isLeftOut = ({ works, processor }: BackendReport): boolean =>
    !works || (text === 'auto' && processor === 'software GPU');
  const lines = reports.filter(isLeftOut).map(({ name, works, reason, device }) => {
    return works
      ? `${name}: left out, a GPU in software (${device}); --backends all has it\n`
      : `${name}: absent, ${reason}\n`;
  });
  return { backends: reports.filter((report) => !isLeftOut(report)), notes: lines.join('') };
}

/** The processor and Node. */
function machineName(): string {
  const [first] = cpus();
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
}
