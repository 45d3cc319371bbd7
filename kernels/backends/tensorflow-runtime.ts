/** Runs implementations by libtensorflow's own ops on TensorFlow.js's `tensorflow` backend, in float32 and float64. */
import type * as tf from '@tensorflow/tfjs';
import { mapRecord, outputCarrier, realBytesAttribute } from '../contract.js';
import type { Attributes, DeriveHandle, KernelDefinition } from '../contract.js';
import { dataType } from './tensorflow-binding.js';
import type { Handle, NodeBackend } from './tensorflow-binding.js';
import { TensorOps } from './tensorflow-ops.js';

/** Makes TensorFlow.js's registration of a kernel's implementation by TensorFlow ops, where it has one. */
export function bindTensorflow<R extends string, I extends string, A extends Attributes>(
  definition: KernelDefinition<R, I, A>,
): Pick<tf.KernelConfig, 'backendName' | 'kernelFunc'> | undefined {
  if (definition.tensorflow === undefined) return undefined;
  const implementation = definition.tensorflow.bind(definition);
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const node = backend as NodeBackend;
    const attributes = attrs as A;
    const isDouble = (attrs as Attributes)[realBytesAttribute] === 8;
    const real = isDouble ? dataType.float64 : dataType.float32;
    const ops = new TensorOps(node.binding, real, node.isUsingGpuDevice);
    const infoOf = (name: string): tf.TensorInfo => {
      const info = inputs[name];
      if (info === undefined) throw new RangeError(`${definition.name}: expected an input ${name}, got none`);
      return info;
    };
    const handleOf = (name: string): Handle => {
      const [handle] = node.getInputTensorIds([infoOf(name)]);
      if (handle === undefined) throw new RangeError(`${definition.name}: the addon has no tensor for ${name}`);
      return handle;
    };
    const derive: DeriveHandle<I> = (what, from, make) => derivedOf(node, ops, infoOf(from).dataId, what, make);
    try {
      // Two inputs may be one tensor: it is made a double once.
      const doubles = new Map<Handle, Handle>();
      const asDouble = (handle: Handle): Handle => {
        const made = doubles.get(handle) ?? ops.bitcast(handle, dataType.int32, dataType.float64);
        doubles.set(handle, made);
        return made;
      };
      const reals = mapRecord(definition.reals, (name) => (isDouble ? asDouble(handleOf(name)) : handleOf(name)));
      const integers = mapRecord(definition.integers, handleOf);
      const result = implementation({ ops, reals, integers, attributes, derive });
      const { shape, dtype } = outputCarrier(definition.outputShape(attributes), isDouble ? 8 : 4);
      const id = isDouble ? ops.bitcast(result, dataType.float64, dataType.int32) : result;
      return node.createOutputTensor({ id: ops.keep(id), shape, dtype: dataType[dtype] });
    } catch (error) {
      throw explained(definition.name, node, error);
    } finally {
      ops.release();
    }
  };
  return { backendName: 'tensorflow', kernelFunc };
}

/** Handles made once from a tensor that serves many calls, until TensorFlow.js disposes of it. */
const derivedHandles = new WeakMap<NodeBackend, Map<tf.DataId, Map<string, Handle>>>();

function derivedOf(
  node: NodeBackend,
  ops: TensorOps,
  dataId: tf.DataId,
  what: string,
  make: (ops: TensorOps) => Handle,
): Handle {
  const all = derivedHandles.get(node) ?? watchDisposal(node);
  const ofTensor = all.get(dataId) ?? new Map<string, Handle>();
  all.set(dataId, ofTensor);
  const known = ofTensor.get(what);
  if (known !== undefined) return known;
  const made = ops.keep(make(ops));
  ofTensor.set(what, made);
  return made;
}

/** Frees what was derived from a tensor together with it: the backend has no event for that, so its method is wrapped. */
function watchDisposal(node: NodeBackend): Map<tf.DataId, Map<string, Handle>> {
  const all = new Map<tf.DataId, Map<string, Handle>>();
  const dispose = node.disposeData.bind(node);
  node.disposeData = (dataId, force) => {
    const isGone = dispose(dataId, force);
    if (isGone) {
      for (const handle of all.get(dataId)?.values() ?? []) node.binding.deleteTensor(handle);
      all.delete(dataId);
    }
    return isGone;
  };
  derivedHandles.set(node, all);
  return all;
}

/** TensorFlow's errors run over many lines, and name neither this project's kernel nor a way out. */
function explained(kernel: string, { binding }: NodeBackend, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const line = /Message: (.*)/u.exec(text)?.[1] ?? text.split('\n')[0] ?? text;
  const unknownOp = /not registered|NodeDef mentions attr/u.test(text);
  const remedy = unknownOp
    ? `; libtensorflow ${binding.TF_Version} is too old for it: lin-rfm backends --install tensorflow`
    : /OOM|ResourceExhausted|out of memory/iu.test(text)
      ? '; the device is out of memory: use another backend or fewer rows'
      : '';
  return new Error(`${kernel} on tensorflow: ${line}${remedy}`, { cause: error });
}
