/** What is WebGPU's own: errors of the device, grids beyond a dimension, lists cut into segments. Skipped without it. */
import * as tf from '@tensorflow/tfjs';
import { choleskySolve } from '../../kernels/cholesky-solve/index.js';
import { combine } from '../../kernels/combine/index.js';
import { useBackend } from '../../kernels/backends/index.js';
import { activityOf } from '../../kernels/backends/webgpu-device.js';
import { BackendError } from '../../kernels/errors.js';
import { disposeReal, downloadReal, tidyReals, uploadReal } from '../../kernels/real.js';
import { rowNormalSolve } from '../../kernels/row-normal-solve/index.js';
import { sparseProduct } from '../../kernels/sparse-product/index.js';
import { reference } from '../../kernels/sparse-product/reference.js';
import { disposePattern, uploadPattern } from '../../kernels/sparse-pattern.js';
import { sampleWithout, createRandom } from '../../src/data/random.js';
import { testsOn } from '../support/backends.js';

const itThere = testsOn('webgpu');

/** Runs a program of the stock backend with the given code. */
function launch(code: string): tf.Tensor {
  const backend = tf.backend() as tf.KernelBackend & { runWebGPUProgram(...parameters: unknown[]): tf.TensorInfo };
  const program = {
    ...{ variableNames: ['a'], outputShape: [4], workgroupSize: [64, 1, 1], dispatchLayout: { x: [0] } },
    ...{ dispatch: [1, 1, 1], shaderKey: code, size: true, getUserCode: () => code },
  };
  const input = tf.ones([4]);
  const output = tf.engine().makeTensorFromTensorInfo(backend.runWebGPUProgram(program, [input], 'float32'));
  input.dispose();
  return output;
}

itThere('a shader that does not compile fails the next read, and only that', async () => {
  const output = launch('fn main(index : i32) { result[index] = nonsense; }');
  await expect(output.data()).rejects.toThrow(BackendError);
  await expect(tf.ones([5]).neg().data()).resolves.toEqual(Float32Array.of(-1, -1, -1, -1, -1));
  output.dispose();
});

itThere('counts launches and reads', async () => {
  const before = activityOf(tf.backend())!;
  await tf.ones([5]).neg().data();
  const after = activityOf(tf.backend())!;
  expect([after.launches - before.launches, after.reads - before.reads]).toEqual([1, 1]);
});

itThere('an array beyond what the device binds is an error by name', () => {
  const huge = { tensor: tf.zeros([1]), shape: [2 ** 16, 2 ** 16], precision: 'float32' as const };
  expect(() => combine(huge, 1, huge, 1)).toThrow(/combine needs an array of 17179869184 bytes/u);
  return Promise.resolve();
});

itThere('a grid of more than 65,535 workgroups is folded', async () => {
  const count = 65_536 + 700;
  const starts = Int32Array.from({ length: count + 1 }, (_, i) => i);
  const pattern = uploadPattern([count, 2], starts, new Int32Array(count).fill(1), starts.slice(0, count));
  const values = Float64Array.from({ length: count }, (_, k) => k);
  const [right, ridge] = [
    uploadReal(Float64Array.of(9, 2), [2, 1], 'float32'),
    uploadReal(Float64Array.of(4), [1], 'float32'),
  ];
  // (2² + 4)⁻¹ · 2k
  const solved = await downloadReal(rowNormalSolve(uploadReal(values, [count], 'float32'), right, ridge, pattern));
  expect(solved.every((value, k) => Math.abs(value - k / 4) <= 1e-6 * k)).toBe(true);
  disposePattern(pattern);
});

itThere('lists of very different lengths are cut, and give the same sums', async () => {
  const [rows, columnCount, width] = [40, 3000, 3];
  const random = createRandom(1);
  // One row nearly full, the others with a few entries, all of which share column 7.
  const lists = Array.from({ length: rows }, (_, i) =>
    [...new Set([7, ...sampleWithout(random, i === 5 ? 2500 : 3, columnCount)])].sort((a, b) => a - b),
  );
  const columns = Int32Array.from(lists.flat());
  const rowOf = Int32Array.from(lists.flatMap((list, i) => list.map(() => i)));
  const starts = Int32Array.from({ length: rows + 1 }, (_, i) => lists.slice(0, i).flat().length);
  const pattern = uploadPattern([rows, columnCount], starts, columns, rowOf);
  const draw = (count: number): Float64Array => new Float64Array(count).map(() => Math.fround(random.normal()));
  const reals = { values: draw(columns.length), left: draw(rows * width), right: draw(columnCount * width) };
  const expected = new Float64Array((rows + columnCount) * width);
  const attributes = { rows, columnCount, entries: columns.length, width, sides: 0 };
  reference({ reals, integers: { starts, columns, rowOf }, attributes, output: expected });
  const before = tf.memory().numTensors;
  const product = tidyReals(() =>
    sparseProduct(
      uploadReal(reals.values, [columns.length], 'float32'),
      uploadReal(reals.left, [rows, width], 'float32'),
      uploadReal(reals.right, [columnCount, width], 'float32'),
      pattern,
    ),
  );
  const actual = await downloadReal(product);
  disposeReal(product);
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-4));
  disposePattern(pattern);
  expect(tf.memory().numTensors).toBe(before - 3);
});

// Within workgroup memory, and beyond it.
for (const width of [5, 90]) {
  itThere(`an indefinite block of ${width} gives NaN in its own row only`, async () => {
    const blocks = new Float64Array(2 * width * width);
    for (let k = 0; k < 2 * width; k += 1) blocks[k * width + (k % width)] = k === width - 1 ? -1 : 2;
    const solved = await downloadReal(
      choleskySolve(
        uploadReal(blocks, [2, width, width], 'float32'),
        uploadReal(new Float64Array(2 * width).fill(1), [2, width], 'float32'),
      ),
    );
    expect(solved.slice(0, width).some(Number.isNaN)).toBe(true);
    solved.slice(width).forEach((value) => expect(value).toBeCloseTo(0.5, 6));
  });
}

// Last: nothing works afterwards.
itThere('a lost device fails reads with one line, and is reported as absent', async () => {
  const { device } = tf.backend() as tf.KernelBackend & { device: { destroy(): void } };
  const tensor = tf.ones([5]).neg();
  device.destroy();
  await expect(tensor.data()).rejects.toThrow(/backend webgpu: the device was lost: .*; start the program anew/u);
  await expect(useBackend('webgpu')).rejects.toThrow(/the device was lost/u);
  await useBackend('auto');
});
