/** `lin-rfm backends`: what works here, and how to get what does not. */
import { backendNames, leastObservationsForGpu, reportBackends, useThreads } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { BackendError, InputError } from '../errors.js';
import type { Command, Parsed } from './command.js';
import { alignColumns, exitCode } from './io.js';
import type { Io } from './io.js';
import { choiceOption } from './options.js';

/** Backends that this command can build. */
const installable = ['tensorflow'] as const;

export const backendsCommand: Command = {
  usage: 'backends',
  describe: 'show which backends work here, and how to get the others',
  positionals: {},
  options: {
    json: { type: 'boolean', default: false, describe: 'as JSON' },
    require: { type: 'string', describe: 'fail with one line unless this backend works' },
    install: { type: 'string', describe: 'tensorflow: build it in a place of its own (Linux x64)' },
    gpu: { type: 'boolean', default: false, describe: 'with --install: for CUDA 12' },
    'dry-run': { type: 'boolean', default: false, describe: 'with --install: only say what would be downloaded' },
    uninstall: { type: 'string', describe: 'tensorflow: remove what --install has built' },
  },
  examples: [
    ['$0 backends --install tensorflow --gpu', 'get libtensorflow for CUDA 12'],
    ['$0 backends --require tensorflow', 'check before a long run'],
  ],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const wanted = choiceOption(
    parsed,
    'require',
    backendNames.filter((name) => name !== 'auto'),
  );
  if (choiceOption(parsed, 'install', installable) !== undefined) return install(parsed, io);
  for (const name of ['gpu', 'dry-run']) {
    if (parsed[name] === true) throw new InputError(`--${name}`, '--install tensorflow beside it', 'none');
  }
  if (choiceOption(parsed, 'uninstall', installable) !== undefined) return uninstall(io);
  // As many as a solve would use.
  await useThreads();
  const reports = await reportBackends();
  io.stdout.write(parsed['json'] === true ? `${JSON.stringify(reports, undefined, 2)}\n` : table(reports));
  const missing = reports.find(({ name, works }) => name === wanted && !works);
  if (missing === undefined) return exitCode.done;
  throw new BackendError(missing.name, missing.reason ?? 'does not work here', missing.remedy ?? 'use another');
}

async function install(parsed: Parsed, io: Io): Promise<number> {
  const installer = await import('../../kernels/backends/tensorflow-install.js');
  const device = parsed['gpu'] === true ? 'gpu' : 'cpu';
  io.stdout.write(installer.describeInstall(device));
  if (parsed['dry-run'] === true) return exitCode.done;
  const { folder } = await installer.installTensorflow(device, (line) => io.stderr.write(`${line}\n`));
  io.stdout.write(`ready: ${folder}\nundo: lin-rfm backends --uninstall tensorflow\n`);
  return exitCode.done;
}

async function uninstall(io: Io): Promise<number> {
  const { uninstallTensorflow } = await import('../../kernels/backends/tensorflow-install.js');
  const removed = await uninstallTensorflow();
  io.stdout.write(
    removed.length === 0 ? 'nothing was installed\n' : removed.map((name) => `removed ${name}\n`).join(''),
  );
  return exitCode.done;
}

function table(reports: readonly BackendReport[]): string {
  const rows = reports.map(({ name, works, device, processor, float64, version, threads, memoryBytes }) => [
    ...[
      name,
      works ? 'works' : 'absent',
      processor ?? '-',
      device || '-',
      works ? (float64 ? 'float64' : 'float32 only') : '-',
    ],
    ...[version ?? '-', threads === undefined ? '-' : `${threads}`],
    memoryBytes === undefined ? '-' : `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`,
  ]);
  const notes = reports.map(({ name, works, reason, remedy, source }) =>
    works ? (source === undefined ? '' : `${name}: ${source}\n`) : `${name}: ${reason}\n  get it: ${remedy}\n`,
  );
  return (
    alignColumns([['backend', 'state', 'kind', 'device', 'precision', 'version', 'threads', 'memory'], ...rows]) +
    notes.map((text) => (text === '' ? '' : `\n${text}`)).join('') +
    automaticNote(reports)
  );
}

/** What `--backend auto` makes of it. */
function automaticNote(reports: readonly BackendReport[]): string {
  const gpu = reports.find(({ processor }) => processor === 'GPU');
  const small = reports.find(({ name, works }) => works && ['wasm', 'cpu'].includes(name));
  const large = `from ${leastObservationsForGpu} observations on`;
  return `\nauto: ${small?.name ?? 'none'}; ${gpu === undefined ? `a GPU ${large}, but none works here` : `${gpu.name} ${large}`}\n`;
}
