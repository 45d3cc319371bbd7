/**
 * Where the arrays of a call live while AssemblyScript works on them.
 *
 * Where the heap of TensorFlow.js's `wasm` backend can be found it is shared: inputs and outputs stay where they are. The
 * way to it is internal to TensorFlow.js, so each part is checked, and where one is missing the kernel runs in a memory of
 * its own to which the inputs are copied.
 */
import type * as tf from '@tensorflow/tfjs';
import { binary } from '../assembly/binary.js';

/** The part of BackendWasm that is used here; everything past `makeOutput` is internal and may be missing. */
export interface WasmBackend {
  readSync(dataId: tf.DataId): unknown;
  makeOutput(shape: number[], dtype: tf.DataType, offset?: number, values?: Float32Array | Int32Array): tf.TensorInfo;
  readonly dataIdMap?: { get(dataId: tf.DataId): { memoryOffset?: number | null } | undefined };
  readonly wasm?: {
    readonly asm?: Readonly<Record<string, unknown>>;
    readonly _malloc?: (bytes: number) => number;
    readonly _free?: (address: number) => void;
  };
}

/** Addresses for one call. */
export interface Heap {
  readonly functions: Readonly<Record<string, unknown>>;
  /** @param constant The tensor will be an input of many calls. */
  input(info: tf.TensorInfo, constant?: boolean): number;
  output(shape: number[], dtype: 'float32' | 'int32'): { address: number; finish(): tf.TensorInfo };
  /** 16-byte aligned; valid until `release`. */
  scratch(bytes: number): number;
  release(): void;
}

export interface SharedHeap {
  readonly memory: WebAssembly.Memory;
  readonly malloc: (bytes: number) => number;
  readonly free: (address: number) => void;
  readonly addressOf: (dataId: tf.DataId) => number | undefined;
}

export const pageBytes = 65536;
let compiled: WebAssembly.Module | undefined;
const instances = new WeakMap<WebAssembly.Memory, Readonly<Record<string, unknown>>>();
let copyingForced = false;

/** Makes every later call copy its arrays, as where the heap cannot be shared. For tests of that path. */
export function forceCopyingHeap(forced: boolean): void {
  copyingForced = forced;
}

/** True where kernels work in the backend's own heap, false where they copy to one of their own. */
export function sharesHeap(backend: object): boolean {
  return !copyingForced && findSharedHeap(backend as WasmBackend) !== undefined;
}

export function openHeap(backend: WasmBackend): Heap {
  const shared = copyingForced ? undefined : findSharedHeap(backend);
  return shared === undefined ? copyingHeap(backend) : sharedHeap(backend, shared);
}

export function findSharedHeap(backend: WasmBackend): SharedHeap | undefined {
  const { wasm, dataIdMap } = backend;
  if (wasm?.asm === undefined || dataIdMap === undefined) return undefined;
  const { _malloc: malloc, _free: free } = wasm;
  const memory = Object.values(wasm.asm).find(isMemory);
  if (memory === undefined || malloc === undefined || free === undefined) return undefined;
  // The threaded build's memory is of another kind, which this module cannot import.
  if (tagOf(memory.buffer) !== 'ArrayBuffer') return undefined;
  return { memory, malloc, free, addressOf: (dataId) => dataIdMap.get(dataId)?.memoryOffset ?? undefined };
}

/** By its tag: `instanceof` fails across realms, such as an iframe's or a test runner's. */
function isMemory(value: unknown): value is WebAssembly.Memory {
  return tagOf(value) === 'WebAssembly.Memory';
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function sharedHeap(backend: WasmBackend, shared: SharedHeap): Heap {
  const held: number[] = [];
  const allocate = (bytes: number): number => {
    const address = shared.malloc(bytes + 16);
    if (address === 0)
      throw new RangeError(`wasm heap: expected room for ${bytes} bytes of scratch, got none; use a smaller problem`);
    held.push(address);
    return (address + 15) & ~15;
  };
  return {
    functions: instantiate(shared.memory),
    input(info) {
      const address = shared.addressOf(info.dataId);
      if (address !== undefined) return address;
      throw new TypeError('wasm heap: expected the address of a tensor, got none');
    },
    output(shape, dtype) {
      const info = backend.makeOutput(shape, dtype);
      return { address: this.input(info), finish: () => info };
    },
    scratch: (bytes) => (bytes === 0 ? 0 : allocate(bytes)),
    release: () => held.forEach((address) => shared.free(address)),
  };
}

function copyingHeap(backend: WasmBackend): Heap {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let top = 16;
  const allocate = (bytes: number): number => {
    const address = top;
    top = (top + bytes + 15) & ~15;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    return address;
  };
  return {
    functions: instantiate(memory),
    input(info) {
      const values = backend.readSync(info.dataId) as Float32Array | Int32Array;
      const address = allocate(values.byteLength);
      new Uint8Array(memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
      return address;
    },
    output(shape, dtype) {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const address = allocate(size * 4);
      const finish = (): tf.TensorInfo => {
        const bytes = memory.buffer.slice(address, address + size * 4);
        return backend.makeOutput(
          shape,
          dtype,
          undefined,
          dtype === 'int32' ? new Int32Array(bytes) : new Float32Array(bytes),
        );
      };
      return { address, finish };
    },
    scratch: allocate,
    release: () => undefined,
  };
}

/** What a kernel on host arrays computes with: a memory of its own, whatever backend is active. */
let hostMemory: WebAssembly.Memory | undefined;

/**
 * Runs a function of the module on host arrays.
 * @param inputs Copied in, in order.
 * @param parameters Makes the function's parameters from the addresses of the inputs, the output and the scratch.
 * @returns The output's bytes.
 */
export function runInHostMemory(
  name: string,
  inputs: readonly (Float64Array | Float32Array | Int32Array)[],
  bytes: { readonly output: number; readonly scratch: number },
  parameters: (inputs: readonly number[], output: number, scratch: number) => readonly number[],
): ArrayBuffer {
  hostMemory ??= new WebAssembly.Memory({ initial: 16 });
  const memory = hostMemory;
  let top = 64;
  const allocate = (length: number): number => {
    const address = top;
    // Vector loads may look past the end of an array.
    top = (top + length + 63) & ~15;
    return address;
  };
  const addresses = inputs.map((input) => allocate(input.byteLength));
  const [output, scratch] = [allocate(bytes.output), allocate(bytes.scratch)];
  const missing = top - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  inputs.forEach((input, k) => {
    const bytesOf = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    new Uint8Array(memory.buffer).set(bytesOf, addresses[k]);
  });
  (instantiate(memory)[name] as (...values: number[]) => void)(...parameters(addresses, output, scratch));
  return memory.buffer.slice(output, output + bytes.output);
}

function instantiate(memory: WebAssembly.Memory): Readonly<Record<string, unknown>> {
  const known = instances.get(memory);
  if (known !== undefined) return known;
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  instances.set(memory, exports);
  return exports;
}
