/** What kernels refuse, and how a block that cannot be solved stays alone. */
import * as tf from '@tensorflow/tfjs';
import {
  asReal,
  blockProduct,
  choleskySolve,
  combine,
  differenceNorms,
  downloadReal,
  expandRows,
  gatherBlocks,
  matrixProduct,
  rowNormalSolve,
  sampledProduct,
  sparseProduct,
  uploadPattern,
  uploadReal,
  useBackend,
} from '../../src/index.js';
import type { Precision } from '../../src/index.js';

const real = (...shape: number[]) =>
  uploadReal(new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape, 'float32');
const indices = (rows: number, columns: number) => tf.zeros<tf.Rank.R2>([rows, columns], 'int32');

/** Two rows of three columns: the first observed at 0 and 2, the second at 0 and 1. */
const pattern = () =>
  uploadPattern([2, 3], Int32Array.of(0, 2, 4), Int32Array.of(0, 2, 0, 1), Int32Array.of(0, 0, 1, 1));

beforeAll(() => useBackend('wasm'));

it.each<[string, () => unknown, string]>([
  [
    'factors that do not fit the pattern',
    () => sampledProduct(real(3, 2), real(3, 2), pattern()),
    'sampledProduct: expected left [2, width], got [3, 2]',
  ],
  [
    'factors of two widths',
    () => sampledProduct(real(2, 2), real(3, 1), pattern()),
    'sampledProduct: expected right [3, 2], got [3, 1]',
  ],
  [
    'values that are not as many as the entries',
    () => sparseProduct(real(5), real(2, 2), real(3, 2), pattern()),
    'sparseProduct: expected values [4], got [5]',
  ],
  [
    'a ridge of another width',
    () => rowNormalSolve(real(4), real(3, 2), real(3), pattern()),
    'rowNormalSolve: expected ridge [2], got [3]',
  ],
  [
    'blocks that are not one for each vector',
    () => blockProduct(real(2, 2, 2), real(3, 2)),
    'blockProduct: expected blocks [batch, width, width] and vectors [batch, width], got [2, 2, 2] with vectors [3, 2]',
  ],
  [
    'starts that do not end with the entries',
    () => uploadPattern([1, 2], Int32Array.of(0, 1), Int32Array.of(0, 1), Int32Array.of(0, 0)),
    'uploadPattern: expected 2 starts, and as many rows as columns, got 2 starts ending at 1, 2 columns and 2 rows',
  ],
  [
    'inner lengths',
    () => matrixProduct(real(2, 3), real(2, 3)),
    'matrixProduct: expected right with 3 rows, got 2; check shapes and transposes',
  ],
  [
    'a shift that is not square',
    () => matrixProduct(real(2, 3), real(3, 4), { shift: 1 }),
    'matrixProduct: expected a square result for symmetric or shift, got 2x4',
  ],
  [
    'vectors for matrices',
    () => matrixProduct(real(3), real(3, 1)),
    'matrixProduct: expected left of rank 2, got shape [3]',
  ],
  [
    'blocks that are not square',
    () => choleskySolve(real(2, 3, 4), real(2, 3)),
    'choleskySolve: expected blocks [batch, width, width] and right-hand sides [batch, width], got blocks [2, 3, 4] with right-hand sides [2, 3]',
  ],
  [
    'a negative ridge',
    () => choleskySolve(real(2, 3, 3), real(2, 3), -1),
    'choleskySolve: expected a ridge of at least 0, got -1',
  ],
  [
    'a metric that is not square',
    () => gatherBlocks(real(2, 3), indices(1, 1)),
    'gatherBlocks: expected a square metric, got shape [2, 3]',
  ],
  [
    'coefficients of another shape',
    () => expandRows(real(2, 3), indices(1, 2), real(2, 1)),
    'expandRows: expected coefficients [1, 2], got [2, 1]',
  ],
  [
    'sums of two shapes',
    () => combine(real(2, 3), 1, real(3, 2), 1),
    'combine: expected right of shape [2, 3], got [3, 2]',
  ],
  [
    'differences of two shapes',
    () => differenceNorms(real(2, 3), real(3, 2)),
    'differenceNorms: expected matrices of one shape, got [2, 3] and [3, 2]',
  ],
])('refuse %s', (_, call, message) => {
  expect(call).toThrow(new Error(message));
});

it('refuse two precisions at once', () => {
  const double = uploadReal(new Float64Array(4), [2, 2], 'float64');
  expect(() => matrixProduct(real(2, 2), double)).toThrow(
    /expected all inputs in one precision, got float32 and float64/u,
  );
});

describe.each(['wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each<Precision>(['float32', 'float64'])(
    'an indefinite block gives NaN in its own row only, in %s',
    async (precision) => {
      const blocks = uploadReal(Float64Array.of(4, 0, 0, 1, 1, 2, 2, 1, 4, 0, 0, 4), [3, 2, 2], precision);
      const solved = await downloadReal(
        choleskySolve(blocks, uploadReal(Float64Array.of(8, 3, 1, 1, 4, 12), [3, 2], precision)),
      );
      expect([solved[0], solved[1], solved[4], solved[5]]).toEqual([2, 3, 1, 3]);
      expect(solved[3]).toBeNaN();
    },
  );

  it('float64 comes back to the last bit', async () => {
    const values = Float64Array.of(Math.PI, -1e-300, 2 ** -1074, 1 / 3);
    expect(await downloadReal(uploadReal(values, [2, 2], 'float64'))).toEqual(values);
    const carried = asReal(uploadReal(values, [4], 'float64').tensor.slice([1, 0], [2, 2]), 'float64');
    expect([...(await downloadReal(carried))]).toEqual([-1e-300, 2 ** -1074]);
  });
});
