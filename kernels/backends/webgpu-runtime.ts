/** Runs WGSL implementations on TensorFlow.js's `webgpu` backend, in float32: WGSL has no float64. */
import * as tf from '@tensorflow/tfjs';
import { mapRecord, realBytesAttribute } from '../contract.js';
import type { Attributes, KernelDefinition, WebgpuProgram } from '../contract.js';
import { BackendError } from '../errors.js';
import { deviceOf } from './webgpu-device.js';

const defaultWorkgroup = 64;

/** A program as @tensorflow/tfjs-backend-webgpu takes it. */
interface StockProgram {
  readonly variableNames: string[];
  readonly variableComponents: number[];
  readonly outputComponent: number;
  readonly outputShape: number[];
  readonly uniforms: string;
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { x: number[] };
  readonly dispatch: [number, number, number];
  readonly shaderKey: string;
  getUserCode(): string;
}

/** The part of WebGPUBackend that is used here. */
interface StockBackend {
  runWebGPUProgram(
    program: StockProgram,
    inputs: tf.TensorInfo[],
    outputDtype: tf.DataType,
    uniforms: { type: 'int32' | 'float32'; data: number[] }[],
    output?: tf.TensorInfo,
  ): tf.TensorInfo;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array | Int32Array): tf.TensorInfo;
  disposeData(dataId: tf.DataId): boolean;
}

/** True where kernels run on `webgpu`. */
export function runsOnWebgpu(): boolean {
  return tf.getBackend() === 'webgpu';
}

/** Makes TensorFlow.js's registration of a kernel's WGSL implementation; none where it has none. */
export function bindWebgpu<R extends string, I extends string, A extends Attributes>(
  definition: KernelDefinition<R, I, A>,
): Pick<tf.KernelConfig, 'backendName' | 'kernelFunc'> | undefined {
  const { webgpu } = definition;
  if (webgpu === undefined) return undefined;
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    if ((attrs as Attributes)[realBytesAttribute] === 8) {
      throw new RangeError(
        `${definition.name}: expected float32 on backend webgpu, got float64; use precision float32`,
      );
    }
    const stock = backend as StockBackend;
    const input = (name: string): tf.TensorInfo => {
      const info = inputs[name];
      if (info === undefined) throw new RangeError(`${definition.name}: expected an input ${name}, got none`);
      return info;
    };
    const attributes = attrs as A;
    const output = webgpu.run({
      reals: mapRecord(definition.reals, input),
      integers: mapRecord(definition.integers, input),
      attributes,
      launch: (program, into) => launch(stock, program, into),
      release: ({ dataId }) => void stock.disposeData(dataId),
    });
    return { ...output, shape: definition.outputShape(attributes) };
  };
  return { backendName: 'webgpu', kernelFunc };
}

/** Everything is passed flat, so that a program is compiled once for all shapes. */
function launch(backend: StockBackend, program: WebgpuProgram, into?: tf.TensorInfo): tf.TensorInfo {
  const { name, code, inputs, size, components = 1, threads, workgroup = defaultWorkgroup } = program;
  const { integers, floats = {} } = program;
  const arrays = Object.values(inputs);
  const flat = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
    ...{ dataId, dtype, shape: [shape.reduce((product, extent) => product * extent, 1)] },
  });
  // Nothing cannot be bound: a zero, which no thread reads, stands in its place.
  const standIns: tf.TensorInfo[] = [];
  const infos = arrays.map(({ from }) => {
    if (!from.shape.includes(0)) return flat(from);
    standIns.push(
      backend.makeTensorInfo([1], from.dtype, from.dtype === 'int32' ? new Int32Array(1) : new Float32Array(1)),
    );
    return standIns.at(-1) as tf.TensorInfo;
  });
  checkSizes([size, ...infos.map(({ shape }) => shape[0] ?? 0)], name);
  const declared = (names: string[], type: string): string => names.map((field) => `${field} : ${type}, `).join('');
  const stock: StockProgram = {
    variableNames: Object.keys(inputs),
    variableComponents: arrays.map((array) => array.components ?? 1),
    outputComponent: components,
    outputShape: [size],
    uniforms: declared(Object.keys(integers), 'i32') + declared(Object.keys(floats), 'f32'),
    workgroupSize: [workgroup, 1, 1],
    dispatchLayout: { x: [0] },
    // More than a dimension holds are folded by the backend; getGlobalIndex and workgroupIndex unfold.
    dispatch: [Math.max(1, Math.ceil(threads / workgroup)), 1, 1],
    shaderKey: `${name}_${components}_${arrays.map((array) => array.components ?? 1).join('')}`,
    getUserCode: () => workgroupIndex + code,
  };
  const numbers = [
    ...Object.values(integers).map((value) => ({ type: 'int32' as const, data: [value] })),
    ...Object.values(floats).map((value) => ({ type: 'float32' as const, data: [value] })),
  ];
  try {
    return backend.runWebGPUProgram(stock, infos, 'float32', numbers, into && flat(into));
  } finally {
    for (const { dataId } of standIns) backend.disposeData(dataId);
  }
}

/** Position of the workgroup in a dispatch that may have been folded. */
const workgroupIndex = `
fn workgroupIndex() -> i32 {
  return i32((workgroupId.z * numWorkgroups.y + workgroupId.y) * numWorkgroups.x + workgroupId.x);
}
`;

/** A binding beyond the device's limit would be an error much later, without a name. */
function checkSizes(sizes: readonly number[], name: string): void {
  const most = deviceOf(tf.backend())?.limits.maxStorageBufferBindingSize ?? Infinity;
  const bytes = 4 * Math.max(...sizes);
  if (bytes <= most) return;
  const reason = `${name} needs an array of ${bytes} bytes, and this device binds at most ${most}`;
  throw new BackendError('webgpu', reason, 'use backend wasm, or complete a part of the matrix');
}

/** The widest element of which `width` numbers are a whole count: 4, 2 or 1 numbers. */
export function componentsOf(width: number): 1 | 2 | 4 {
  return width % 4 === 0 ? 4 : width % 2 === 0 ? 2 : 1;
}

/** WGSL's name of an element. */
export function elementType(components: 1 | 2 | 4): string {
  return components === 1 ? 'f32' : `vec${components}<f32>`;
}
