/**
 * Airport distances: a real matrix of exact rank 4.
 *
 * The squared straight-line distance between two places on a sphere is R²‖u − v‖² = 2R² − 2R²·uᵀv with unit vectors u, v
 * in space, so the matrix of all of them has rank 4. Nine tenths are hidden; lin-RFM gets the rest, not told the rank.
 *
 *     npm start [-- number of airports]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createObservations, readMatrix, writeObservations } from '../src/index.js';
import type { Observations } from '../src/index.js';
import { main } from '../src/cli/main.js';
import type { Io } from '../src/cli/io.js';
import { createRandom, sampleWithout } from '../src/data/random.js';
import { isMainScript, readRecords } from './files.js';

const earthRadius = 6371;
const seed = 1;

/** Squared chord distances between `count` airports drawn at random, in thousand km², row-major [count, count]. */
export async function squaredChords(count: number): Promise<{ names: string[]; values: Float64Array }> {
  const records = await readRecords('airports_latlon.csv');
  const chosen = [...sampleWithout(createRandom(seed), count, records.length)].map((k) => records[k] ?? []);
  const vectors = chosen.map(([, latitude, longitude]) => {
    const [phi, lambda] = [radians(latitude), radians(longitude)];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
  });
  const values = new Float64Array(count * count);
  vectors.forEach((u, i) => {
    vectors.forEach((v, j) => {
      const gap = u.reduce((sum, part, k) => sum + (part - (v[k] ?? NaN)) ** 2, 0);
      values[i * count + j] = (earthRadius ** 2 * gap) / 1e6;
    });
  });
  return { names: chosen.map(([name]) => name ?? ''), values };
}

/** A share of the entries of a square matrix, drawn at random. */
export function observeShare(values: Float64Array, size: number, share: number): Observations {
  const flat = sampleWithout(createRandom(seed + 1), Math.round(share * values.length), values.length);
  return createObservations({
    shape: [size, size],
    row: flat.map((at) => Math.floor(at / size)),
    column: flat.map((at) => at % size),
    value: flat.map((at) => values[at] ?? NaN),
  });
}

/** Runs the example into a folder and returns the relative error on the hidden entries. */
export async function runAirports(folder: string, count: number, io: Io): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { values } = await squaredChords(count);
  const observations = observeShare(values, count, 0.1);
  const observed = join(folder, 'observed.csv');
  const completed = join(folder, 'completed.npy');
  await writeObservations(observed, observations);
  io.stdout.write(`Squared distances between ${count} US airports; one in ten is known: ${observed}\n`);
  const outputs = [
    '--out',
    completed,
    '--metrics',
    join(folder, 'metrics.json'),
    '--report',
    join(folder, 'report.html'),
  ];
  const code = await main(['complete', observed, '--shape', `${count}x${count}`, ...outputs], io);
  if (code !== 0) throw new Error(`airports: expected exit code 0, got ${code}`);
  const error = await hiddenError(completed, values, observations);
  io.stdout.write(
    `Relative error on the ${values.length - observations.value.length} hidden distances: ${error.toExponential(1)}\n`,
  );
  io.stdout.write(`Open ${join(folder, 'report.html')} in a browser.\n`);
  return error;
}

/** Error of the written matrix on the entries that the solver never saw. */
async function hiddenError(path: string, values: Float64Array, seen: Observations): Promise<number> {
  const { observations } = await readMatrix(path);
  const known = new Set(seen.row.map((i, k) => i * seen.shape[1] + (seen.column[k] ?? 0)));
  let [gap, size] = [0, 0];
  values.forEach((value, at) => {
    if (known.has(at)) return;
    gap += ((observations.value[at] ?? NaN) - value) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(gap / size);
}

function radians(degrees: string | undefined): number {
  return (Number(degrees) * Math.PI) / 180;
}

if (isMainScript('airports')) {
  const io: Io = { stdout: process.stdout, stderr: process.stderr };
  runAirports(join('output', 'airports'), Number(process.argv[2] ?? 500), io).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}
