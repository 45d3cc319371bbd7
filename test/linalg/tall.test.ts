/** Bases and decompositions of tall matrices, where columns are graded or depend on each other. */
import { createRandom } from '../../src/data/random.js';
import { innerProducts, multiplySmall, orthonormalise, tall, timesSmall } from '../../src/linalg/tall.js';
import { thinSvd } from '../../src/linalg/thin-svd.js';

function graded(count: number, scales: readonly number[]) {
  const random = createRandom(1);
  const matrix = tall(count, scales.length);
  for (let k = 0; k < matrix.values.length; k += 1) matrix.values[k] = random.normal() * scales[k % scales.length]!;
  return matrix;
}

it.each([[[1, 1, 1]], [[1, 1e-5, 1e-10, 1e-14]], [[1e-100, 1, 1e3]]])(
  'is orthonormal for columns of size %p',
  (scales) => {
    const matrix = graded(50, scales);
    const { basis, triangle } = orthonormalise(matrix);
    const gram = innerProducts(basis, basis);
    gram.forEach((value, k) => expect(value).toBeCloseTo(k % (scales.length + 1) === 0 ? 1 : 0, 12));
    const back = timesSmall(basis, triangle, scales.length).values;
    back.forEach((value, k) => {
      expect(Math.abs(value - matrix.values[k]!)).toBeLessThanOrEqual(1e-13 * Math.max(...scales));
    });
  },
);

it('keeps columns of zeros and survives columns that are nearly one', () => {
  const matrix = graded(30, [1, 1, 0, 1]);
  for (let i = 0; i < 30; i += 1) matrix.values[i * 4 + 1] = matrix.values[i * 4]! * (1 + 1e-9 * Math.sin(i));
  const gram = innerProducts(orthonormalise(matrix).basis, orthonormalise(matrix).basis);
  [1, 1, 0, 1].forEach((length, k) => expect(gram[k * 5]).toBeCloseTo(length, 10));
  expect(gram[1]).toBeCloseTo(0, 10);
});

it('decomposes a product of factors', () => {
  const [left, right] = [graded(20, [1, 2, 3]), graded(15, [3, 1, 1e-3])];
  const { left: u, values, right: v } = thinSvd(left, right);
  const scaled = timesSmall(u, Float64Array.from([values[0]!, 0, 0, 0, values[1]!, 0, 0, 0, values[2]!]), 3);
  for (let i = 0; i < 20; i += 1) {
    for (let j = 0; j < 15; j += 1) {
      const dot = (a: Float64Array, b: Float64Array): number =>
        [0, 1, 2].reduce((sum, k) => sum + a[i * 3 + k]! * b[j * 3 + k]!, 0);
      expect(dot(scaled.values, v.values)).toBeCloseTo(dot(left.values, right.values), 10);
    }
  }
  expect(multiplySmall(Float64Array.from([2]), Float64Array.from([3]), 1)).toEqual(Float64Array.from([6]));
});
