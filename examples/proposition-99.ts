/**
 * California's Proposition 99: what did the tobacco law of 1988 do to cigarette sales?
 *
 * The matrix holds packs a head in 39 states from 1970 to 2000. California's entries from 1989 on are hidden and completed
 * from the other states: what sales would have been without the law. The effect is what was sold less that.
 * alpha = 1/4 is the nuclear norm, the usual choice for panels (Athey, Bayati, Doudchenko, Imbens, Khosravi, "Matrix
 * completion methods for causal panel data models", 2021); the noise level is the one that predicts the same years best in the
 * states without the law.
 *
 *     npm run build && node dist/esm/examples/proposition-99.js
 */
import { complete, createObservations, splitBy, useBackend } from '../src/index.js';
import type { Observations } from '../src/index.js';
import { isMainScript, readRecords } from './files.js';

const firstYear = 1970;
const lawYear = 1989;
const alpha = 0.25;
const noiseLevels = [1, 2, 4, 8, 16];
const folds = 5;

export interface EffectEstimate {
  /** Mean over 1989–2000 of sold less expected, in packs a head. */
  readonly effect: number;
  readonly byYear: readonly { readonly year: number; readonly sold: number; readonly expected: number }[];
  /** Chosen noise level and the error with it where the law was not passed, in packs a head. */
  readonly noise: number;
  readonly placeboRmse: number;
}

/** Completes California without the law on the active backend. */
export async function estimateEffect(): Promise<EffectEstimate> {
  const records = await readRecords('prop99_cigarettes.csv');
  const california = records.findIndex(([state]) => state === 'California');
  const entries = records.flatMap(([, ...sales], row) =>
    sales.map((text, column) => ({ row, column, value: Number(text) })),
  );
  const isHidden = (row: number, column: number): boolean => row === california && firstYear + column >= lawYear;
  const known = entries.filter(({ row, column }) => !isHidden(row, column));
  const observations = createObservations({
    row: known.map(({ row }) => row),
    column: known.map(({ column }) => column),
    value: known.map(({ value }) => value),
  });
  const scored = [];
  for (const noise of noiseLevels) scored.push({ noise, placeboRmse: await placeboError(observations, noise) });
  const best = scored.reduce((least, next) => (next.placeboRmse < least.placeboRmse ? next : least));
  const { completion } = await complete(observations, { alpha, noise: best.noise, offsets: 'none' });
  const byYear = entries
    .filter(({ row, column }) => isHidden(row, column))
    .map(({ row, column, value }) => ({
      year: firstYear + column,
      sold: value,
      expected: completion.predict([row], [column])[0] ?? NaN,
    }));
  const effect = byYear.reduce((sum, { sold, expected }) => sum + (sold - expected) / byYear.length, 0);
  return { effect, byYear, ...best };
}

/**
 * Root mean square error of the same task on the states without the law: in each fold every fifth of them loses its
 * entries from 1989 on, as California does.
 */
async function placeboError(observations: Observations, noise: number): Promise<number> {
  let [squares, count] = [0, 0];
  for (let fold = 0; fold < folds; fold += 1) {
    const { row, column } = observations;
    const { kept, heldOut } = splitBy(
      observations,
      (k) => (row[k] ?? 0) % folds === fold && firstYear + (column[k] ?? 0) >= lawYear,
    );
    const { completion } = await complete(kept, { alpha, noise, offsets: 'none', tolerance: 1e-4 });
    const predicted = completion.predict(heldOut.row, heldOut.column);
    squares += predicted.reduce((sum, value, k) => sum + (value - (heldOut.value[k] ?? NaN)) ** 2, 0);
    count += predicted.length;
  }
  return Math.sqrt(squares / count);
}

async function run(): Promise<void> {
  await useBackend('auto');
  const { effect, byYear, noise, placeboRmse } = await estimateEffect();
  process.stdout.write('year  sold  expected without the law\n');
  for (const { year, sold, expected } of byYear)
    process.stdout.write(`${year}  ${sold.toFixed(1).padStart(5)}  ${expected.toFixed(1).padStart(5)}\n`);
  process.stdout.write(
    `noise level chosen on the states without the law: ${noise} packs (RMSE there ${placeboRmse.toFixed(1)})\n`,
  );
  process.stdout.write(`estimated effect, mean of 1989-2000: ${effect.toFixed(1)} packs a head\n`);
}

if (isMainScript('proposition-99')) {
  run().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}
