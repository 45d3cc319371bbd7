/** Every broken file gets one line that says where, what was expected, and what to do. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, readMatrix, readQueries } from '../../src/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  await mkdir(join(folder, 'folder.csv'));
});
afterAll(() => rm(folder, { recursive: true }));

const banner = '%%MatrixMarket matrix <coordinate|array> <real|integer> <general|symmetric|skew-symmetric>';
const coordinate = '%%MatrixMarket matrix coordinate real general\n';

/** Name, contents, and the message less the folder. */
const broken: [string, string, string][] = [
  ['fields.csv', 'row,column,value\n0,1,2\n1,2\n', 'fields.csv:3: expected row,column,value, got 2 fields'],
  ['fields4.csv', 'row,column,value\n0,1,2,3\n', 'fields4.csv:2: expected row,column,value, got 4 fields'],
  [
    'word.csv',
    'row,column,value\n0,1,good\n',
    'word.csv:2: expected three numbers, got "good"; leave missing entries out',
  ],
  ['gap.csv', 'row,column,value\n0,1,\n', 'gap.csv:2: expected three numbers, got ""; leave missing entries out'],
  ['nan.csv', 'row,column,value\n0,1,NaN\n', 'nan.csv:2: expected three numbers, got "NaN"; leave missing entries out'],
  [
    'infinite.csv',
    'row,column,value\n0,0,1\n0,1,Infinity\n',
    'infinite.csv:3: expected a finite value, got Infinity; leave missing entries out',
  ],
  [
    'negative.csv',
    'row,column,value\n-1,0,1\n',
    'negative.csv:2: expected a whole row from 0 to 2147483646, got -1; indices start at 0; check the shape',
  ],
  [
    'fraction.csv',
    'row,column,value\n0,0.5,1\n',
    'fraction.csv:2: expected a whole column from 0 to 2147483646, got 0.5; indices start at 0; check the shape',
  ],
  [
    'twice.csv',
    'row,column,value\n0,1,2\n3,3,1\n0,1,2\n',
    'twice.csv:4: expected every position once, got row 0, column 1 again (first at twice.csv:2); keep one of them',
  ],
  ['header.csv', 'row,column,value\n', 'header.csv: expected at least one row,column,value, got a header only'],
  ['blank.csv', '\n\n', 'blank.csv: expected a table or triplets, got no lines'],
  ['empty.csv', '', 'empty.csv: expected observations, got an empty file'],
  ['ragged.csv', 'a,b,c,d\n1,2,3,4\n1,2,3\n', 'ragged.csv:3: expected 4 fields as in the first row, got 3'],
  ['headed.csv', 'a,b\n1,2,3,4\n', 'headed.csv:1: expected 4 column labels, got 2; the header must name every column'],
  ['cell.csv', 'a,b\n1,2\n3,4x\n', 'cell.csv:3: expected a number or a gap, got "4x"; check field 2'],
  ['titles.csv', 'a,b,c,d\n', 'titles.csv: expected a row of numbers, got a header only'],
  ['missing.csv', 'a,b\n,NaN\n', 'missing.csv: expected at least one observed value, got none'],
  ['quotes.csv', 'row,column,value\n0,1,"2\n', 'quotes.csv:2: expected well-formed quotes, got csv quote not closed'],
  ['quoted.csv', 'a,b,c,d\n1,2,3,"4\n', 'quoted.csv:2: expected well-formed quotes, got csv quote not closed'],
  [
    'blanks.csv',
    '\nrow,column,value\n\n0,1,2\n\n0,1,3\n',
    'blanks.csv:6: expected every position once, got row 0, column 1 again (first at blanks.csv:4); keep one of them',
  ],
  [
    'large.csv',
    '0,1,2\n0,4294967296,3\n',
    'large.csv:2: expected a whole column from 0 to 2147483646, got 4294967296; indices start at 0; check the shape',
  ],
  [
    'quoted-line.csv',
    'row,column,value\n0,1,2\n\n"0","2",x\n',
    'quoted-line.csv:4: expected three numbers, got "x"; leave missing entries out',
  ],
  [
    'endless.csv',
    'a,b\n1,Infinity\n',
    'endless.csv:2: expected a finite value, got Infinity; leave missing entries out',
  ],
  ['banner.mtx', 'hello\n', `banner.mtx:1: expected ${banner}, got "hello"`],
  [
    'pattern.mtx',
    '%%MatrixMarket matrix coordinate pattern general\n1 1 1\n1 1\n',
    `pattern.mtx:1: expected ${banner}, got "%%MatrixMarket matrix coordinate pattern general"`,
  ],
  [
    'complex.mtx',
    '%%MatrixMarket matrix coordinate complex general\n',
    `complex.mtx:1: expected ${banner}, got "%%MatrixMarket matrix coordinate complex general"`,
  ],
  ['sizes.mtx', `${coordinate}2 2\n`, 'sizes.mtx:2: expected rows columns entries, got "2 2"'],
  ['nosize.mtx', coordinate, 'nosize.mtx: expected a size line, got the end of the file; the file is cut short'],
  [
    'short.mtx',
    `${coordinate}2 2 2\n1 1 5\n`,
    'short.mtx: expected 2 entries as the size line says, got 1; the file is cut short or has too many lines',
  ],
  [
    'long.mtx',
    `${coordinate}2 2 1\n1 1 5\n2 2 5\n`,
    'long.mtx: expected 1 entries as the size line says, got 2; the file is cut short or has too many lines',
  ],
  [
    'zero.mtx',
    `${coordinate}2 2 1\n0 1 5\n`,
    'zero.mtx:3: expected indices within 2x2, got 0 1; MatrixMarket indices start at 1',
  ],
  ['entry.mtx', `${coordinate}2 2 1\n1 1\n`, 'entry.mtx:3: expected row column value, got "1 1"'],
  [
    'square.mtx',
    '%%MatrixMarket matrix coordinate real symmetric\n2 3 1\n',
    'square.mtx:2: expected a square shape for a symmetric matrix, got 2x3',
  ],
  [
    'array.mtx',
    '%%MatrixMarket matrix array real general\n1 2\n1\n',
    'array.mtx: expected 2 entries as the size line says, got 1; the file is cut short or has too many lines',
  ],
  [
    'more.mtx',
    '%%MatrixMarket matrix array real general\n1 1\n1\n2\n',
    'more.mtx:4: expected the end of the file, got one more entry; check the size line',
  ],
  [
    'text.npy',
    'not numpy at all',
    'text.npy: expected an .npy file, got other bytes at its start; write it with numpy.save',
  ],
  ['data.xlsx', 'x', 'data.xlsx: expected a file ending in .csv, .tsv, .mtx, .npy, .npz, got .xlsx'],
  ['data', 'x', 'data: expected a file ending in .csv, .tsv, .mtx, .npy, .npz, got no extension'],
];

