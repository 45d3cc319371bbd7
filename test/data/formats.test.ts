import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  createObservations,
  readMatrix,
  readQueries,
  writeMatrix,
  writeObservations,
  writePredictions,
} from '../../src/index.js';
import { writeAtomically } from '../../src/data/formats/atomic.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string): string => join(folder, name);
async function given(name: string, text: string | Uint8Array): Promise<string> {
  await writeFile(file(name), text);
  return file(name);
}
async function triplets(path: string) {
  const { observations } = await readMatrix(path);
  return [...observations.value].map((value, k) => [observations.row[k], observations.column[k], value]);
}

describe('triplets', () => {
  it.each([
    ['with a header', 'row,col,value\n2,0,1.5\n0,1,-2e-3\n'],
    ['with the other header', 'Row,Column,Value\r\n2,0,1.5\r\n0,1,-2e-3\r\n'],
    ['without a header', '2,0,1.5\n0,1,-2e-3'],
    ['with a byte order mark, spaces and blank lines', '\uFEFFrow, col, value\n\n2, 0, 1.5\n0 ,1, -2e-3\n\n'],
    ['with quotes', '"row","col","value"\n"2","0","1.5"\n0,1,-2e-3\n'],
  ])('%s', async (_, text) => {
    expect(await triplets(await given('t.csv', text))).toEqual([
      [0, 1, -2e-3],
      [2, 0, 1.5],
    ]);
  });

  it('that end and begin in the middle of a block of the file', async () => {
    const lines = Array.from({ length: 120_000 }, (_, k) => `${k % 977},${k},${k / 7}`);
    const { observations } = await readMatrix(await given('long.csv', `row,column,value\n${lines.join('\r\n')}`));
    expect(observations.shape).toEqual([977, 120_000]);
    const order = lines.map((_, k) => k).sort((a, b) => (a % 977) - (b % 977) || a - b);
    expect([...observations.column]).toEqual(order);
    expect([...observations.value]).toEqual(order.map((k) => k / 7));
  });

  it('some of them quoted, with an exponent, a sign or a space', async () => {
    const text = 'row,column,value\n0,0,1e3\n0,1,+2\n1, 0,.5\n"1","1",-3\n';
    expect((await triplets(await given('q.csv', text))).map(([, , value]) => value)).toEqual([1000, 2, 0.5, -3]);
  });

  it('with tabs', async () => {
    expect(await triplets(await given('t.tsv', 'row\tcol\tvalue\n1\t0\t3\n'))).toEqual([[1, 0, 3]]);
  });

  it('take the shape that the user says', async () => {
    const { observations } = await readMatrix(await given('t.csv', '0,0,1\n'), { shape: [3, 4] });
    expect(observations.shape).toEqual([3, 4]);
  });
});

describe('dense tables', () => {
  it('with labels and gaps', async () => {
    const path = await given('d.csv', 'state,1970,1971,1972\nAlabama,1,,NaN\n"New, York",NA,2.5,3\n');
    const { observations, ...labels } = await readMatrix(path);
    expect(labels).toMatchObject({
      rowLabels: ['Alabama', 'New, York'],
      columnLabels: ['1970', '1971', '1972'],
      corner: 'state',
    });
    expect(observations.shape).toEqual([2, 3]);
    expect([...observations.value]).toEqual([1, 2.5, 3]);
  });

  it('without labels, and of three columns with a header', async () => {
    const plain = await readMatrix(await given('d.csv', '1,2,3,4\n5,6,7,8\n'));
    expect(plain.observations.shape).toEqual([2, 4]);
    expect(plain.rowLabels).toBeUndefined();
    const headed = await readMatrix(await given('h.csv', 'a,b,c\n0,1,3\n1,2,8\n'));
    expect(headed.observations.shape).toEqual([2, 3]);
    expect(headed.columnLabels).toEqual(['a', 'b', 'c']);
  });

  it('of three columns that cannot be triplets', async () => {
    expect((await readMatrix(await given('d.csv', '0.5,1,3\n1,2,8\n'))).observations.shape).toEqual([2, 3]);
  });
});

describe('MatrixMarket', () => {
  const head = '%%MatrixMarket matrix';
  it.each([
    [
      'coordinate',
      `${head} coordinate real general\n% note\n2 3 2\n1 3 2.5\n2 1 -1\n`,
      [
        [0, 2, 2.5],
        [1, 0, -1],
      ],
    ],
    [
      'symmetric',
      `${head} coordinate integer symmetric\n2 2 2\n1 1 4\n2 1 7\n`,
      [
        [0, 0, 4],
        [0, 1, 7],
        [1, 0, 7],
      ],
    ],
    [
      'skew-symmetric',
      `${head} coordinate real skew-symmetric\n2 2 1\n2 1 7\n`,
      [
        [0, 1, -7],
        [1, 0, 7],
      ],
    ],
    [
      'array',
      `${head} array real general\n2 2\n1\n2\nNaN\n4\n`,
      [
        [0, 0, 1],
        [1, 0, 2],
        [1, 1, 4],
      ],
    ],
    [
      'symmetric array',
      `${head} array real symmetric\n2 2\n1\n2\n3\n`,
      [
        [0, 0, 1],
        [0, 1, 2],
        [1, 0, 2],
        [1, 1, 3],
      ],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await triplets(await given('m.mtx', text))).toEqual(expected);
  });
});

