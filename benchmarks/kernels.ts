/** Rate of each device kernel at the sizes of P1 and beyond, per precision. */
import * as tf from '@tensorflow/tfjs';
import { choleskySolve, expandRows, gatherBlocks, matrixProduct, uploadReal } from '../src/index.js';
import type { Precision, RealTensor } from '../src/index.js';
import { createRandom } from '../src/data/random.js';
import { markdownTable, median } from './measure.js';

export interface KernelsOptions {
  readonly size: number;
  readonly batches: readonly (readonly [batch: number, width: number])[];
  readonly runs: number;
}

export const full: KernelsOptions = {
  size: 500,
  batches: [
    [500, 20],
    [500, 50],
    [20, 300],
    [1, 2000],
  ],
  runs: 7,
};
export const tiny: KernelsOptions = { size: 20, batches: [[5, 7]], runs: 1 };

export interface KernelsRow {
  readonly kernel: string;
  readonly shape: string;
  readonly precision: Precision;
  readonly milliseconds: number;
  /** Multiplications and additions; 0 where only data moves. */
  readonly operations: number;
}

export function measureKernels({ size, batches, runs }: KernelsOptions): KernelsRow[] {
  const random = createRandom(2);
  const draw = (count: number): Float64Array => new Float64Array(count).map(() => random.normal());
  const rows: KernelsRow[] = [];
  for (const precision of ['float64', 'float32'] as const) {
    const time = (kernel: string, shape: string, operations: number, run: () => RealTensor): void => {
      const times = Array.from({ length: runs + 1 }, () => {
        const began = performance.now();
        const { tensor } = run();
        const took = performance.now() - began;
        tensor.dispose();
        return took;
      });
      rows.push({ kernel, shape, precision, operations, milliseconds: median(times.slice(1)) });
    };
    const square = uploadReal(draw(size * size), [size, size], precision);
    time('gram', `${size}x${size}`, size ** 3, () =>
      matrixProduct(square, square, { transposeLeft: true, symmetric: true }),
    );
    time('product', `${size}x${size}`, 2 * size ** 3, () => matrixProduct(square, square));
    for (const [batch, width] of batches) {
      const shape = `${batch} of ${width}`;
      if (width <= size) {
        const indices = tf.tensor2d(
          Int32Array.from({ length: batch * width }, (_, k) => (k * 7919) % size),
          [batch, width],
          'int32',
        );
        const coefficients = uploadReal(draw(batch * width), [batch, width], precision);
        time('gather blocks', shape, 0, () => gatherBlocks(square, indices));
        time('expand rows', shape, 2 * batch * width * size, () => expandRows(square, indices, coefficients));
        tf.dispose([indices, coefficients.tensor]);
      }
      // Ones with a heavy diagonal: positive definite.
      const onDiagonal = (at: number): boolean => (at % (width * width)) % (width + 1) === 0;
      const entries = new Float64Array(batch * width * width).map((_, at) => (onDiagonal(at) ? 2 * width : 1));
      const blocks = uploadReal(entries, [batch, width, width], precision);
      const right = uploadReal(draw(batch * width), [batch, width], precision);
      time('Cholesky solve', shape, (batch * width ** 3) / 3, () => choleskySolve(blocks, right));
      tf.dispose([blocks.tensor, right.tensor]);
    }
    square.tensor.dispose();
  }
  return rows;
}

export function kernelsTable(rows: readonly KernelsRow[]): string {
  const cells = rows.map(({ kernel, shape, precision, milliseconds, operations }) => [
    ...[kernel, shape, precision, milliseconds.toFixed(2)],
    operations === 0 ? '-' : (operations / milliseconds / 1e6).toFixed(1),
  ]);
  return markdownTable(['kernel', 'shape', 'precision', 'ms', 'GFLOP/s'], cells);
}
