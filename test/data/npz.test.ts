/** NumPy's .npz: observations, dense arrays, factors; and what is refused. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import {
  complete,
  createObservations,
  filterObservations,
  generateProblem,
  readMatrix,
  useBackend,
  writeMatrix,
  writeObservations,
} from '../../src/index.js';
import { npyPreamble, parseNpy } from '../../src/data/formats/npy.js';
import { runCli } from '../support/io.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  await useBackend('auto');
});
afterAll(() => rm(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

/** An array as numpy.save would write it. */
function npy(values: Float64Array | Int32Array, extents: readonly number[] = [values.length]): Uint8Array {
  const preamble = npyPreamble(extents, values instanceof Float64Array ? '<f8' : '<i4');
  return Buffer.concat([preamble, new Uint8Array(values.buffer)]);
}

async function given(name: string, arrays: Record<string, Uint8Array>): Promise<string> {
  const members = Object.entries(arrays).map(([array, bytes]) => [`${array}.npy`, bytes]);
  await writeFile(file(name), zipSync(Object.fromEntries(members) as Record<string, Uint8Array>));
  return file(name);
}

/** The numbers of every array in a file. */
async function arraysOf(path: string): Promise<Record<string, number[]>> {
  const members = Object.entries(unzipSync(await readFile(path)));
  return Object.fromEntries(
    members.map(([name, bytes]) => [
      name.replace('.npy', ''),
      Array.from(parseNpy(name, Buffer.from(bytes)).entries, Number),
    ]),
  );
}

const [row, column, value] = [npy(Int32Array.of(1, 0)), npy(Int32Array.of(0, 2)), npy(Float64Array.of(5, 6))];

it('is read as observations, compressed, with and without a shape', async () => {
  const plain = await readMatrix(await given('o.npz', { row, column, value }));
  expect(plain.observations).toEqual(createObservations({ row: [1, 0], column: [0, 2], value: [5, 6] }));
  const shaped = await readMatrix(await given('s.npz', { row, column, value, shape: npy(Int32Array.of(3, 4)) }));
  expect(shaped.observations.shape).toEqual([3, 4]);
});

it('is read as a dense array with gaps', async () => {
  const dense = npy(Float64Array.of(1, NaN, 3, 4), [2, 2]);
  const { observations } = await readMatrix(await given('d.npz', { ratings: dense }));
  expect(observations).toEqual(createObservations({ row: [0, 1, 1], column: [0, 0, 1], value: [1, 3, 4] }));
});

it('keeps observations', async () => {
  const observations = createObservations({ shape: [9, 7], row: [0, 2, 5], column: [3, 0, 1], value: [1 / 3, -2, 4] });
  await writeObservations(file('w.npz'), observations);
  expect((await readMatrix(file('w.npz'))).observations).toEqual(observations);
});

it('keeps a whole matrix of several blocks', async () => {
  const data = Float64Array.from({ length: 700 * 5 }, (_, k) => Math.sin(k));
  await writeMatrix(file('m.npz'), { shape: [700, 5], rows: (start, stop) => data.slice(start * 5, stop * 5) });
  expect((await readMatrix(file('m.npz'))).observations.value).toEqual(data);
});

it.each([
  ['exact data', 0, 'none'],
  ['offsets', 0.1, 'both'],
] as const)('has factors that make the completion: %s', async (_, noise, offsets) => {
  const { observations } = generateProblem({ shape: [30, 20], rank: 2, observed: 400, noise, seed: 1 });
  // Row 3 and column 4 are empty: they have offsets of their own.
  const some = filterObservations(observations, (k) => observations.row[k] !== 3 && observations.column[k] !== 4);
  const { completion } = await complete(some, { noise, offsets });
  await writeMatrix(file('f.npz'), completion);
  const arrays = await arraysOf(file('f.npz'));
  expect(Object.keys(arrays)).toEqual(['left', 'right', 'values', 'offset_row', 'offset_column', 'shape']);
  expect(arrays['shape']).toEqual([30, 20]);
  const { left, right, offset_row: rowOffset, offset_column: columnOffset } = arrays;
  const width = left!.length / 30;
  const expected = completion.rows(0, 30);
  for (let i = 0; i < 30; i += 1) {
    for (let j = 0; j < 20; j += 1) {
      let sum = rowOffset![i]! + columnOffset![j]!;
      for (let k = 0; k < width; k += 1) sum += left![i * width + k]! * right![j * width + k]!;
      expect(sum).toBeCloseTo(expected[i * 20 + j]!, 7);
    }
  }
});

it('is written by the command line', async () => {
  await writeObservations(
    file('in.npz'),
    generateProblem({ shape: [20, 20], rank: 1, observed: 200, seed: 1 }).observations,
  );
  const { code } = await runCli(['complete', file('in.npz'), '--out', file('out.npz'), '--quiet']);
  expect(code).toBe(0);
  expect((await arraysOf(file('out.npz')))['left']).toHaveLength(20);
});

describe('refuses', () => {
  const refused = (path: string): Promise<string> =>
    readMatrix(path).then(
      () => 'read',
      (error: Error) => error.message.replaceAll(`${folder}/`, ''),
    );
  const remedy = 'write it with numpy.savez';
  it.each<[string, Record<string, Uint8Array>, string]>([
    [
      'x.npz',
      { row, column },
      `expected arrays row, column, value and shape, or one dense array, got row, column; ${remedy}`,
    ],
    ['e.npz', {}, `expected arrays row, column, value and shape, or one dense array, got none; ${remedy}`],
  ])('%s', async (name, arrays, message) => {
    expect(await refused(await given(name, arrays))).toBe(`${name}: ${message}`);
  });

  it('arrays of the wrong kind or length, values that are missing, and files that are no zip', async () => {
    const flat = { row, column, value: npy(Float64Array.of(5, 6), [1, 2]) };
    expect(await refused(await given('k.npz', flat))).toBe('k.npz/value: expected a 1-D array, got 2-D; flatten it');
    const short = { row, column, value: npy(Float64Array.of(5)) };
    expect(await refused(await given('l.npz', short))).toBe(
      'l.npz: expected as many rows as columns and values, got 2, 2 and 1',
    );
    const gap = { row, column, value: npy(Float64Array.of(5, NaN)) };
    expect(await refused(await given('n.npz', gap))).toBe(
      'n.npz[1]: expected a finite value, got NaN; leave missing entries out',
    );
    const vector = { ratings: npy(Float64Array.of(5, 6)) };
    expect(await refused(await given('v.npz', vector))).toBe(
      'v.npz/ratings: expected a 2-D array, got 1-D; reshape it to rows and columns',
    );
    await writeFile(file('z.npz'), 'not a zip file, whatever its name');
    expect(await refused(file('z.npz'))).toMatch(
      /^z\.npz: expected a whole \.npz file, got .*; write it with numpy\.savez$/u,
    );
  });
});
