/** `lin-rfm backends`: what works here, and how to get what does not. */
import { reportBackends } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import type { Command, Parsed } from './command.js';
import { alignColumns, exitCode } from './io.js';
import type { Io } from './io.js';

export const backendsCommand: Command = {
  usage: 'backends',
  describe: 'show which backends work here, and how to get the others',
  positionals: {},
  options: { json: { type: 'boolean', default: false, describe: 'as JSON' } },
  examples: [],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const reports = await reportBackends();
  io.stdout.write(parsed['json'] === true ? `${JSON.stringify(reports, undefined, 2)}\n` : table(reports));
  return exitCode.done;
}

function table(reports: readonly BackendReport[]): string {
  const rows = reports.map(({ name, works, device, float64, version, threads }) => [
    ...[name, works ? 'works' : 'absent', device || '-', works ? (float64 ? 'float64' : 'float32 only') : '-'],
    ...[version ?? '-', threads === undefined ? '-' : `${threads}`],
  ]);
  const absent = reports
    .filter(({ works }) => !works)
    .map(({ name, reason, remedy }) => `${name}: ${reason}\n  get it: ${remedy}\n`);
  return (
    alignColumns([['backend', 'state', 'device', 'precision', 'version', 'threads'], ...rows]) +
    absent.map((text) => `\n${text}`).join('')
  );
}
