/**
 * What a device kernel of this project is.
 *
 * A kernel is a folder: `index.ts` states the contract, `reference.ts` computes it by plain loops in float64 (and serves
 * the `cpu` backend), `portable.ts` composes it from public TensorFlow.js ops in float32 for a backend that has nothing
 * better, `assembly.ts` is its AssemblyScript, `tensorflow.ts` composes it from libtensorflow's own ops, `webgpu.ts` is its
 * WGSL. The casts that TensorFlow.js's untyped registry needs are in this file and in `backends/`; nowhere else.
 */
import type * as tf from '@tensorflow/tfjs';
import type { Handle } from './backends/tensorflow-binding.js';
import type { TensorOps } from './backends/tensorflow-ops.js';
import { carrierShape } from './real.js';
import type { RealArray } from './real.js';

/** Plain numbers that travel with a call: sizes, scales, flags (0 or 1). */
export type Attributes = Readonly<Record<string, number>>;

/** What a reference implementation gets: host arrays, row-major. */
export interface HostCall<R extends string, I extends string, A extends Attributes> {
  readonly reals: Readonly<Record<R, RealArray>>;
  readonly integers: Readonly<Record<I, Int32Array>>;
  readonly attributes: A;
  /** Zero-filled; the implementation writes the result here. */
  readonly output: RealArray;
}

/** What an AssemblyScript implementation gets: addresses in the WebAssembly heap. */
export interface HeapCall<R extends string, I extends string, A extends Attributes> {
  readonly reals: Readonly<Record<R, number>>;
  readonly integers: Readonly<Record<I, number>>;
  readonly attributes: A;
  /** Address of the result; its contents are undefined. */
  readonly output: number;
  /** Address of `scratchBytes` bytes, 16-byte aligned. */
  readonly scratch: number;
}

/** What a portable composition gets: float32 and int32 tensors; it runs inside a tidy. */
export interface PortableCall<R extends string, I extends string, A extends Attributes> {
  readonly reals: Readonly<Record<R, tf.Tensor>>;
  readonly integers: Readonly<Record<I, tf.Tensor>>;
  readonly attributes: A;
}

/** Makes a handle from an integer input once and keeps it as long as that input lives. */
export type DeriveHandle<I extends string> = (what: string, from: I, make: (ops: TensorOps) => Handle) => Handle;

/** What an implementation by TensorFlow ops gets: handles of the call's precision, and of int32. */
export interface TensorflowCall<R extends string, I extends string, A extends Attributes> {
  readonly ops: TensorOps;
  readonly reals: Readonly<Record<R, Handle>>;
  readonly integers: Readonly<Record<I, Handle>>;
  readonly attributes: A;
  readonly derive: DeriveHandle<I>;
}

/** A WGSL program and what it is launched on; everything is float32 or int32. */
export interface WebgpuProgram {
  /** Names the code: programs of one name have the same code. */
  readonly name: string;
  /** Defines `fn main(index : i32)` over the arrays `inputs` and `result` and the numbers `uniforms.…`. */
  readonly code: string;
  /** Arrays that the code reads; each must be used. */
  readonly inputs: Readonly<Record<string, WebgpuArray>>;
  /** Numbers in `result`, and how many are one of its elements; 1 unless given. */
  readonly size: number;
  readonly components?: WebgpuComponents;
  /** Threads; more than there is work for are started. */
  readonly threads: number;
  /** Of one workgroup; 64 unless given. */
  readonly workgroup?: number;
  /** Each an i32 in `uniforms`; the code must use one at least. */
  readonly integers: Readonly<Record<string, number>>;
  /** Each an f32 in `uniforms`. */
  readonly floats?: Readonly<Record<string, number>>;
}

/** How many numbers are one element of an array: f32, vec2<f32> or vec4<f32>. */
export type WebgpuComponents = 1 | 2 | 4;

export interface WebgpuArray {
  readonly from: tf.TensorInfo;
  /** 1 unless given. */
  readonly components?: WebgpuComponents;
}

/** What a WebGPU implementation gets. */
export interface WebgpuCall<R extends string, I extends string, A extends Attributes> {
  readonly reals: Readonly<Record<R, tf.TensorInfo>>;
  readonly integers: Readonly<Record<I, tf.TensorInfo>>;
  readonly attributes: A;
  /**
   * Launches a program.
   * @param into Written to instead of a new tensor.
   * @returns What it wrote to, flat.
   */
  readonly launch: (program: WebgpuProgram, into?: tf.TensorInfo) => tf.TensorInfo;
  /** Frees what a launch made and the kernel does not return. */
  readonly release: (info: tf.TensorInfo) => void;
}

/** A kernel in WGSL. */
export interface WebgpuImplementation<R extends string, I extends string, A extends Attributes> {
  /** False where the portable composition serves; true everywhere unless given. */
  fits?(attributes: A): boolean;
  /** @returns The output, flat. */
  run(call: WebgpuCall<R, I, A>): tf.TensorInfo;
}

/** A function exported by the AssemblyScript module: numbers in, nothing out. */
export type AssemblyFunction = (...parameters: number[]) => void;

/** How the threads of a pool share a call: each runs the function on its part of the rows. */
export interface ParallelAssembly<A extends Attributes> {
  /** Multiply-adds of a call: small ones are not worth waking a thread for. */
  work(attributes: A): number;
  /** Exported functions that add up what the parts left in scratch; they get the parameters and the number of parts. */
  readonly reduce?: { readonly float32: string; readonly float64: string };
}

export interface KernelDefinition<R extends string, I extends string, A extends Attributes> {
  /** Name in TensorFlow.js's kernel registry. */
  readonly name: string;
  readonly reals: readonly R[];
  readonly integers: readonly I[];
  outputShape(attributes: A): number[];
  reference(call: HostCall<R, I, A>): void;
  /** Absent where public ops cannot do it without looking at values on the way. */
  portable?(call: PortableCall<R, I, A>): tf.Tensor;
  /** By libtensorflow's ops; `ops` owns the handles, the runtime takes the result over. */
  tensorflow?(call: TensorflowCall<R, I, A>): Handle;
  readonly assembly: {
    /** Exported names by precision. */
    readonly float32: string;
    readonly float64: string;
    /** @param parts Threads that will work on the call; 1 unless the kernel is parallel. */
    scratchBytes(attributes: A, realBytes: number, parts: number): number;
    /** For a parallel kernel the part and the number of parts are appended. */
    parameters(call: HeapCall<R, I, A>): number[];
    /** Integer inputs that are there for other implementations; their address is not looked up. */
    readonly ignores?: readonly I[];
    /** Inputs that mostly stay the same over several calls, first in `reals`: threads keep their copy. */
    readonly keeps?: readonly R[];
    readonly parallel?: ParallelAssembly<A>;
  };
  /** In WGSL; absent where nothing beats the portable composition. */
  readonly webgpu?: WebgpuImplementation<R, I, A>;
}

/** Attribute under which the precision travels through TensorFlow.js: bytes of one real. */
export const realBytesAttribute = 'realBytes';

/** Shape and dtype of the tensor that carries a kernel's output. */
export function outputCarrier(
  shape: readonly number[],
  realBytes: number,
): { shape: number[]; dtype: 'float32' | 'int32' } {
  return realBytes === 8
    ? { shape: carrierShape(shape, 'float64'), dtype: 'int32' }
    : { shape: [...shape], dtype: 'float32' };
}

export function mapRecord<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}
