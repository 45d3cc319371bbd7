/**
 * Real arrays on the device, in one of two precisions.
 *
 * TensorFlow.js knows no float64. A float64 array is carried as its IEEE-754 words: an int32 tensor with one more axis
 * of length 2 at the end. Every public op that only moves data (gather, concat, slice, reshape, scatter) works on it as
 * it is; arithmetic is done by this folder's kernels. Ownership follows TensorFlow.js: `tf.tidy` and `tf.dispose` look
 * into a RealTensor as into any container.
 */
import * as tf from '@tensorflow/tfjs';

export type Precision = 'float32' | 'float64';

/** A host array that holds reals of either precision. */
export type RealArray = Float32Array | Float64Array;

export interface RealTensor {
  /** float32 with shape `shape`, or int32 with shape `[...shape, 2]`. */
  readonly tensor: tf.Tensor;
  readonly shape: readonly number[];
  readonly precision: Precision;
}

/** Bytes of one real. */
export function bytesPerReal(precision: Precision): number {
  return precision === 'float64' ? 8 : 4;
}

/** Shape of the tensor that carries reals of the given shape. */
export function carrierShape(shape: readonly number[], precision: Precision): number[] {
  return precision === 'float64' ? [...shape, 2] : [...shape];
}

/**
 * Gives a tensor its meaning as an array of reals; copies nothing and takes over ownership.
 * @param tensor float32 [...shape] or int32 [...shape, 2].
 */
export function asReal(tensor: tf.Tensor, precision: Precision): RealTensor {
  const shape = precision === 'float64' ? tensor.shape.slice(0, -1) : tensor.shape;
  return { tensor, shape, precision };
}

/** Copies host values to the device; rounds where the precision is float32. The caller disposes. */
export function uploadReal(values: RealArray, shape: readonly number[], precision: Precision): RealTensor {
  if (precision === 'float32') return asReal(tf.tensor(Float32Array.from(values), [...shape], 'float32'), precision);
  const exact = Float64Array.from(values);
  return asReal(tf.tensor(new Int32Array(exact.buffer), carrierShape(shape, precision), 'int32'), precision);
}

/** Copies device values to the host, row-major. A synchronisation point. */
export async function downloadReal(real: RealTensor): Promise<Float64Array> {
  const data = await real.tensor.data();
  if (real.precision === 'float32') return Float64Array.from(data);
  const words = Int32Array.from(data);
  return new Float64Array(words.buffer);
}

/** The same values under another shape; shares the data. The caller disposes. */
export function reshapeReal(real: RealTensor, shape: readonly number[]): RealTensor {
  return asReal(real.tensor.reshape(carrierShape(shape, real.precision)), real.precision);
}

/** The transpose of a matrix. The caller disposes. */
export function transposeReal(real: RealTensor): RealTensor {
  return asReal(tf.transpose(real.tensor, real.precision === 'float64' ? [1, 0, 2] : [1, 0]), real.precision);
}

/** Joins along the first axis. The caller disposes. */
export function concatReals(reals: readonly RealTensor[]): RealTensor {
  const first = reals[0];
  if (first === undefined) throw new RangeError('concatReals: expected at least one array, got none');
  const joined =
    reals.length === 1
      ? first.tensor.clone()
      : tf.concat(
          reals.map((real) => real.tensor),
          0,
        );
  return asReal(joined, first.precision);
}

/**
 * Takes entries along the first axis.
 * @param indices int32 [count].
 * @returns [count, ...shape of one entry]; the caller disposes.
 */
export function gatherReals(real: RealTensor, indices: tf.Tensor1D): RealTensor {
  return asReal(tf.gather(real.tensor, indices, 0), real.precision);
}

/**
 * A copy with some entries along the first axis replaced.
 * @param indices int32 [count], no index twice.
 * @param updates [count, ...shape of one entry].
 * @returns Same shape as `real`; the caller disposes.
 */
export function replaceReals(real: RealTensor, indices: tf.Tensor1D, updates: RealTensor): RealTensor {
  const positions: tf.Tensor2D = indices.reshape([indices.size, 1]);
  const replaced = tf.tensorScatterUpdate(real.tensor, positions, updates.tensor);
  positions.dispose();
  return asReal(replaced, real.precision);
}

/**
 * `tf.tidy` for results that hold RealTensors: frees all that `compute` made except what it returns. TensorFlow.js looks
 * into any object at run time; its types admit only plain records of tensors.
 */
export function tidyReals<T extends object>(compute: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = compute();
    return tensorsOf(result);
  });
  if (result === undefined) throw new TypeError('tidyReals: expected a result, got none');
  return result;
}

/** Every tensor in an object, an array or the objects in them. */
function tensorsOf(value: unknown): tf.Tensor[] {
  if (isTensor(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsOf) : [];
}

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

/** Frees the device memory. */
export function disposeReal(...reals: readonly RealTensor[]): void {
  for (const real of reals) real.tensor.dispose();
}
