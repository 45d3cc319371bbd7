import type { WebgpuCall, WebgpuImplementation } from '../contract.js';
import { packedCholesky, threadsFor, widestInWorkgroup } from '../parts/webgpu.js';
import type { CholeskyAttributes } from './reference.js';
import type * as tf from '@tensorflow/tfjs';

type Call = WebgpuCall<'blocks' | 'rightHandSides', never, CholeskyAttributes>;

/** The longest vector that fits into workgroup memory. */
const widest = 4000;

/** A workgroup a matrix: within workgroup memory where it fits, else by way of the device's memory. */
export const webgpu: WebgpuImplementation<'blocks' | 'rightHandSides', never, CholeskyAttributes> = {
  fits: ({ width }) => width <= widest,
  run: (call) => (call.attributes.width <= widestInWorkgroup ? solveSmall(call) : solveLarge(call)),
};

function solveSmall({ reals, attributes, launch }: Call): tf.TensorInfo {
  const { batch, width, ridge } = attributes;
  const threads = threadsFor(width);
  return launch({
    name: `choleskySolve${width}`,
    // The right-hand side is one more row of the matrix: its factorisation is the forward substitution.
    code: `
${packedCholesky(width + 1, width, threads)}
fn main(index : i32) {
  let workgroupBlock = workgroupIndex();
  let block = u32(min(workgroupBlock, uniforms.batch - 1));
  for (var i = 0u; i < ${width}u; i++) {
    for (var j = localIndex; j <= i; j += ${threads}u) {
      factor[at(i, j)] = blocks[(block * ${width}u + i) * ${width}u + j] + select(0.0, uniforms.ridge, i == j);
    }
  }
  for (var j = localIndex; j < ${width}u; j += ${threads}u) { factor[at(${width}u, j)] = rightHandSides[block * ${width}u + j]; }
  factorise();
  if (localIndex > 0u || workgroupBlock >= uniforms.batch) { return; }
  for (var back = 1u; back <= ${width}u; back++) {
    let i = ${width}u - back;
    var value = factor[at(${width}u, i)];
    for (var m = i + 1u; m < ${width}u; m++) { value -= factor[at(m, i)] * result[block * ${width}u + m]; }
    result[block * ${width}u + i] = value * inverse[i];
  }
}
`,
    inputs: { blocks: { from: reals.blocks }, rightHandSides: { from: reals.rightHandSides } },
    ...{ size: batch * width, threads: batch * threads, workgroup: threads },
    ...{ integers: { batch }, floats: { ridge } },
  });
}

/** Threads that share a large matrix. */
const largeThreads = 256;

function solveLarge({ reals, attributes, launch, release }: Call): tf.TensorInfo {
  const { batch, width, ridge } = attributes;
  const shared = { threads: batch * largeThreads, workgroup: largeThreads, integers: { batch, width } };
  const factors = launch({
    ...shared,
    ...{ name: 'choleskyFactor', code: factorCode, size: batch * width * width, floats: { ridge } },
    inputs: { blocks: { from: reals.blocks } },
  });
  const solution = launch({
    ...shared,
    ...{ name: 'choleskySubstitute', code: substituteCode, size: batch * width },
    inputs: { factors: { from: factors }, rightHandSides: { from: reals.rightHandSides } },
  });
  release(factors);
  return solution;
}

/** Left-looking, the factor's transpose row by row, so that neighbours read neighbours; its diagonal stays squared. */
const factorCode = `
fn main(index : i32) {
  let workgroupBlock = workgroupIndex();
  let block = min(workgroupBlock, uniforms.batch - 1);
  // Workgroups beyond the batch, which folding adds, keep the barriers company.
  let last = select(0, uniforms.width, workgroupBlock < uniforms.batch);
  let base = block * uniforms.width * uniforms.width;
  for (var k = 0; k < uniforms.width; k++) {
    let line = base + k * uniforms.width;
    for (var i = k + i32(localIndex); i < last; i += ${largeThreads}) {
      var sum = blocks[base + i * uniforms.width + k] + select(0.0, uniforms.ridge, i == k);
      for (var m = base; m < line; m += uniforms.width) { sum -= result[m + i] * result[m + k]; }
      result[line + i] = sum;
    }
    storageBarrier();
    let pivot = result[line + k];
    let scale = select(uniforms.NAN, inverseSqrt(pivot), pivot > 0.0);
    for (var i = k + 1 + i32(localIndex); i < last; i += ${largeThreads}) { result[line + i] *= scale; }
    storageBarrier();
    if (localIndex == 0u && workgroupBlock < uniforms.batch && !(pivot > 0.0)) { result[line + k] = uniforms.NAN; }
  }
}
`;

/** Forward and backward, an unknown at a time; `x` holds each before its division by the diagonal. */
const substituteCode = `
var<workgroup> x : array<f32, ${widest}>;
fn main(index : i32) {
  let workgroupBlock = workgroupIndex();
  let block = min(workgroupBlock, uniforms.batch - 1);
  let base = block * uniforms.width * uniforms.width;
  let first = i32(localIndex);
  for (var i = first; i < uniforms.width; i += ${largeThreads}) { x[i] = rightHandSides[block * uniforms.width + i]; }
  for (var k = 0; k < uniforms.width; k++) {
    workgroupBarrier();
    let line = base + k * uniforms.width;
    let value = x[k] * inverseSqrt(factors[line + k]);
    for (var i = k + 1 + first; i < uniforms.width; i += ${largeThreads}) { x[i] -= factors[line + i] * value; }
  }
  workgroupBarrier();
  for (var i = first; i < uniforms.width; i += ${largeThreads}) {
    x[i] *= inverseSqrt(factors[base + i * uniforms.width + i]);
  }
  for (var k = uniforms.width - 1; k >= 0; k--) {
    workgroupBarrier();
    let value = x[k] * inverseSqrt(factors[base + k * uniforms.width + k]);
    for (var i = first; i < k; i += ${largeThreads}) { x[i] -= factors[base + i * uniforms.width + k] * value; }
  }
  if (workgroupBlock >= uniforms.batch) { return; }
  for (var i = first; i < uniforms.width; i += ${largeThreads}) {
    result[block * uniforms.width + i] = x[i] * inverseSqrt(factors[base + i * uniforms.width + i]);
  }
}
`;
