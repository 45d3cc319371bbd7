/** The gradients of a deep linear network against finite differences in float64, on every backend present. */
import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { disposePattern, uploadPattern } from '../../kernels/sparse-pattern.js';
import { createRandom } from '../../src/data/random.js';
import { useBackend } from '../../src/index.js';
import { networkGradients } from '../../src/solvers/network-gradients.js';
import { presentBackends } from '../support/backends.js';
import { relativeError } from '../support/errors.js';

const [rows, columnCount, width] = [7, 5, 3];
// Rows of no, one and all columns among them.
const starts = Int32Array.from([0, 5, 5, 6, 9, 11, 14, 16]);
const columns = Int32Array.from([0, 1, 2, 3, 4, 2, 0, 3, 4, 1, 2, 0, 1, 4, 2, 3]);
const rowOf = Int32Array.from([0, 0, 0, 0, 0, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6]);
const random = createRandom(4);
const draw = (count: number): Float64Array => Float64Array.from({ length: count }, () => Math.fround(random.normal()));
const target = draw(columns.length);

const countsOf = (depth: number): number[] => [columnCount, ...new Array<number>(depth - 2).fill(width), rows];

/** The loss, written down once more: the whole product, and its observed entries. */
function loss(layers: readonly Float64Array[]): number {
  const matrices = layers.map((values) => Matrix.from1DArray(values.length / width, width, values));
  const right = matrices.slice(0, -1).reduce((product, layer) => product.mmul(layer));
  const whole = matrices.at(-1)!.mmul(right.transpose());
  return target.reduce((sum, value, k) => sum + (whole.get(rowOf[k]!, columns[k]!) - value) ** 2 / 2, 0);
}

function finiteDifferences(layers: readonly Float64Array[], l: number): Float64Array {
  const step = 1e-5;
  return layers[l]!.map((_, k) => {
    const moved = (by: number): number =>
      loss(layers.map((layer, at) => (at === l ? layer.map((value, j) => (j === k ? value + by : value)) : layer)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

describe.each(['tensorflow', 'wasm', 'cpu'])('on %s', (backend) => {
  it.each([2, 3, 4])('are those of the loss with %i layers, and leave nothing behind', async (depth) => {
    if (!(await presentBackends()).has(backend)) return;
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const counts = countsOf(depth);
    const layers = counts.map((count) => draw(count * width));
    const pattern = uploadPattern([rows, columnCount], starts, columns, rowOf);
    const inputs = layers.map((values, l) => tf.tensor2d(Float32Array.from(values), [counts[l]!, width]));
    const wanted = tf.tensor1d(Float32Array.from(target));
    const gradients = networkGradients(inputs, wanted, pattern);
    for (const [l, gradient] of gradients.entries()) {
      expect(gradient.shape).toEqual([counts[l], width]);
      expect(relativeError(await gradient.data(), finiteDifferences(layers, l))).toBeLessThan(1e-5);
    }
    expect(gradients).toHaveLength(depth);
    tf.dispose([...gradients, ...inputs, wanted]);
    disposePattern(pattern);
    expect(tf.memory().numTensors).toBe(before);
  });
});