async function messageOf(read: () => Promise<unknown>): Promise<string> {
  try {
    await read();
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'no error';
}

it.each(broken)('%s', async (name, contents, message) => {
  await writeFile(join(folder, name), contents);
  expect(await messageOf(() => readMatrix(join(folder, name)))).toBe(message);
});

it.each([
  ['absent.csv', 'absent.csv: expected a file to read, got no such file; check the path'],
  ['folder.csv', 'folder.csv: expected a file to read, got a folder; name a file in it'],
])('%s', async (name, message) => {
  expect(await messageOf(() => readMatrix(join(folder, name)))).toBe(message);
});

it('an index outside the shape that the user says', async () => {
  await writeFile(join(folder, 'shape.csv'), '0,0,1\n0,5,1\n');
  expect(await messageOf(() => readMatrix(join(folder, 'shape.csv'), { shape: [2, 5] }))).toBe(
    'shape.csv:2: expected a column below 5, got 5; indices start at 0; check the shape',
  );
});

it('a shape that a labelled table does not have', async () => {
  await writeFile(join(folder, 'table.csv'), 'a,b\n1,2\n');
  expect(await messageOf(() => readMatrix(join(folder, 'table.csv'), { shape: [3, 3] }))).toBe(
    '--shape: expected 1x2 as in table.csv, got 3x3; leave it out',
  );
});

it.each([
  ['none.csv', 'row,column\n', 'none.csv: expected at least one row,column, got none'],
  ['three.csv', '0,1,2\n', 'three.csv:1: expected row,column, got 3 fields'],
  [
    'outside.csv',
    'row,column\n0,0\n0,3\n',
    'outside.csv:3: expected a whole column from 0 to 2, got "3"; indices start at 0',
  ],
  ['word.csv', 'row,column\nx,0\n', 'word.csv:2: expected a whole row from 0 to 1, got "x"; indices start at 0'],
])('queries in %s', async (name, contents, message) => {
  await writeFile(join(folder, name), contents);
  expect(await messageOf(() => readQueries(join(folder, name), [2, 3]))).toBe(message);
});
