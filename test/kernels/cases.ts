/** Inputs for the parity suite: every kernel with odd sizes, padding, empty rows and near-singular blocks. */
import * as tf from '@tensorflow/tfjs';
import seedrandom from 'seedrandom';
import { blockProductInputs, blockProductKernel } from '../../kernels/block-product/index.js';
import { choleskyInputs, choleskySolveKernel } from '../../kernels/cholesky-solve/index.js';
import { combineInputs, combineKernel } from '../../kernels/combine/index.js';
import type { Attributes } from '../../kernels/contract.js';
import type { Kernel, KernelInputs } from '../../kernels/define-kernel.js';
import { differenceInputs, differenceNormsKernel } from '../../kernels/difference-norms/index.js';
import { expandRowsInputs, expandRowsKernel } from '../../kernels/expand-rows/index.js';
import { gatherBlocksInputs, gatherBlocksKernel } from '../../kernels/gather-blocks/index.js';
import { matrixProductKernel, productInputs } from '../../kernels/matrix-product/index.js';
import { normalInputs, rowNormalSolveKernel } from '../../kernels/row-normal-solve/index.js';
import { sampledInputs, sampledProductKernel } from '../../kernels/sampled-product/index.js';
import { sparseInputs, sparseProductKernel } from '../../kernels/sparse-product/index.js';
import { uploadPattern } from '../../kernels/sparse-pattern.js';
import type { SparsePattern } from '../../kernels/sparse-pattern.js';
import { uploadReal } from '../../kernels/real.js';
import type { Precision, RealTensor } from '../../kernels/real.js';

export interface Comparison {
  /** What the implementation gave. */
  readonly actual: RealTensor;
  /** What the reference gives on the same inputs in float64. */
  readonly expected: Float64Array;
}

export interface ParityCase {
  readonly kernel: string;
  readonly shape: string;
  /** Condition number of what is solved; tolerances grow with it. 1 where nothing is. */
  readonly condition: number;
  /** Operations that a composition of public ops would spend; 0 where they are few. */
  readonly work: number;
  /** Runs on the active backend. */
  readonly run: (precision: Precision, portable: boolean) => Comparison;
}

class Source {
  private readonly random: () => number;

  constructor(
    seed: string,
    private readonly precision: Precision,
  ) {
    this.random = seedrandom(seed);
  }

  /** Values that float32 holds exactly, so that both precisions get the same input. */
  values(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => Math.fround(this.random() * 2 - 1));
  }

  real(values: Float64Array, shape: readonly number[]): RealTensor {
    return uploadReal(values, shape, this.precision);
  }

  matrix(...shape: number[]): RealTensor {
    return this.real(this.values(shape.reduce((a, b) => a * b, 1)), shape);
  }

  /** B·Bᵀ/width + condition⁻¹·I for every entry of a batch. */
  definite(batch: number, width: number, condition: number): RealTensor {
    const blocks = new Float64Array(batch * width * width);
    const rank = Math.min(40, condition > 1e3 ? Math.max(1, width >> 1) : width + 2);
    for (let b = 0; b < batch; b += 1) {
      const factor = this.values(width * rank);
      for (let i = 0; i < width; i += 1) {
        for (let j = 0; j < width; j += 1) {
          let sum = i === j ? 4 / condition : 0;
          for (let k = 0; k < rank; k += 1) sum += (factor[i * rank + k]! * factor[j * rank + k]!) / width;
          blocks[(b * width + i) * width + j] = Math.fround(sum);
        }
      }
    }
    return this.real(blocks, [batch, width, width]);
  }

  /** Distinct sorted indices below `size`, the first entry of the batch all padding, the others with some. */
  indices(batch: number, width: number, size: number): tf.Tensor2D {
    const lists = new Int32Array(batch * width).fill(-1);
    for (let b = 1; b < batch; b += 1) {
      const used = Math.max(1, width - (b % 3));
      const all = Array.from({ length: size }, (_, k) => k).sort(() => this.random() - 0.5);
      lists.set(
        all.slice(0, used).sort((x, y) => x - y),
        b * width,
      );
    }
    return tf.tensor2d(lists, [batch, width], 'int32');
  }

  /** Row counts from none to all, the last row empty. */
  pattern(rows: number, columns: number): SparsePattern {
    const lists = Array.from({ length: rows }, (_, i) => {
      const share = i === rows - 1 ? 0 : (i % 4) / 3;
      return Array.from({ length: columns }, (__, j) => j).filter(() => this.random() < share);
    });
    const starts = [0];
    for (const list of lists) starts.push(starts.at(-1)! + list.length);
    const rowOf = lists.flatMap((list, i) => list.map(() => i));
    return uploadPattern(
      [rows, columns],
      Int32Array.from(starts),
      Int32Array.from(lists.flat()),
      Int32Array.from(rowOf),
    );
  }
}

function parityCase<R extends string, I extends string, A extends Attributes>(
  kernel: Kernel<R, I, A>,
  shape: string,
  inputs: (source: Source) => KernelInputs<R, I, A>,
  condition = 1,
  work = 0,
): ParityCase {
  const run = (precision: Precision, portable: boolean): Comparison => {
    const given = inputs(new Source(shape, precision));
    const actual = portable ? kernel.runPortable(given) : kernel.run(given);
    const exact = inputs(new Source(shape, 'float64'));
    const output = new Float64Array(kernel.definition.outputShape(exact.attributes).reduce((a, b) => a * b, 1));
    const host = (tensor: tf.Tensor): Float64Array => new Float64Array(Int32Array.from(tensor.dataSync()).buffer);
    const reals = Object.fromEntries(kernel.definition.reals.map((name) => [name, host(exact.reals[name].tensor)]));
    const integers = Object.fromEntries(
      kernel.definition.integers.map((name) => [name, Int32Array.from(exact.integers[name].dataSync())]),
    );
    kernel.definition.reference({
      reals: reals as Record<R, Float64Array>,
      integers: integers as Record<I, Int32Array>,
      attributes: exact.attributes,
      output,
    });
    return { actual, expected: output };
  };
  return { kernel: kernel.definition.name, shape, condition, work, run };
}

