/** `regress`, `sense` and `generate --kind`, in one folder. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMatrix } from '../../src/index.js';
import { relativeError } from '../support/errors.js';
import { runCli } from '../support/io.js';

let folder = '';
const file = (name: string): string => join(folder, name);
const cli = (line: string) => runCli(line.split(' ').map((word) => word.replace('@', `${folder}/`)));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  const regression = 'generate --kind regression --shape 40x90 --nonzeros 4 --seed 2';
  await cli(`${regression} --out @f.csv --targets @t.csv --truth @w.csv`);
  await cli(`${regression} --out @f.npy --targets @t2.csv --quiet`);
  await cli('generate --kind sensing --shape 8x6 --rank 1 --out @m.csv --targets @mt.csv --truth @x.npy');
});
afterAll(() => rm(folder, { recursive: true }));

async function weightsIn(name: string): Promise<number[]> {
  const lines = (await readFile(file(name), 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(',')[1]));
}

it('regress writes weights, metrics and a summary', async () => {
  const { code, stdout, stderr } = await cli('regress @f.csv @t.csv --out @found.csv --metrics @m.json');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^problem +40 samples, 90 features$/mu);
  expect(stdout).toMatch(/^nonzero weights +4$/mu);
  expect(stdout).toMatch(/^status +converged after \d+ steps in [\d.]+ s$/mu);
  expect(stderr).toMatch(/^step 1: change/u);
  expect(relativeError(await weightsIn('found.csv'), await weightsIn('w.csv'))).toBeLessThan(1e-5);
  expect(await readFile(file('found.csv'), 'utf8')).toMatch(/^feature,weight\nfeature0,/u);
  const metrics: unknown = JSON.parse(await readFile(file('m.json'), 'utf8'));
  expect(metrics).toMatchObject({ status: 'converged', solver: 'lin-rfm', shape: [40, 90], nonzeros: 4, noise: 0 });
});

it('regress reads .npy and takes the other solvers', async () => {
  const { code } = await cli('regress @f.npy @t2.csv --solver basis-pursuit --noise none --out @l1.csv --quiet');
  expect(code).toBe(0);
  expect(relativeError(await weightsIn('l1.csv'), await weightsIn('w.csv'))).toBeLessThan(1e-8);
  const early = await cli('regress @f.npy @t2.csv --solver deep-diagonal --depth 3 --max-steps 1 --quiet');
  expect([early.code, early.stderr]).toEqual([3, expect.stringMatching(/^warning: max-steps: /u)]);
});

it('sense writes the matrix, from CSV and from .npy', async () => {
  const { code, stdout } = await cli('sense @m.csv @mt.csv --shape 8x6 --out @found.npy --metrics @s.json');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^rank +1$/mu);
  const truth = (await readMatrix(file('x.npy'))).observations.value;
  expect(relativeError((await readMatrix(file('found.npy'))).observations.value, truth)).toBeLessThan(1e-4);
  expect(JSON.parse(await readFile(file('s.json'), 'utf8'))).toMatchObject({ rank: 1, measurements: 26, alpha: 0.5 });
  await writeFile(file('stack.npy'), await stackOf('m.csv', [26, 8, 6]));
  expect((await cli('sense @stack.npy @mt.csv --out @again.npy --quiet')).code).toBe(0);
  expect(relativeError((await readMatrix(file('again.npy'))).observations.value, truth)).toBeLessThan(1e-4);
});

/** The measurements of a CSV as a 3-D .npy in C order. */
async function stackOf(name: string, extents: readonly [number, number, number]): Promise<Buffer> {
  const values = new Float64Array(extents[0] * extents[1] * extents[2]);
  for (const line of (await readFile(file(name), 'utf8')).trim().split('\n').slice(1)) {
    const [k = 0, i = 0, j = 0, value = 0] = line.split(',').map(Number);
    values[(k * extents[1] + i) * extents[2] + j] = value;
  }
  const fields = `{'descr': '<f8', 'fortran_order': False, 'shape': (${extents.join(', ')}), }`.padEnd(117);
  const preamble = Buffer.concat([Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1'), Buffer.from([118, 0])]);
  return Buffer.concat([preamble, Buffer.from(`${fields}\n`), Buffer.from(values.buffer)]);
}

it('is interrupted without a trace', async () => {
  const before = await readdir(folder);
  for (const line of [`regress ${file('f.csv')} ${file('t.csv')}`, `sense ${file('m.csv')} ${file('mt.csv')}`]) {
    const { code, stderr } = await runCli([...line.split(' '), '--out', file('no.csv')], {
      signal: AbortSignal.abort(),
    });
    expect([code, stderr]).toEqual([130, 'interrupted after 0 steps; nothing was written\n']);
  }
  expect(await readdir(folder)).toEqual(before);
});

describe('wrong usage', () => {
  beforeAll(async () => {
    await writeFile(file('gap.csv'), 'a,b\n1,2\n3,\n');
    await writeFile(file('two.csv'), '1,2\n3,4\n5,6\n');
    await writeFile(file('cut.csv'), 'measurement,row,column,coefficient\n0,0,0\n');
    await writeFile(file('twice.csv'), '0,0,0,1\n0,0,0,2\n');
    await writeFile(file('one.csv'), 'target\n1\n');
  });

  it.each([
    ['regress @f.csv', 'command line: expected a command and its file, got too few arguments; see lin-rfm --help'],
    [
      'regress @gap.csv @one.csv',
      '@gap.csv: expected every entry, got nothing in row 1, column 1; leave the row out, or complete the matrix first',
    ],
    ['regress @f.csv @two.csv', '@two.csv: expected one column of numbers, got 3x2; leave the other columns out'],
    ['regress @f.csv @one.csv', '@one.csv: expected 40 numbers, one for each row of @f.csv, got 1'],
    [
      'regress @f.csv @t.csv --out @f.csv',
      '--out: expected a file of its own, got @f.csv, which is an input; choose another name',
    ],
    [
      'regress @f.csv @t.csv --solver basis-pursuit --alpha 0.5',
      '--alpha: expected --solver lin-rfm with it, got --solver basis-pursuit; leave --alpha out',
    ],
    [
      'regress @f.csv @t.csv --depth 3',
      '--depth: expected --solver deep-diagonal with it, got --solver lin-rfm; leave --depth out',
    ],
    ['regress @f.csv @t.csv --noise loud', '--noise: expected auto, none or a positive number, got loud'],
    ['sense @m.mtx @mt.csv', '@m.mtx: expected a file ending in .csv, .tsv, .npy, got .mtx'],
    ['sense @cut.csv @one.csv', '@cut.csv:2: expected measurement,row,column,coefficient, got 3 fields'],
    [
      'sense @twice.csv @one.csv',
      '@twice.csv:2: expected one coefficient, got a second one for its measurement, row and column; keep one of them',
    ],
    ['sense @m.csv @one.csv', '@m.csv:50: expected a whole measurement from 0 to 0, got 1; indices start at 0'],
    ['sense @x.npy @mt.csv', '@x.npy: expected a 3-D array, got 2-D; reshape it to measurements, rows and columns'],
    [
      'generate --shape 5x5 --rank 1 --nonzeros 2',
      '--nonzeros: expected --kind regression with it, got --kind completion; leave it out',
    ],
    ['generate --kind regression --shape 5x5 --nonzeros 6', '--nonzeros: expected a whole number from 1 to 5, got 6'],
    [
      'generate --kind sensing --shape 5x5 --rank 1 --out @a.csv',
      '--targets: expected a file for the targets, got nothing',
    ],
  ])('%s', async (line, message) => {
    const { code, stdout, stderr } = await cli(line);
    expect([code, stdout, stderr]).toEqual([2, '', `${message.replaceAll('@', `${folder}/`)}\n`]);
  });
});