describe('.npy', () => {
  function npy(descr: string, order: boolean, shape: string, data: Uint8Array): Uint8Array {
    const header =
      `{'descr': '${descr}', 'fortran_order': ${order ? 'True' : 'False'}, 'shape': (${shape}), }`.padEnd(117) + '\n';
    return Buffer.concat([
      Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1'),
      Buffer.from([header.length, 0]),
      Buffer.from(header, 'latin1'),
      data,
    ]);
  }
  const bytes = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

  it.each([
    ['<f8', bytes(Float64Array.of(1, NaN, 3, 4, 5, 6))],
    ['<f4', bytes(Float32Array.of(1, NaN, 3, 4, 5, 6))],
  ])('of %s in C order', async (descr, data) => {
    expect(await triplets(await given('a.npy', npy(descr, false, '2, 3', data)))).toEqual([
      [0, 0, 1],
      [0, 2, 3],
      [1, 0, 4],
      [1, 1, 5],
      [1, 2, 6],
    ]);
  });

  it.each([
    ['<i8', bytes(BigInt64Array.of(1n, 2n, 3n, -4n))],
    ['|i1', bytes(Int8Array.of(1, 2, 3, -4))],
    ['<i4', bytes(Int32Array.of(1, 2, 3, -4))],
  ])('of %s in Fortran order', async (descr, data) => {
    expect(await triplets(await given('f.npy', npy(descr, true, '2, 2', data)))).toEqual([
      [0, 0, 1],
      [0, 1, 3],
      [1, 0, 2],
      [1, 1, -4],
    ]);
  });

  it('refuses other types, shapes and lengths', async () => {
    const two = bytes(Float64Array.of(1, 2));
    const path = file('bad.npy');
    const refused = async (contents: Uint8Array): Promise<string> => {
      await writeFile(path, contents);
      return readMatrix(path).then(
        () => 'read',
        (error: Error) => error.message,
      );
    };
    expect(await refused(npy('>f8', false, '1, 2', two))).toBe(
      `${path}: expected little-endian numbers (float32, float64 or integers), got '>f8'; save it with array.astype('<f8')`,
    );
    expect(await refused(npy('<c16', false, '1, 1', two))).toMatch(/got '<c16'/u);
    expect(await refused(npy('<f8', false, '2,', two))).toBe(
      `${path}: expected a 2-D array, got 1-D; reshape it to rows and columns`,
    );
    expect(await refused(npy('<f8', false, '2, 2', two))).toBe(
      `${path}: expected 32 bytes of data, got 16; the file is cut short or damaged`,
    );
    expect(await refused(npy('<f8', false, '1, 2', two).subarray(0, 40))).toBe(
      `${path}: expected a whole header, got the end of the file; the file is cut short`,
    );
  });
});

describe('round trips', () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });

  it.each(['.csv', '.tsv', '.npy', '.mtx'])('of whole matrices through %s', async (extension) => {
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { minLength: 12, maxLength: 12 }), async (values) => {
        const path = file(`m${extension}`);
        const data = Float64Array.from(values);
        await writeMatrix(path, { shape: [3, 4], rows: (start, stop) => data.slice(start * 4, stop * 4) });
        const { observations } = await readMatrix(path);
        expect(observations.shape).toEqual([3, 4]);
        observations.value.forEach((value, k) => expect(value + 0).toBe(values[k]! + 0));
      }),
      { numRuns: 20 },
    );
  });

  it.each(['.csv', '.tsv', '.mtx'])('of observations through %s', async (extension) => {
    const observations = createObservations({ row: [0, 2, 5], column: [3, 0, 1], value: [1 / 3, -2e-300, 4] });
    await writeObservations(file(`o${extension}`), observations);
    expect((await readMatrix(file(`o${extension}`))).observations).toEqual(observations);
  });

  it('keep labels that need quotes', async () => {
    const source = { shape: [1, 2] as const, rows: () => Float64Array.of(1, 2) };
    const labels = { rowLabels: ['a "b", c'], columnLabels: ['x', 'y,z'], corner: 'k' };
    await writeMatrix(file('l.csv'), source, labels);
    expect(await readMatrix(file('l.csv'))).toMatchObject(labels);
  });
});

describe('queries and predictions', () => {
  it('are read and written', async () => {
    const positions = await readQueries(await given('q.csv', 'row,column\n1,2\n0,0\n'), [2, 3]);
    expect([[...positions.row], [...positions.column]]).toEqual([
      [1, 0],
      [2, 0],
    ]);
    await writePredictions(file('p.csv'), positions, Float64Array.of(0.5, 1));
    expect(await readFile(file('p.csv'), 'utf8')).toBe('row,column,prediction\n1,2,0.5\n0,0,1\n');
    await writePredictions(file('p.csv'), positions, Float64Array.of(0.5, 1), Float64Array.of(0.1, 0.2));
    expect(await readFile(file('p.csv'), 'utf8')).toBe(
      'row,column,prediction,standard_error\n1,2,0.5,0.1\n0,0,1,0.2\n',
    );
  });
});

it('writes whole files or none', async () => {
  const failing = writeAtomically(file('half.txt'), async (handle) => {
    await handle.write('half');
    throw new Error('disk full');
  });
  await expect(failing).rejects.toThrow('disk full');
  expect((await readdir(folder)).filter((name) => name.includes('half'))).toEqual([]);
});
