/** Runs AssemblyScript implementations on TensorFlow.js's `wasm` backend: on the calling thread, or on all of them. */
import type * as tf from '@tensorflow/tfjs';
import { mapRecord, outputCarrier, realBytesAttribute } from '../contract.js';
import type { AssemblyFunction, Attributes, HostCall, KernelDefinition } from '../contract.js';
import { bytesPerReal } from '../real.js';
import type { Precision, RealArray } from '../real.js';
import { openHeap, runInHostMemory } from './wasm-heap.js';
import type { WasmBackend } from './wasm-heap.js';
import { leastSharedWork, runningPool } from './wasm-threads.js';

export { forceCopyingHeap, sharesHeap } from './wasm-heap.js';

/** Makes TensorFlow.js's registration of a kernel's AssemblyScript implementation. */
export function bindAssembly<R extends string, I extends string, A extends Attributes>(
  definition: KernelDefinition<R, I, A>,
): Pick<tf.KernelConfig, 'backendName' | 'kernelFunc'> {
  const { assembly } = definition;
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const attributes = attrs as A;
    const realBytes = (attrs as Attributes)[realBytesAttribute] ?? 4;
    const precision = realBytes === 8 ? 'float64' : 'float32';
    const carrier = outputCarrier(definition.outputShape(attributes), realBytes);
    const isLarge = (assembly.parallel?.work(attributes) ?? 0) >= leastSharedWork();
    const pool = isLarge ? runningPool() : undefined;
    const parts = pool?.threads ?? 1;
    const heap = pool?.openHeap(backend as WasmBackend) ?? openHeap(backend as WasmBackend);
    try {
      const address = (name: string, constant: boolean): number => {
        const info = inputs[name];
        if (info === undefined) throw new RangeError(`${definition.name}: expected an input ${name}, got none`);
        return heap.input(info, constant);
      };
      // Inputs first: looking one up can move it here from another backend, which allocates. Integers, which stay the
      // same over many calls, before reals, so that they can be kept where they are; so can reals that lead the others.
      const integers = mapRecord(definition.integers, (name) =>
        assembly.ignores?.includes(name) === true ? 0 : address(name, true),
      );
      const reals = mapRecord(definition.reals, (name) => address(name, assembly.keeps?.includes(name) === true));
      const output = heap.output(carrier.shape, carrier.dtype);
      const scratch = heap.scratch(assembly.scratchBytes(attributes, realBytes, parts));
      const parameters = assembly.parameters({ reals, integers, attributes, output: output.address, scratch });
      const call = (name: string, ...more: number[]): void =>
        (heap.functions[name] as AssemblyFunction)(...parameters, ...more);
      if (pool !== undefined) pool.run(assembly[precision], parameters);
      else if (assembly.parallel !== undefined) call(assembly[precision], 0, 1);
      else call(assembly[precision]);
      if (assembly.parallel?.reduce !== undefined && parts > 1) call(assembly.parallel.reduce[precision], parts);
      return output.finish();
    } finally {
      heap.release();
    }
  };
  return { backendName: 'wasm', kernelFunc };
}

/**
 * Runs a kernel's AssemblyScript on host arrays, whatever backend is active.
 * @param precision Of the arithmetic; float64 unless given.
 * @returns The output, row-major.
 */
export function runAssemblyOnHost<R extends string, I extends string, A extends Attributes>(
  definition: KernelDefinition<R, I, A>,
  call: Pick<HostCall<R, I, A>, 'integers' | 'attributes'> & { readonly reals: Readonly<Record<R, Float64Array>> },
  precision: Precision = 'float64',
): Float64Array {
  const { assembly, reals, integers } = definition;
  const { attributes } = call;
  // What it ignores need not be copied.
  const used = (name: I): Int32Array =>
    assembly.ignores?.includes(name) === true ? new Int32Array(0) : call.integers[name];
  const rounded = (values: Float64Array): RealArray => (precision === 'float64' ? values : Float32Array.from(values));
  const inputs = [...integers.map(used), ...reals.map((name) => rounded(call.reals[name]))];
  const realBytes = bytesPerReal(precision);
  const size = definition.outputShape(attributes).reduce((product, extent) => product * extent, 1);
  const bytes = { output: realBytes * size, scratch: assembly.scratchBytes(attributes, realBytes, 1) };
  const output = runInHostMemory(assembly[precision], inputs, bytes, (addresses, to, scratch) => {
    const addressOf = new Map([...integers, ...reals].map((name, k) => [name, addresses[k] ?? 0]));
    const parameters = assembly.parameters({
      reals: mapRecord(reals, (name) => addressOf.get(name) ?? 0),
      integers: mapRecord(integers, (name) => addressOf.get(name) ?? 0),
      attributes,
      output: to,
      scratch,
    });
    return assembly.parallel === undefined ? parameters : [...parameters, 0, 1];
  });
  return precision === 'float64' ? new Float64Array(output) : Float64Array.from(new Float32Array(output));
}