function products(): ParityCase[] {
  const sizes = [
    [1, 1, 1],
    [3, 5, 2],
    [4, 8, 7],
    [33, 70, 21],
    [67, 9, 300],
    [6, 10, 1100],
    [130, 131, 513],
  ] as const;
  return sizes.flatMap(([rows, columns, inner]) => [
    ...[false, true].flatMap((transposeLeft) =>
      [false, true].map((transposeRight) =>
        parityCase(matrixProductKernel, `${rows}x${columns}x${inner} ${transposeLeft} ${transposeRight}`, (source) =>
          productInputs(
            transposeLeft ? source.matrix(inner, rows) : source.matrix(rows, inner),
            transposeRight ? source.matrix(columns, inner) : source.matrix(inner, columns),
            { transposeLeft, transposeRight, scale: 0.5 },
          ),
        ),
      ),
    ),
    parityCase(matrixProductKernel, `gram ${columns} of ${inner}`, (source) => {
      const x = source.matrix(inner, columns);
      return productInputs(x, x, { transposeLeft: true, symmetric: true, scale: 1 / inner, shift: 0.25 });
    }),
  ]);
}

function solves(): ParityCase[] {
  const sizes = [
    [1, 1],
    [7, 2],
    [5, 3],
    [3, 4],
    [9, 13],
    [2, 64],
    [3, 67],
    [1, 301],
    [1, 1030],
  ] as const;
  return sizes.flatMap(([batch, width]) =>
    [10, 1e6].map((condition) =>
      parityCase(
        choleskySolveKernel,
        `${batch} of ${width}, condition ${condition}`,
        (source) =>
          choleskyInputs(source.definite(batch, width, condition), source.matrix(batch, width), 1 / 64 / condition),
        condition,
        batch * width ** 3,
      ),
    ),
  );
}

/** Kernels over a sparse pattern: [rows, columns, width]; the last ones are large enough for threads. */
function sparse(): ParityCase[] {
  const sizes = [
    [2, 1, 1],
    [5, 7, 2],
    [9, 30, 3],
    [31, 40, 4],
    [40, 31, 5],
    [50, 60, 11],
    [300, 200, 13],
  ] as const;
  return sizes.flatMap(([rows, columns, width]) => [
    parityCase(sampledProductKernel, `${rows}x${columns} ${width}`, (source) =>
      sampledInputs(source.matrix(rows, width), source.matrix(columns, width), source.pattern(rows, columns)),
    ),
    ...(['both', 'rows', 'columns'] as const).map((sides) =>
      parityCase(sparseProductKernel, `${rows}x${columns} ${width} ${sides}`, (source) => {
        const pattern = source.pattern(rows, columns);
        const [left, right] = [source.matrix(rows, width), source.matrix(columns, width)];
        return sparseInputs(source.matrix(pattern.entries), left, right, pattern, sides);
      }),
    ),
    ...[false, true].flatMap((withMoments) =>
      [false, true].map((withInverse) =>
        parityCase(
          rowNormalSolveKernel,
          `${rows}x${columns} ${width} ${withMoments} ${withInverse}`,
          (source) => {
            const pattern = source.pattern(rows, columns);
            const right = source.matrix(columns, width);
            const ridge = source.real(new Float64Array(width).fill(0.5), [width]);
            const moments = withMoments ? { moments: source.definite(columns, width, 10) } : {};
            return normalInputs(source.matrix(pattern.entries), right, ridge, pattern, { ...moments, withInverse });
          },
          100,
          rows * columns * width ** 2,
        ),
      ),
    ),
    parityCase(blockProductKernel, `${rows} of ${width}`, (source) =>
      blockProductInputs(source.definite(rows, width, 10), source.matrix(rows, width)),
    ),
  ]);
}

/** [size or rows, columns, batch, width] */
const gathers = [
  [1, 1, 2, 1],
  [5, 5, 3, 4],
  [40, 40, 6, 17],
  [101, 101, 4, 101],
] as const;

/** Every case of every kernel. */
export const parityCases: readonly ParityCase[] = [
  ...products(),
  ...solves(),
  ...sparse(),
  ...gathers.flatMap(([size, columns, batch, width]) => [
    parityCase(gatherBlocksKernel, `${size} ${batch}x${width}`, (source) =>
      gatherBlocksInputs(source.matrix(size, size), source.indices(batch, width, size)),
    ),
    parityCase(expandRowsKernel, `${size}x${columns + 3} ${batch}x${width}`, (source) =>
      expandRowsInputs(
        source.matrix(size, columns + 3),
        source.indices(batch, width, size),
        source.matrix(batch, width),
      ),
    ),
    parityCase(combineKernel, `${size}x${columns + batch}`, (source) =>
      combineInputs(source.matrix(size, columns + batch), 0.5, source.matrix(size, columns + batch), -3, 2),
    ),
    ...[false, true].map((transposed) =>
      parityCase(differenceNormsKernel, `${size}x${columns + batch} ${transposed}`, (source) => {
        const other = transposed ? source.matrix(columns + batch, size) : source.matrix(size, columns + batch);
        return differenceInputs(source.matrix(size, columns + batch), other, transposed);
      }),
    ),
  ]),
];
