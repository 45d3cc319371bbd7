/**
 * Float64 products with what a low-rank matrix leaves of the observations, y − P(left · rightᵀ): on the device where it
 * computes in float64, else by WebAssembly on the host, so that answers are the same everywhere.
 */
import { combine } from '../../kernels/combine/index.js';
import { differenceNorms } from '../../kernels/difference-norms/index.js';
import { disposeReal, downloadReal, reshapeReal, tidyReals, uploadReal } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import { sampledProduct, sampledProductKernel } from '../../kernels/sampled-product/index.js';
import { sparseProduct, sparseProductKernel } from '../../kernels/sparse-product/index.js';
import type { Shape } from '../data/observations.js';
import type { SparseSide } from '../sparse-problem.js';
import { frobeniusNorm } from './tall.js';
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
  /** The sparse matrix that has the given values at the observed positions, in the order of the problem's rows. */
  holding(values: Float64Array): Residual;
  dispose(): void;
}

/** @returns A maker of residuals; the caller disposes it and each of them. */
export function createResiduals(shape: Shape, side: SparseSide, hasFloat64: boolean): Residuals {
  return hasFloat64 ? onDevice(shape, side) : onHost(shape, side);
}

function onDevice(shape: Shape, { pattern, values: host }: SparseSide): Residuals {
  const observed = uploadReal(host, [host.length], 'float64');
  const upload = (matrix: Tall): RealTensor => uploadReal(matrix.values, [matrix.count, matrix.width], 'float64');
  const wrap = (values: RealTensor, norm: number): Residual => {
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
      norm,
      times: (matrix) => multiply(matrix, 'rows'),
      transposeTimes: (matrix) => multiply(matrix, 'columns'),
      values: () => downloadReal(values),
      dispose: () => disposeReal(values),
    };
  };
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
      return wrap(values, Math.sqrt(squared ?? NaN));
    },
    holding: (values) => wrap(uploadReal(values, [values.length], 'float64'), frobeniusNorm(values)),
    dispose: () => disposeReal(observed),
  };
}

const none = new Float64Array(0);

function onHost([rows, columnCount]: Shape, { starts, columns, rowOf, values: observed }: SparseSide): Residuals {
  const integers = { starts, columns, rowOf };
  const entries = observed.length;
  const of = (left: Tall, right: Tall): Residual => {
    const values = sampledProductKernel.runOnHost({
      reals: { left: left.values, right: right.values },
      integers,
      attributes: { rows, entries, width: left.width },
    });
    for (let k = 0; k < entries; k += 1) values[k] = (observed[k] as number) - (values[k] as number);
    return wrap(values);
  };
  const wrap = (values: Float64Array): Residual => {
    const multiply = (matrix: Tall, sides: 1 | 2): Tall => {
      const [count, { width }] = [sides === 1 ? rows : columnCount, matrix];
      const product = sparseProductKernel.runOnHost({
        // The factor that is not multiplied may be anything.
        reals: { values, left: sides === 2 ? matrix.values : none, right: sides === 1 ? matrix.values : none },
        integers,
        attributes: { rows, columnCount, entries, width, sides },
      });
      return { count, width, values: product };
    };
    return {
      norm: frobeniusNorm(values),
      times: (matrix) => Promise.resolve(multiply(matrix, 1)),
      transposeTimes: (matrix) => Promise.resolve(multiply(matrix, 2)),
      values: () => Promise.resolve(values),
      dispose: () => undefined,
    };
  };
  return { of: (left, right) => Promise.resolve(of(left, right)), holding: wrap, dispose: () => undefined };
}
