/**
 * Worker threads that share the work of a kernel call.
 *
 * TensorFlow.js's heap cannot be shared between threads, so the threads have a memory of their own. Inputs are copied
 * into it; those that stay the same over many calls (the positions of the observations) are copied once. The calling
 * thread does a part of the work itself and waits for the others, which only Node allows on its main thread: elsewhere
 * there is no pool, and kernels run on the calling thread alone.
 */
import type * as tf from '@tensorflow/tfjs';
import type * as System from 'node:os';
import type * as Threads from 'node:worker_threads';
import { threadedBinary } from '../assembly/binary.js';
import type { AssemblyFunction } from '../contract.js';
import { findSharedHeap, pageBytes } from './wasm-heap.js';
import type { Heap, WasmBackend } from './wasm-heap.js';

/** Places in the control words that all threads see. */
const places = { call: 0, pending: 1, failed: 2, ready: 3, name: 4, count: 5, words: 6 } as const;
const mostParameters = 32;
/** Kept constants beyond this are dropped all at once and copied again as they are needed. */
const mostKeptBytes = 2 ** 30;
const startTimeoutMs = 5000;
/** How often the last parts are looked at before the calling thread goes to sleep: they mostly end together. */
const spins = 20000;

/** What the workers run: wait for a call, do one's part, say so. In plain JavaScript, so that no file has to be found. */
const workerScript = `
const { workerData } = require('node:worker_threads');
const { module, memory, control, parameters, names, part, parts, places } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
Atomics.add(control, places.ready, 1);
for (let seen = 0; ; ) {
  Atomics.wait(control, places.call, seen);
  const call = Atomics.load(control, places.call);
  if (call === seen) continue;
  seen = call;
  try {
    exports[names[control[places.name]]](...parameters.subarray(0, control[places.count]), part, parts);
  } catch {
    Atomics.store(control, places.failed, 1);
  }
  Atomics.sub(control, places.pending, 1);
  Atomics.notify(control, places.pending);
}
`;

export interface Pool {
  /** The calling thread included. */
  readonly threads: number;
  openHeap(backend: WasmBackend): Heap | undefined;
  /** Runs an exported function on all threads, each on its part. Returns when all are done. */
  run(name: string, parameters: readonly number[]): void;
  stop(): Promise<void>;
}

let pool: Pool | undefined;
let smallestShared = 4e6;

/** Multiply-adds under which waking the threads and copying to them costs more than they save. */
export function leastSharedWork(): number {
  return smallestShared;
}

/** For tests: shares calls however small. */
export function shareWorkFrom(work: number): void {
  smallestShared = work;
}

/** The pool, where one was started with more than one thread. */
export function runningPool(): Pool | undefined {
  return pool;
}

/** Threads that kernels use now. */
export function threadCount(): number {
  return pool?.threads ?? 1;
}

/**
 * Sets how many threads the kernels of the `wasm` backend use. Results are the same to rounding for any number, and to
 * the last bit for the same number.
 * @param wanted The calling thread included; all cores unless given.
 * @returns How many there are now: 1 where threads are not to be had (browsers, Node before 20.16).
 */
export async function useThreads(wanted?: number): Promise<number> {
  const system = builtin<typeof System>('node:os');
  const threads = builtin<typeof Threads>('node:worker_threads');
  const count = wanted ?? system?.availableParallelism() ?? 1;
  if (count === threadCount()) return count;
  await pool?.stop();
  pool = undefined;
  if (count > 1 && threads !== undefined) pool = await startPool(threads, count);
  return threadCount();
}

/** A module of Node, without an import that would break where there is no Node. */
function builtin<T>(name: string): T | undefined {
  const { process } = globalThis;
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(name) as T | undefined;
}

async function startPool({ Worker }: Pick<typeof Threads, 'Worker'>, threads: number): Promise<Pool | undefined> {
  const bytes = Uint8Array.from(atob(threadedBinary), (character) => character.charCodeAt(0));
  const module = new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const names = Object.keys(functions);
  const control = new Int32Array(new SharedArrayBuffer(4 * places.words));
  const parameters = new Float64Array(new SharedArrayBuffer(8 * mostParameters));
  const workers = Array.from({ length: threads - 1 }, (_, k) => {
    const workerData = { module, memory, control, parameters, names, part: k + 1, parts: threads, places };
    const worker = new Worker(workerScript, { eval: true, workerData });
    // A waiting thread must not keep the process alive.
    worker.unref();
    return worker;
  });
  const stop = async (): Promise<void> => void (await Promise.all(workers.map((worker) => worker.terminate())));
  const giveUpAt = performance.now() + startTimeoutMs;
  while (Atomics.load(control, places.ready) < workers.length) {
    if (performance.now() > giveUpAt) {
      await stop();
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const run = (name: string, values: readonly number[]): void => {
    parameters.set(values);
    control[places.name] = names.indexOf(name);
    control[places.count] = values.length;
    Atomics.store(control, places.pending, workers.length);
    Atomics.add(control, places.call, 1);
    Atomics.notify(control, places.call);
    (functions[name] as AssemblyFunction)(...values, 0, threads);
    for (let k = 0; k < spins && Atomics.load(control, places.pending) > 0; k += 1);
    for (;;) {
      const pending = Atomics.load(control, places.pending);
      if (pending === 0) break;
      Atomics.wait(control, places.pending, pending, 100);
    }
    if (Atomics.exchange(control, places.failed, 0) === 1) {
      throw new Error(`${name}: expected every thread to finish, got a failure in one; use one thread`);
    }
  };
  return { threads, run, stop, openHeap: threadHeaps(memory, functions) };
}

/** Opens heaps in the memory of the threads: constants at its bottom, what belongs to one call above them. */
function threadHeaps(
  memory: WebAssembly.Memory,
  functions: Readonly<Record<string, unknown>>,
): (backend: WasmBackend) => Heap | undefined {
  const bottom = 1024;
  let kept = new WeakMap<object, number>();
  let keptTop = bottom;
  const bytesAt = (address: number, length: number): Uint8Array => new Uint8Array(memory.buffer, address, length);
  return (backend) => {
    const shared = findSharedHeap(backend);
    if (shared === undefined) return undefined;
    if (keptTop > mostKeptBytes) [kept, keptTop] = [new WeakMap(), bottom];
    let top = keptTop;
    const allocate = (bytes: number): number => {
      const address = top;
      // Vector loads may look past the end of an array.
      top = (top + bytes + 63) & ~15;
      const missing = top - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes) + 256);
      return address;
    };
    const source = (info: tf.TensorInfo): Uint8Array => {
      const length = 4 * info.shape.reduce((product, extent) => product * extent, 1);
      const address = shared.addressOf(info.dataId);
      if (address === undefined) throw new TypeError('wasm heap: expected the address of a tensor, got none');
      return new Uint8Array(shared.memory.buffer, address, length);
    };
    return {
      functions,
      input(info, constant = false) {
        const known = constant ? kept.get(info.dataId) : undefined;
        if (known !== undefined) return known;
        const from = source(info);
        const address = allocate(from.length);
        bytesAt(address, from.length).set(from);
        if (constant) {
          kept.set(info.dataId, address);
          keptTop = top;
        }
        return address;
      },
      output(shape, dtype) {
        const length = 4 * shape.reduce((product, extent) => product * extent, 1);
        const address = allocate(length);
        const finish = (): tf.TensorInfo => {
          const info = backend.makeOutput(shape, dtype);
          source(info).set(bytesAt(address, length));
          return info;
        };
        return { address, finish };
      },
      scratch: allocate,
      release: () => undefined,
    };
  };
}
