/** Registers kernels with TensorFlow.js and dispatches them to the active backend. */
import * as tf from '@tensorflow/tfjs';
import { bindReference } from './backends/cpu-runtime.js';
import { bindTensorflow } from './backends/tensorflow-runtime.js';
import { bindAssembly, runAssemblyOnHost } from './backends/wasm-runtime.js';
import { bindWebgpu, runsOnWebgpu } from './backends/webgpu-runtime.js';
import { mapRecord, realBytesAttribute } from './contract.js';
import type { Attributes, KernelDefinition } from './contract.js';
import { asReal, bytesPerReal } from './real.js';
import type { Precision, RealTensor } from './real.js';

export interface KernelInputs<R extends string, I extends string, A extends Attributes> {
  readonly reals: Readonly<Record<R, RealTensor>>;
  readonly integers: Readonly<Record<I, tf.Tensor>>;
  readonly attributes: A;
}

/** A defined kernel: `run` dispatches to the active backend. */
export interface Kernel<R extends string, I extends string, A extends Attributes> {
  readonly definition: KernelDefinition<R, I, A>;
  /** True where the active backend has an implementation of its own. */
  isNative(): boolean;
  /** @returns The output; the caller disposes. */
  run(inputs: KernelInputs<R, I, A>): RealTensor;
  /** The composition of public ops, whatever the active backend has; float32 only. The caller disposes. */
  runPortable(inputs: KernelInputs<R, I, A>): RealTensor;
  /** On host arrays, by WebAssembly, whatever backend is active; in float64 unless given. */
  runOnHost(inputs: HostInputs<R, I, A>, precision?: Precision): Float64Array;
}

export interface HostInputs<R extends string, I extends string, A extends Attributes> {
  readonly reals: Readonly<Record<R, Float64Array>>;
  readonly integers: Readonly<Record<I, Int32Array>>;
  readonly attributes: A;
}

/** Registers a kernel's implementations and returns its dispatcher. */
export function defineKernel<R extends string, I extends string, A extends Attributes>(
  definition: KernelDefinition<R, I, A>,
): Kernel<R, I, A> {
  const bindings = [bindReference, bindAssembly, bindTensorflow, bindWebgpu].map((bind) => bind(definition));
  for (const binding of bindings) {
    if (binding === undefined || isRegistered(definition.name, binding.backendName)) continue;
    tf.registerKernel({ kernelName: definition.name, ...binding });
  }
  const precisionOf = (inputs: KernelInputs<R, I, A>): Precision => {
    const precisions = new Set(definition.reals.map((name) => inputs.reals[name].precision));
    const [precision] = precisions;
    if (precision === undefined || precisions.size !== 1) {
      throw new RangeError(
        `${definition.name}: expected all inputs in one precision, got ${[...precisions].join(' and ')}`,
      );
    }
    return precision;
  };
  const isNative = (): boolean => isRegistered(definition.name, tf.getBackend());
  const runPortable = (inputs: KernelInputs<R, I, A>): RealTensor => {
    if (precisionOf(inputs) === 'float64') {
      throw new RangeError(
        `${definition.name}: expected float32 on backend ${tf.getBackend()}, got float64; use precision float32`,
      );
    }
    const reals = mapRecord(definition.reals, (name) => inputs.reals[name].tensor);
    const output = tf.tidy(() =>
      definition.portable?.({ reals, integers: inputs.integers, attributes: inputs.attributes }),
    );
    if (output === undefined) {
      throw new RangeError(`${definition.name}: expected a backend that implements it, got ${tf.getBackend()}`);
    }
    return asReal(output, 'float32');
  };
  const run = (inputs: KernelInputs<R, I, A>): RealTensor => {
    const unfit = runsOnWebgpu() && definition.webgpu?.fits?.(inputs.attributes) === false;
    if (unfit || !isNative()) return runPortable(inputs);
    const precision = precisionOf(inputs);
    const named: Record<string, tf.Tensor> = {};
    for (const name of definition.reals) named[name] = inputs.reals[name].tensor;
    for (const name of definition.integers) named[name] = inputs.integers[name];
    const attributes = { ...inputs.attributes, [realBytesAttribute]: bytesPerReal(precision) };
    return asReal(tf.engine().runKernel<tf.Tensor>(definition.name, named, attributes), precision);
  };
  const runOnHost: Kernel<R, I, A>['runOnHost'] = (inputs, precision) =>
    runAssemblyOnHost(definition, inputs, precision);
  return { definition, isNative, run, runPortable, runOnHost };
}

/** True where the backend has an implementation of its own. */
export function isRegistered(kernelName: string, backendName: string): boolean {
  // tf.getKernel warns nothing and returns undefined for an unknown pair; its type does not say so.
  const found: object | undefined = tf.getKernel(kernelName, backendName);
  return found !== undefined;
}
