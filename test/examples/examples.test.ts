import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAirports, squaredChords } from '../../examples/airports.js';
import { estimateEffect } from '../../examples/proposition-99.js';
import { useBackend } from '../../src/index.js';
import { singularValues } from '../../src/linalg/singular-values.js';

it('recovers nine tenths of the airport distances', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  let stdout = '';
  const error = await runAirports(folder, 500, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: () => true },
  });
  expect(error).toBeLessThan(1e-4);
  expect(stdout).toMatch(/^rank +4$/mu);
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('Singular values of the fit (rank 4)');
  await rm(folder, { recursive: true });
});

it('knows that their matrix has rank 4', async () => {
  const { values } = await squaredChords(60);
  const spectrum = singularValues(values, [60, 60]);
  expect(spectrum[3]! / spectrum[0]!).toBeGreaterThan(1e-3);
  expect(spectrum[4]! / spectrum[0]!).toBeLessThan(1e-6);
});

it("estimates the effect of California's Proposition 99", async () => {
  await useBackend('wasm');
  const { effect, byYear, placeboRmse } = await estimateEffect();
  // The literature's nuclear-norm completion gives about -20 packs a head.
  expect(effect).toBeGreaterThan(-21.5);
  expect(effect).toBeLessThan(-18);
  expect(byYear.map(({ year }) => year)).toEqual(Array.from({ length: 12 }, (_, k) => 1989 + k));
  expect(placeboRmse).toBeLessThan(15);
});
