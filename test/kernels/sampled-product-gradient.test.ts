/** The gradient of the sampled product against finite differences in float64, on every backend present. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend } from '../../kernels/backends/index.js';
import { sampledProductGradient } from '../../kernels/sampled-product/gradient.js';
import { reference } from '../../kernels/sampled-product/reference.js';
import { createRandom } from '../../src/data/random.js';
import { disposeReal, downloadReal, uploadPattern, uploadReal, useBackend } from '../../src/index.js';
import { disposePattern } from '../../kernels/sparse-pattern.js';
import { presentBackends } from '../support/backends.js';
import { relativeError } from '../support/errors.js';

const [rows, columnCount, width] = [7, 5, 3];
// Rows of no, one and all columns among them.
const starts = Int32Array.from([0, 5, 5, 6, 9, 11, 14, 16]);
const columns = Int32Array.from([0, 1, 2, 3, 4, 2, 0, 3, 4, 1, 2, 0, 1, 4, 2, 3]);
const rowOf = Int32Array.from([0, 0, 0, 0, 0, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6]);
const entries = columns.length;
const random = createRandom(4);
const draw = (count: number): Float64Array => Float64Array.from({ length: count }, () => Math.fround(random.normal()));
const [left, right, upstream] = [draw(rows * width), draw(columnCount * width), draw(entries)];

/** ⟨upstream, sampled product⟩, whose gradient is asked for. */
function objective(a: Float64Array, b: Float64Array): number {
  const output = new Float64Array(entries);
  reference({
    reals: { left: a, right: b },
    integers: { starts, columns, rowOf },
    attributes: { rows, entries, width },
    output,
  });
  return output.reduce((sum, value, k) => sum + value * upstream[k]!, 0);
}

function finiteDifferences(of: (values: Float64Array) => number, at: Float64Array): Float64Array {
  const step = 1e-5;
  return at.map((_, k) => {
    const moved = (by: number): number => of(at.map((value, j) => (j === k ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

const expected = {
  left: finiteDifferences((values) => objective(values, right), left),
  right: finiteDifferences((values) => objective(left, values), right),
};

describe.each(['tensorflow', 'webgpu', 'wasm', 'cpu'])('on %s', (backend) => {
  let present = false;
  beforeAll(async () => {
    present = (await presentBackends()).has(backend);
    if (present) await useBackend(backend);
  });

  it('agrees with finite differences in each precision', async () => {
    if (!present) return;
    const pattern = uploadPattern([rows, columnCount], starts, columns, rowOf);
    for (const precision of activeBackend().precisions) {
      const inputs = [
        uploadReal(upstream, [entries], precision),
        uploadReal(left, [rows, width], precision),
        uploadReal(right, [columnCount, width], precision),
      ] as const;
      const gradients = sampledProductGradient(...inputs, pattern);
      const tolerance = precision === 'float64' ? 1e-9 : 1e-6;
      expect(gradients.left.shape).toEqual([rows, width]);
      expect(gradients.right.shape).toEqual([columnCount, width]);
      expect(relativeError(await downloadReal(gradients.left), expected.left)).toBeLessThan(tolerance);
      expect(relativeError(await downloadReal(gradients.right), expected.right)).toBeLessThan(tolerance);
      disposeReal(...inputs, gradients.left, gradients.right);
    }
    disposePattern(pattern);
  });

  it('refuses factors of the wrong shape', () => {
    if (!present) return;
    const before = tf.memory().numTensors;
    const pattern = uploadPattern([rows, columnCount], starts, columns, rowOf);
    const inputs = [
      uploadReal(upstream, [entries], 'float32'),
      uploadReal(left, [rows, width], 'float32'),
      uploadReal(right.subarray(0, columnCount * 2), [columnCount, 2], 'float32'),
    ] as const;
    expect(() => sampledProductGradient(...inputs, pattern)).toThrow('sparseProduct: expected left [7, 2], got [7, 3]');
    disposeReal(...inputs);
    disposePattern(pattern);
    expect(tf.memory().numTensors).toBe(before);
  });
});
