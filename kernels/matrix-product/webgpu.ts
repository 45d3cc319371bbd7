import type { WebgpuImplementation } from '../contract.js';
import type { ProductAttributes } from './reference.js';

/** A result this small and a sum this long leave a tiled product with nearly nothing to share out. */
const mostEntries = 4096;
const leastInner = 512;
/** The sum is cut into at most so many parts, none shorter than the other. */
const mostParts = 512;
const leastPart = 64;
const workgroup = 64;

/**
 * leftᵀ · right of tall thin matrices: a workgroup adds up a part of the rows, then a thread an entry the parts. All
 * other products are tf.matMul's.
 */
export const webgpu: WebgpuImplementation<'left' | 'right', never, ProductAttributes> = {
  fits: ({ rows, columns, inner, transposeLeft, transposeRight }) =>
    transposeLeft === 1 && transposeRight === 0 && inner >= leastInner && rows * columns <= mostEntries,
  run: ({ reals, attributes, launch, release }) => {
    const { rows, columns, inner, symmetric, scale, shift } = attributes;
    const entries = rows * columns;
    const part = Math.max(leastPart, Math.ceil(inner / mostParts));
    const parts = Math.ceil(inner / part);
    const sums = launch({
      name: 'innerProducts',
      code: `
fn main(index : i32) {
  let begin = workgroupIndex() * uniforms.part;
  let end = min(begin + uniforms.part, uniforms.inner);
  if (begin >= end) { return; }
  for (var entry = i32(localIndex); entry < uniforms.rows * uniforms.columns; entry += ${workgroup}) {
    let row = entry / uniforms.columns;
    let column = entry - row * uniforms.columns;
    var sum = 0.0;
    for (var k = begin; k < end; k++) { sum += left[k * uniforms.rows + row] * right[k * uniforms.columns + column]; }
    result[workgroupIndex() * uniforms.rows * uniforms.columns + entry] = sum;
  }
}
`,
      inputs: { left: { from: reals.left }, right: { from: reals.right } },
      ...{ size: parts * entries, threads: parts * workgroup, workgroup },
      integers: { rows, columns, inner, part },
    });
    const output = launch({
      name: 'addInnerProducts',
      code: `
fn main(index : i32) {
  let entries = uniforms.rows * uniforms.columns;
  if (index >= entries) { return; }
  let row = index / uniforms.columns;
  let column = index - row * uniforms.columns;
  let mirrored = select(index, column * uniforms.columns + row, uniforms.symmetric == 1);
  var sum = 0.0;
  for (var at = 0; at < uniforms.parts * entries; at += entries) { sum += 0.5 * (sums[at + index] + sums[at + mirrored]); }
  result[index] = uniforms.scale * sum + select(0.0, uniforms.shift, row == column);
}
`,
      inputs: { sums: { from: sums } },
      ...{ size: entries, threads: entries },
      ...{ integers: { rows, columns, parts, symmetric }, floats: { scale, shift } },
    });
    release(sums);
    return output;
  },
};
