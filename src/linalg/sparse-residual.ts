/**
 * Float64 products with what a low-rank matrix leaves of the observations, y − P(left · rightᵀ): on the device where it
 * computes in float64, else by the reference implementations on the host, so that answers are the same everywhere.
 */
import { combine } from '../../kernels/combine/index.js';
import { differenceNorms } from '../../kernels/difference-norms/index.js';
import { disposeReal, downloadReal, reshapeReal, tidyReals, uploadReal } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import { sampledProduct } from '../../kernels/sampled-product/index.js';
import { reference as sampledReference } from '../../kernels/sampled-product/reference.js';
import { sparseProduct } from '../../kernels/sparse-product/index.js';
import { reference as sparseReference } from '../../kernels/sparse-product/reference.js';
import type { Shape } from '../data/observations.js';
import type { SparseSide } from '../sparse-problem.js';
import { frobeniusNorm, tall } from './tall.js';
import type { Tall } from './tall.js';

/** The sparse matrix S = y − P(left · rightᵀ). */
export interface Residual {
  /** ‖S‖_F. */
  readonly norm: number;
  /** S · right. */
  times(right: Tall): Promise<Tall>;
  /** Sᵀ · left. */
  transposeTimes(left: Tall): Promise<Tall>;
  /** S's values in the order of the problem's rows. */
  values(): Promise<Float64Array>;
  dispose(): void;
}

export interface Residuals {
  of(left: Tall, right: Tall): Promise<Residual>;
  dispose(): void;
}

/** @returns A maker of residuals; the caller disposes it and each of them. */
export function createResiduals(shape: Shape, side: SparseSide, hasFloat64: boolean): Residuals {
  return hasFloat64 ? onDevice(shape, side) : onHost(shape, side);
}

function onDevice(shape: Shape, { pattern, values: host }: SparseSide): Residuals {
  const observed = uploadReal(host, [host.length], 'float64');
  const upload = (matrix: Tall): RealTensor => uploadReal(matrix.values, [matrix.count, matrix.width], 'float64');
  return {
    async of(left, right) {
      const { values, norms } = tidyReals(() => {
        const fitted = sampledProduct(upload(left), upload(right), pattern);
        const line = [1, host.length];
        const [target, given] = [reshapeReal(observed, line), reshapeReal(fitted, line)];
        const values = reshapeReal(combine(target, 1, given, -1), [host.length]);
        return { values, norms: differenceNorms(target, given) };
      });
      const [squared] = await downloadReal(norms);
      disposeReal(norms);
      const multiply = async (matrix: Tall, sides: 'rows' | 'columns'): Promise<Tall> => {
        const product = tidyReals(() => {
          const factor = upload(matrix);
          return sparseProduct(values, factor, factor, pattern, sides);
        });
        const result = await downloadReal(product);
        disposeReal(product);
        return { count: shape[sides === 'rows' ? 0 : 1], width: matrix.width, values: result };
      };
      return {
        norm: Math.sqrt(squared ?? NaN),
        times: (matrix) => multiply(matrix, 'rows'),
        transposeTimes: (matrix) => multiply(matrix, 'columns'),
        values: () => downloadReal(values),
        dispose: () => disposeReal(values),
      };
    },
    dispose: () => disposeReal(observed),
  };
}

function onHost([rows, columnCount]: Shape, { starts, columns, rowOf, values: observed }: SparseSide): Residuals {
  const integers = { starts, columns, rowOf };
  const entries = observed.length;
  const of = (left: Tall, right: Tall): Residual => {
    const values = new Float64Array(entries);
    const { width } = left;
    sampledReference({
      reals: { left: left.values, right: right.values },
      integers,
      attributes: { rows, entries, width },
      output: values,
    });
    for (let k = 0; k < entries; k += 1) values[k] = (observed[k] as number) - (values[k] as number);
    const multiply = (matrix: Tall, sides: 1 | 2): Tall => {
      const product = tall(sides === 1 ? rows : columnCount, matrix.width);
      sparseReference({
        reals: { values, left: matrix.values, right: matrix.values },
        integers,
        attributes: { rows, columnCount, entries, width: matrix.width, sides },
        output: product.values,
      });
      return product;
    };
    return {
      norm: frobeniusNorm(values),
      times: (matrix) => Promise.resolve(multiply(matrix, 1)),
      transposeTimes: (matrix) => Promise.resolve(multiply(matrix, 2)),
      values: () => Promise.resolve(values),
      dispose: () => undefined,
    };
  };
  return { of: (left, right) => Promise.resolve(of(left, right)), dispose: () => undefined };
}
