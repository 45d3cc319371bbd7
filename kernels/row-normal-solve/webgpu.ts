import type { WebgpuImplementation } from '../contract.js';
import { packedCholesky, threadsFor, widestInWorkgroup } from '../parts/webgpu.js';
import type { NormalAttributes } from './reference.js';

type Reals = 'values' | 'right' | 'moments' | 'ridge';
type Integers = 'starts' | 'columns' | 'rowOf';

/**
 * A workgroup a row, in one pass: entries come in tiles, threads add up the products that are theirs, the sums are
 * factorised where they are, and a thread a right-hand side substitutes. Wider ones fall back on the composition.
 */
export const webgpu: WebgpuImplementation<Reals, Integers, NormalAttributes> = {
  fits: ({ width }) => width <= widestInWorkgroup,
  run: ({ reals, integers, attributes, launch }) => {
    const { rows, width, withMoments, withInverse } = attributes;
    const threads = threadsFor(width);
    const across = withInverse ? width * (width + 1) : width;
    return launch({
      name: `rowNormalSolve${width}${withMoments ? 'Moments' : ''}${withInverse ? 'Inverse' : ''}`,
      code: normalSolve(width, threads, withMoments === 1, withInverse === 1),
      inputs: {
        values: { from: reals.values },
        right: { from: reals.right },
        ...(withMoments && { moments: { from: reals.moments } }),
        ridge: { from: reals.ridge },
        starts: { from: integers.starts },
        columns: { from: integers.columns },
      },
      size: rows * across,
      ...{ threads: rows * threads, workgroup: threads },
      integers: { rows },
    });
  },
};

/** Entries in a tile. */
const tileOf = (width: number): number => (width > 40 ? 8 : 16);

/**
 * The matrix has one more row for the targets, whose factorisation is their forward substitution. A tile's line is the
 * row of `right` and the value.
 */
function normalSolve(width: number, threads: number, withMoments: boolean, withInverse: boolean): string {
  const [tile, line] = [tileOf(width), width + 1];
  const sums = (line * (line + 1)) / 2 - 1;
  const mine = Array.from({ length: Math.ceil(sums / threads) }, (_, n) => n);
  const lines = (text: (n: number) => string): string => mine.map(text).join('\n');
  const product = (n: number): string => `tile[t * ${line}u + row${n}] * tile[t * ${line}u + column${n}]`;
  const moment = (n: number): string =>
    `select(moments[at${n} + j * ${width * width}u], ${product(n)}, row${n} == ${width}u)`;
  return `
${packedCholesky(line, width, threads)}
var<workgroup> tile : array<f32, ${tile * line}>;
${withMoments ? `var<workgroup> tileColumns : array<u32, ${tile}>;` : ''}
var<workgroup> bounds : array<i32, 2>;

// Row of the p-th sum in packed order.
fn rowOfSum(p : u32) -> u32 {
  var i = u32((sqrt(8.0 * f32(p) + 1.0) - 1.0) * 0.5);
  while (at(i + 1u, 0u) <= p) { i++; }
  while (at(i, 0u) > p) { i--; }
  return i;
}

fn main(index : i32) {
  let workgroupRow = workgroupIndex();
  let present = workgroupRow < uniforms.rows;
  if (localIndex < 2u) {
    bounds[localIndex] = select(0, starts[min(workgroupRow, uniforms.rows - 1) + i32(localIndex)], present);
  }
  let begin = workgroupUniformLoad(&bounds[0]);
  let end = workgroupUniformLoad(&bounds[1]);
${lines(
  (n) => `
  let sum${n} = min(localIndex + ${n * threads}u, ${sums - 1}u);
  let row${n} = rowOfSum(sum${n});
  let column${n} = sum${n} - at(row${n}, 0u);
  ${withMoments ? `let at${n} = min(row${n}, ${width - 1}u) * ${width}u + column${n} % ${width}u;` : ''}
  var total${n} = 0.0;`,
)}
  for (var first = begin; first < end; first += ${tile}) {
    workgroupBarrier();
    for (var t = localIndex; t < ${tile * line}u; t += ${threads}u) {
      let c = t % ${line}u;
      let k = first + i32(t / ${line}u);
      var value = 0.0;
      if (k < end) {
        if (c == ${width}u) { value = values[k]; } else { value = right[u32(columns[k]) * ${width}u + c]; }
      }
      tile[t] = value;
      ${withMoments ? `if (c == 0u) { tileColumns[t / ${line}u] = u32(columns[min(k, end - 1)]); }` : ''}
    }
    workgroupBarrier();
    for (var t = 0u; t < min(${tile}u, u32(end - first)); t++) {
      ${withMoments ? 'let j = tileColumns[t];' : ''}
${lines((n) => `      total${n} += ${withMoments ? moment(n) : product(n)};`)}
    }
  }
${lines(
  (n) => `
  if (localIndex + ${n * threads}u < ${sums}u) {
    factor[sum${n}] = total${n} + select(0.0, ridge[min(row${n}, ${width - 1}u)], row${n} == column${n});
  }`,
)}
  factorise();
  if (!present) { return; }
${withInverse ? substituteAll(width, threads) : substituteTargets(width)}
}
`;
}

/** Backward substitution of the targets, which are the matrix's last row, by one thread. */
function substituteTargets(width: number): string {
  return `
  if (localIndex > 0u) { return; }
  let base = u32(workgroupRow) * ${width}u;
  for (var back = 1u; back <= ${width}u; back++) {
    let i = ${width}u - back;
    var value = factor[at(${width}u, i)];
    for (var m = i + 1u; m < ${width}u; m++) { value -= factor[at(m, i)] * result[base + m]; }
    result[base + i] = value * inverse[i];
  }
`;
}

/**
 * A thread a column of the inverse, and one for the targets. As the inverse is symmetric, column c may be stored as its
 * row: neighbours then write neighbours.
 */
function substituteAll(width: number, threads: number): string {
  return `
  let base = u32(workgroupRow) * ${width * (width + 1)}u;
  for (var c = localIndex; c <= ${width}u; c += ${threads}u) {
    let isTarget = c == ${width}u;
    let origin = select(base + ${width}u + c, base, isTarget);
    let stride = select(${width}u, 1u, isTarget);
    for (var i = 0u; i < ${width}u; i++) {
      var value = select(0.0, 1.0, i == c);
      if (isTarget) {
        value = factor[at(${width}u, i)];
      } else {
        for (var m = c; m < i; m++) { value -= factor[at(i, m)] * result[origin + m * stride]; }
        value *= inverse[i];
      }
      result[origin + i * stride] = value;
    }
    for (var back = 1u; back <= ${width}u; back++) {
      let i = ${width}u - back;
      var value = result[origin + i * stride];
      for (var m = i + 1u; m < ${width}u; m++) { value -= factor[at(m, i)] * result[origin + m * stride]; }
      result[origin + i * stride] = value * inverse[i];
    }
  }
`;
}
