/** Wrong usage: exit code 2, one line on standard error, nothing on standard output, nothing written. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/io.js';

let folder = '';
let before: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  await writeFile(join(folder, 'good.csv'), 'row,column,value\n0,0,1\n0,1,2\n1,0,2\n');
  await writeFile(join(folder, 'bad.csv'), 'row,column,value\n0,0,one\n');
  await writeFile(join(folder, 'at.csv'), 'row,column\n1,1\n');
  await writeFile(join(folder, 'far.csv'), 'row,column\n7,1\n');
  await writeFile(join(folder, 'huge.csv'), 'row,column,value\n0,0,1\n');
  await mkdir(join(folder, 'folder.npy'));
  before = await readdir(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Arguments with @ for the folder, and the line with @ for it too. */
const cases: [string, string][] = [
  ['', 'command line: expected a command and its file, got too few arguments; see lin-rfm --help'],
  ['finish @/good.csv', 'command line: expected one command and one file, got too many arguments; see lin-rfm --help'],
  ['finish', 'command line: expected a known command or option, got finish; see lin-rfm --help'],
  ['complete', 'command line: expected a command and its file, got too few arguments; see lin-rfm --help'],
  [
    'complete @/good.csv @/bad.csv',
    'command line: expected a known command or option, got @/bad.csv; see lin-rfm --help',
  ],
  ['complete @/good.csv --rnak 3', 'command line: expected a known command or option, got --rnak; see lin-rfm --help'],
  ['complete @/absent.csv', '@/absent.csv: expected a file to read, got no such file; check the path'],
  ['complete @/folder.npy', '@/folder.npy: expected a file to read, got a folder; name a file in it'],
  ['complete @/good.xlsx', '@/good.xlsx: expected a file ending in .csv, .tsv, .mtx, .npy, .npz, got .xlsx'],
  ['complete @/bad.csv --out @/o.npy', '@/bad.csv:2: expected three numbers, got "one"; leave missing entries out'],
  ['complete @/good.csv --alpha 0', '--alpha: expected a number in (0, 1], got 0'],
  ['complete @/good.csv --alpha 1.5', '--alpha: expected a number in (0, 1], got 1.5'],
  ['complete @/good.csv --alpha half', '--alpha: expected a number in (0, 1], got half'],
  ['complete @/good.csv --alpha', '--alpha: expected one value, got none'],
  ['complete @/good.csv --alpha 0.5 --alpha 1', '--alpha: expected one value, got 2 values'],
  ['complete @/good.csv --noise -1', '--noise: expected auto, none or a positive number, got -1'],
  ['complete @/good.csv --rank 0', '--rank: expected a whole number of at least 1, got 0'],
  ['complete @/good.csv --threads 1.5', '--threads: expected a whole number of at least 1, got 1.5'],
  ['complete @/good.csv --noise Infinity', '--noise: expected auto, none or a positive number, got Infinity'],
  [
    'complete @/good.csv --solver svd',
    '--solver: expected one of auto, two-sided, posterior, low-rank, nuclear-norm, deep-linear, lin-rfm, svd-irls, got svd',
  ],
  ['complete @/good.csv --offsets rows', '--offsets: expected one of auto, none, row, column, both, got rows'],
  ['complete @/good.csv --backend cuda', '--backend: expected one of auto, tensorflow, webgpu, wasm, cpu, got cuda'],
  ['complete @/good.csv --precision float64', '--precision: expected one of mixed, float32, got float64'],
  ['complete @/good.csv --max-steps 0', '--max-steps: expected a whole number of at least 1, got 0'],
  ['complete @/good.csv --max-steps 1.5', '--max-steps: expected a whole number of at least 1, got 1.5'],
  ['complete @/good.csv --tolerance 0', '--tolerance: expected a number in (0, 1), got 0'],
  ['complete @/good.csv --tolerance 1', '--tolerance: expected a number in (0, 1), got 1'],
  ['complete @/good.csv --time-limit -3', '--time-limit: expected a positive number, got -3'],
  ['complete @/good.csv --seed 0.5', '--seed: expected a whole number of at least 0, got 0.5'],
  ['complete @/good.csv --hold-out 1', '--hold-out: expected a fraction of at least 0 and below 1, got 1'],
  [
    'complete @/huge.csv --hold-out 0.5',
    'hold-out: expected rows and columns with two observations or more, got none to spare; leave the hold-out away',
  ],
  ['complete @/good.csv --shape 2', '--shape: expected ROWSxCOLUMNS, got 2; write it like 610x9724'],
  [
    'complete @/good.csv --shape 1x2',
    '@/good.csv:4: expected a row below 1, got 1; indices start at 0; check the shape',
  ],
  [
    'complete @/good.csv --out @/o.parquet',
    '@/o.parquet: expected a file ending in .csv, .tsv, .mtx, .npy, .npz, got .parquet',
  ],
  [
    'complete @/good.csv --out @/no/o.npy',
    '@/no/o.npy: expected a folder that exists, got no folder @/no; make it first',
  ],
  ['complete @/good.csv --out @/folder.npy', '@/folder.npy: expected a file to write, got a folder; add a file name'],
  [
    'complete @/good.csv --out @/good.csv',
    '--out: expected a file of its own, got @/good.csv, which is an input; choose another name',
  ],
  [
    'complete @/good.csv --metrics @/m.json --report @/m.json',
    '--report: expected a file ending in .html, .svg, got @/m.json',
  ],
  [
    'complete @/good.csv --metrics @/m.html --report @/m.html',
    '--report: expected a file of its own, got @/m.html, which is that of --metrics; choose another name',
  ],
  ['complete @/good.csv --report @/r.pdf', '--report: expected a file ending in .html, .svg, got @/r.pdf'],
  ['complete @/good.csv --at @/at.csv', '--at: expected --predictions with it, got --at alone; give both or neither'],
  [
    'complete @/good.csv --predictions @/p.csv',
    '--predictions: expected --at with it, got --predictions alone; give both or neither',
  ],
  [
    'complete @/good.csv --at @/none.csv --predictions @/p.csv',
    '@/none.csv: expected a file to read, got no such file; check the path',
  ],
  [
    'complete @/good.csv --at @/far.csv --predictions @/p.csv',
    '@/far.csv:2: expected a whole row from 0 to 1, got "7"; indices start at 0',
  ],
  [
    'complete @/huge.csv --shape 300000x300000 --solver lin-rfm --out @/o.npy',
    'memory: expected a problem within 1.8 GiB on backend wasm, got 300000x300000, which needs 9390 GiB; complete a part of the matrix, or use precision float32',
  ],
  ['generate --rank 2 --out @/g.csv', '--shape: expected ROWSxCOLUMNS, got nothing'],
  ['generate --shape 9x9 --out @/g.csv', '--rank: expected a whole number of at least 1, got nothing'],
  ['generate --shape 9x9 --rank 2', '--out: expected a file for the observed entries, got nothing'],
  [
    'generate --shape 9x9 --rank 10 --out @/g.csv --observed 9',
    '--rank: expected a whole number from 1 to 9, got 10; the shape allows no more',
  ],
  [
    'generate --shape 9x9 --rank 2 --observed 82 --out @/g.csv',
    '--observed: expected 1 to 81 observed entries, got 82; the matrix has no more',
  ],
  [
    'generate --shape 9x9 --rank 4 --oversampling 3 --out @/g.csv',
    '--oversampling: expected 1 to 81 observed entries, got 168; the matrix has no more',
  ],
  [
    'generate --shape 9x9 --rank 2 --observed 9 --oversampling 3 --out @/g.csv',
    '--observed: expected a count or --oversampling, got both; give one of them',
  ],
  [
    'generate --shape 9x9 --rank 2 --observed 9 --out @/g.npy',
    '@/g.npy: expected a file ending in .csv, .tsv, .mtx, .npz, got .npy',
  ],
  [
    'generate --shape 9x9 --rank 2 --condition-number 0.5 --observed 9 --out @/g.csv',
    '--condition-number: expected a number of at least 1, got 0.5',
  ],
  ['backends --all', 'command line: expected a known command or option, got --all; see lin-rfm --help'],
];

it.each(cases)('lin-rfm %s', async (line, message) => {
  const argv = line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('@', folder));
  const { code, stdout, stderr } = await runCli(argv);
  expect(stderr.replaceAll(folder, '@')).toBe(`${message}\n`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(await readdir(folder)).toEqual(before);
});
