/** Runs reference implementations on TensorFlow.js's `cpu` backend: typed arrays on the host. */
import type * as tf from '@tensorflow/tfjs';
import { mapRecord, outputCarrier, realBytesAttribute } from '../contract.js';
import type { Attributes, KernelDefinition } from '../contract.js';
import type { RealArray } from '../real.js';

/** The part of MathBackendCPU that is used here. */
interface HostBackend {
  readSync(dataId: tf.DataId): unknown;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array | Int32Array): tf.TensorInfo;
}

/** Makes TensorFlow.js's registration of a kernel's reference implementation. */
export function bindReference<R extends string, I extends string, A extends Attributes>(
  definition: KernelDefinition<R, I, A>,
): Pick<tf.KernelConfig, 'backendName' | 'kernelFunc'> {
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const host = backend as HostBackend;
    const attributes = attrs as A;
    const realBytes = (attrs as Attributes)[realBytesAttribute] ?? 4;
    const words = (name: string): Float32Array | Int32Array => {
      const info = inputs[name];
      if (info === undefined) throw new RangeError(`${definition.name}: expected an input ${name}, got none`);
      return wordsOf(host.readSync(info.dataId), info.dtype);
    };
    const reals = mapRecord(definition.reals, (name) => realView(words(name)));
    const integers = mapRecord(definition.integers, (name) => integerView(words(name)));
    const { shape, dtype } = outputCarrier(definition.outputShape(attributes), realBytes);
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
    definition.reference({ reals, integers, attributes, output: realView(values) });
    return host.makeTensorInfo(shape, dtype, values);
  };
  return { backendName: 'cpu', kernelFunc };
}

/** The backend keeps whatever array it was given; some ops leave plain arrays behind. */
function wordsOf(values: unknown, dtype: tf.DataType): Float32Array | Int32Array {
  if (values instanceof Float32Array || values instanceof Int32Array) return values;
  const numbers = values as ArrayLike<number>;
  return dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
}

/** int32 words seen as the float64 numbers they carry. Copies where the words are not aligned to 8 bytes. */
function realView(words: Float32Array | Int32Array): RealArray {
  if (words instanceof Float32Array) return words;
  if (words.byteOffset % 8 === 0) return new Float64Array(words.buffer, words.byteOffset, words.length / 2);
  return new Float64Array(Int32Array.from(words).buffer);
}

function integerView(words: Float32Array | Int32Array): Int32Array {
  return words instanceof Int32Array ? words : Int32Array.from(words);
}
