import { reportBackends, useBackend } from '../../src/index.js';

/** Names of the backends that work here; says why the others are skipped. */
export async function presentBackends(): Promise<Set<string>> {
  const reports = await reportBackends();
  for (const { name, works, reason } of reports) if (!works) process.stdout.write(`skipped: ${name}: ${reason}\n`);
  return new Set(reports.filter(({ works }) => works).map(({ name }) => name));
}

/** For a file of tests of one backend: a test that passes, and says so before the first, where that backend is absent. */
export function testsOn(backend: string): (name: string, test: () => Promise<void>) => void {
  let present = false;
  beforeAll(async () => {
    present = (await presentBackends()).has(backend);
    if (present) await useBackend(backend);
  });
  return (name, test) => {
    it(name, async () => {
      if (present) await test();
    });
  };
}
