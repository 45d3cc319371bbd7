import { listsOf } from '../backends/webgpu-lists.js';
import { componentsOf, elementType } from '../backends/webgpu-runtime.js';
import type { WebgpuCall, WebgpuComponents, WebgpuImplementation } from '../contract.js';
import type { SparseAttributes } from './reference.js';
import type * as tf from '@tensorflow/tfjs';

type Reals = 'values' | 'left' | 'right';
type Integers = 'starts' | 'columns' | 'rowOf';
type Call = WebgpuCall<Reals, Integers, SparseAttributes>;

/**
 * Each side by itself, as sums over lists of entries: a thread an element of a list's sum, so that neighbours read
 * neighbours of one row of the factor. Long lists are cut into segments, whose sums are then added up.
 */
export const webgpu: WebgpuImplementation<Reals, Integers, SparseAttributes> = {
  run: (call) => {
    const { rows, columnCount, width, sides } = call.attributes;
    const size = ((sides === 2 ? 0 : rows) + (sides === 1 ? 0 : columnCount)) * width;
    const above = sides === 2 ? undefined : sumLists(call, 'rows', { size, offset: 0 });
    if (sides === 1 && above !== undefined) return above;
    return sumLists(call, 'columns', { size, offset: sides === 2 ? 0 : rows * width, ...(above && { into: above }) });
  },
};

/** Where the sums go: numbers in the output, the first one's place, and the output where it is there already. */
interface Place {
  readonly size: number;
  readonly offset: number;
  readonly into?: tf.TensorInfo;
}

function sumLists(
  { reals, integers, attributes, launch, release }: Call,
  side: 'rows' | 'columns',
  { size, offset, into }: Place,
): tf.TensorInfo {
  const { width, rows, columnCount } = attributes;
  const components = componentsOf(width);
  const across = width / components;
  const lists = side === 'rows' ? rows : columnCount;
  const { segments, firstSegments, others, order } = listsOf(integers.columns, side);
  const count = (segments.size - 1) * across;
  const isCut = firstSegments !== undefined;
  const place = isCut
    ? { size: count * components, integers: { count, across, offset: 0 } }
    : { size, integers: { count, across, offset: offset / components } };
  const sums = launch(
    {
      name: `sparseProduct${components}${order === undefined ? '' : 'Ordered'}`,
      code: segmentSums(components, order === undefined ? 'k' : 'order[k]'),
      inputs: {
        values: { from: reals.values },
        factor: { from: side === 'rows' ? reals.right : reals.left, components },
        segments: { from: segments },
        others: { from: others },
        ...(order && { order: { from: order } }),
      },
      ...{ ...place, components, threads: count },
    },
    isCut ? undefined : into,
  );
  if (!isCut) return sums;
  const output = launch(
    {
      name: `addSegments${components}`,
      code: addSegments(components),
      inputs: { sums: { from: sums, components }, firstSegments: { from: firstSegments } },
      ...{ size, components, threads: lists * across },
      integers: { count: lists * across, across, offset: offset / components },
    },
    into,
  );
  release(sums);
  return output;
}

/** Four entries at a time: their reads are under way together. */
function segmentSums(components: WebgpuComponents, position: string): string {
  const term = (ahead: number): string => {
    const at = `k + ${ahead}`;
    return `values[${position.replace('k', at)}] * factor[others[${at}] * uniforms.across + column]`;
  };
  return `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let segment = index / uniforms.across;
  let column = index - segment * uniforms.across;
  let end = segments[segment + 1];
  var sum = ${elementType(components)}(0.0);
  var k = segments[segment];
  for (; k + 4 <= end; k += 4) {
    sum += (${term(0)} + ${term(1)}) + (${term(2)} + ${term(3)});
  }
  for (; k < end; k++) { sum += ${term(0)}; }
  result[uniforms.offset + index] = sum;
}
`;
}

function addSegments(components: WebgpuComponents): string {
  return `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let list = index / uniforms.across;
  let column = index - list * uniforms.across;
  var sum = ${elementType(components)}(0.0);
  for (var s = firstSegments[list]; s < firstSegments[list + 1]; s++) { sum += sums[s * uniforms.across + column]; }
  result[uniforms.offset + index] = sum;
}
`;
}
