/** Residuals in float64: on the device where it has float64, by WebAssembly on the host elsewhere, with equal results. */
import { generateProblem, useBackend } from '../../src/index.js';
import { createSparseProblem } from '../../src/sparse-problem.js';
import { createRandom } from '../../src/data/random.js';
import { tall } from '../../src/linalg/tall.js';
import type { Tall } from '../../src/linalg/tall.js';

beforeAll(() => useBackend('auto'));

it.each([
  [[30, 50], 3],
  [[70, 20], 4],
] as const)('host and device agree on %p, width %i', async (shape, width) => {
  const { observations } = generateProblem({ shape, rank: 2, observed: 400, seed: 1 });
  const random = createRandom(2);
  const draw = (count: number): Tall => ({
    ...tall(count, width),
    values: new Float64Array(count * width).map(() => random.normal()),
  });
  const [left, right] = [draw(shape[0]), draw(shape[1])];
  const results: Float64Array[][] = [];
  for (const onDevice of [true, false]) {
    const problem = createSparseProblem(observations, onDevice);
    const residual = await problem.residuals.of(left, right);
    const [times, transposed] = [await residual.times(right), await residual.transposeTimes(left)];
    expect([times.count, times.width, transposed.count, transposed.width]).toEqual([shape[0], width, shape[1], width]);
    results.push([Float64Array.of(residual.norm), await residual.values(), times.values, transposed.values]);
    residual.dispose();
    problem.dispose();
  }
  const [device, host] = results;
  device!.forEach((expected, at) => {
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(host![at]).toHaveLength(expected.length);
    expected.forEach((value, k) => expect(Math.abs(host![at]![k]! - value)).toBeLessThanOrEqual(1e-14 * scale));
  });
  // Against the definition, for a few entries.
  const { row, column, value } = observations;
  const scale = Math.sqrt(value.reduce((sum, entry) => sum + entry ** 2, 0) / value.length);
  for (const k of [0, 57, 399]) {
    let fitted = 0;
    for (let c = 0; c < width; c += 1)
      fitted += left.values[row[k]! * width + c]! * right.values[column[k]! * width + c]!;
    expect(host![1]![k]).toBeCloseTo(value[k]! / scale - fitted, 12);
  }
});
