import { reportBackends } from '../../src/index.js';

/** Names of the backends that work here; says why the others are skipped. */
export async function presentBackends(): Promise<Set<string>> {
  const reports = await reportBackends();
  for (const { name, works, reason } of reports) if (!works) process.stdout.write(`skipped: ${name}: ${reason}\n`);
  return new Set(reports.filter(({ works }) => works).map(({ name }) => name));
}
