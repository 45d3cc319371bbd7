/**
 * The part of tfjs-node's addon that is used here. TensorFlow's C API behind it runs any op by name on handles, also of
 * types that TensorFlow.js does not know.
 */
import type * as tf from '@tensorflow/tfjs';

/** Number of a tensor in the addon's table. Whoever makes one deletes it: `tf.tidy` does not see it. */
export type Handle = number;

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

export interface OpOutput {
  readonly id: Handle;
  readonly shape: number[];
  readonly dtype: number;
}

export interface Binding {
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_Version: string;
  executeOp(name: string, attributes: OpAttribute[], inputs: Handle[], outputCount: number): OpOutput[];
  /** Shares the array: it must not be written to afterwards. */
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): Handle;
  deleteTensor(handle: Handle): void;
  /** All tensors in the table. */
  getNumOfTensors(): number;
}

/** The part of tfjs-node's NodeJSKernelBackend that is used here. */
export interface NodeBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  getInputTensorIds(tensors: tf.TensorInfo[]): Handle[];
  createOutputTensor(output: OpOutput): tf.Tensor;
  disposeData(dataId: tf.DataId, force?: boolean): boolean;
}

/** True for tfjs-node's backend, which TensorFlow.js types as any other. */
export function isNodeBackend(backend: object | null): backend is NodeBackend {
  return backend !== null && 'binding' in backend && 'isUsingGpuDevice' in backend;
}

/** TF_DataType of the C API. */
export const dataType = { float32: 1, float64: 2, int32: 3, int64: 9 } as const;
export type DataType = (typeof dataType)[keyof typeof dataType];
