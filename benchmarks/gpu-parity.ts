/** Largest gap of every kernel to its float64 reference, on the active backend in float32. */
import * as tf from '@tensorflow/tfjs';
import { blockProductInputs, blockProductKernel } from '../kernels/block-product/index.js';
import { choleskyInputs, choleskySolveKernel } from '../kernels/cholesky-solve/index.js';
import { combineInputs, combineKernel } from '../kernels/combine/index.js';
import type { Attributes } from '../kernels/contract.js';
import type { Kernel, KernelInputs } from '../kernels/define-kernel.js';
import { differenceInputs, differenceNormsKernel } from '../kernels/difference-norms/index.js';
import { expandRowsInputs, expandRowsKernel } from '../kernels/expand-rows/index.js';
import { gatherBlocksInputs, gatherBlocksKernel } from '../kernels/gather-blocks/index.js';
import { matrixProductKernel, productInputs } from '../kernels/matrix-product/index.js';
import { downloadReal, uploadReal } from '../kernels/real.js';
import type { RealTensor } from '../kernels/real.js';
import { normalInputs, rowNormalSolveKernel } from '../kernels/row-normal-solve/index.js';
import { sampledInputs, sampledProductKernel } from '../kernels/sampled-product/index.js';
import { sparseInputs, sparseProductKernel } from '../kernels/sparse-product/index.js';
import { disposePattern } from '../kernels/sparse-pattern.js';
import type { SparsePattern } from '../kernels/sparse-pattern.js';
import { createRandom } from '../src/data/random.js';
import { drawPattern } from './gpu-pattern.js';

export interface ParityRow {
  readonly kernel: string;
  /** Relative to the largest entry of the reference. */
  readonly gap: number;
}

/** Values on the host beside what was uploaded. */
type HostValues = Map<tf.Tensor, Float64Array | Int32Array>;

/** @param side Rows of the pattern; other sizes follow. */
export async function measureParity(side: number, width: number): Promise<ParityRow[]> {
  const random = createRandom(3);
  const host: HostValues = new Map();
  const matrix = (...shape: number[]): RealTensor => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = new Float64Array(size).map(() => Math.fround(random.normal()));
    return remember(uploadReal(values, shape, 'float32'), values);
  };
  const remember = (real: RealTensor, values: Float64Array): RealTensor => {
    host.set(real.tensor, values);
    return real;
  };
  const integers = <T extends tf.Tensor>(tensor: T, values: Int32Array): T => {
    host.set(tensor, values);
    return tensor;
  };
  const pattern: SparsePattern = drawPattern(side, side, 10);
  integers(pattern.starts, pattern.host.starts);
  integers(pattern.columns, pattern.host.columns);
  integers(pattern.rowOf, pattern.host.rowOf);
  /** Symmetric, with a heavy diagonal. */
  const blocks = (): RealTensor => {
    const values = new Float64Array(side * width * width).map((_, at) => {
      const [i, j] = [Math.floor(at / width) % width, at % width];
      return i === j ? 2 * width : Math.fround(Math.sin(i + j + Math.floor(at / width ** 2)));
    });
    return remember(uploadReal(values, [side, width, width], 'float32'), values);
  };
  const lists = Int32Array.from({ length: side * width }, (_, k) => (k * 7) % side);
  const indices = integers(tf.tensor2d(lists, [side, width], 'int32'), lists);
  const ridge = new Float64Array(width).fill(0.5);
  const rows: ParityRow[] = [];
  const add = async <R extends string, I extends string, A extends Attributes>(
    kernel: Kernel<R, I, A>,
    inputs: KernelInputs<R, I, A>,
  ): Promise<void> => void rows.push(await measureGap(kernel, inputs, host));
  try {
    await add(sampledProductKernel, sampledInputs(matrix(side, width), matrix(side, width), pattern));
    const factors = [matrix(side, width), matrix(side, width)] as const;
    await add(sparseProductKernel, sparseInputs(matrix(pattern.entries), ...factors, pattern));
    const given = remember(uploadReal(ridge, [width], 'float32'), ridge);
    const options = { withInverse: true };
    const normal = normalInputs(matrix(pattern.entries), matrix(side, width), given, pattern, options);
    await add(rowNormalSolveKernel, normal);
    await add(blockProductKernel, blockProductInputs(blocks(), matrix(side, width)));
    await add(choleskySolveKernel, choleskyInputs(blocks(), matrix(side, width), 1));
    await add(gatherBlocksKernel, gatherBlocksInputs(matrix(side, side), indices));
    await add(expandRowsKernel, expandRowsInputs(matrix(side, side), indices, matrix(side, width)));
    await add(combineKernel, combineInputs(matrix(side, width), 2, matrix(side, width), -1));
    await add(differenceNormsKernel, differenceInputs(matrix(side, width), matrix(side, width)));
    await add(matrixProductKernel, productInputs(matrix(side, side), matrix(side, width)));
  } finally {
    tf.dispose([...host.keys()]);
    disposePattern(pattern);
  }
  return rows;
}

async function measureGap<R extends string, I extends string, A extends Attributes>(
  kernel: Kernel<R, I, A>,
  inputs: KernelInputs<R, I, A>,
  host: HostValues,
): Promise<ParityRow> {
  const { definition } = kernel;
  const output = kernel.run(inputs);
  const actual = await downloadReal(output);
  output.tensor.dispose();
  const expected = new Float64Array(actual.length);
  const find = (tensor: tf.Tensor): Float64Array | Int32Array => {
    const values = host.get(tensor);
    if (values === undefined) throw new RangeError(`${definition.name}: expected host values of every input, got none`);
    return values;
  };
  const record = <K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
  definition.reference({
    reals: record(definition.reals, (name) => Float64Array.from(find(inputs.reals[name].tensor))),
    integers: record(definition.integers, (name) => Int32Array.from(find(inputs.integers[name]))),
    attributes: inputs.attributes,
    output: expected,
  });
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  const gap = actual.reduce(
    (most, value, k) => Math.max(most, Number.isNaN(value) ? Infinity : Math.abs(value - (expected[k] ?? NaN)) / scale),
    0,
  );
  return { kernel: definition.name, gap };
}
