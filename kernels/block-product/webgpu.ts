import type { WebgpuImplementation } from '../contract.js';
import type { BlockAttributes } from './reference.js';

/** A thread an entry of the output; it goes down a column of its symmetric block, so that neighbours read neighbours. */
export const webgpu: WebgpuImplementation<'blocks' | 'vectors', never, BlockAttributes> = {
  run: ({ reals, attributes, launch }) => {
    const { batch, width } = attributes;
    const size = batch * width;
    return launch({
      name: 'blockProduct',
      code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let first = index / uniforms.width * uniforms.width;
  let column = index - first;
  var sum = 0.0;
  for (var k = 0; k < uniforms.width; k++) {
    sum += blocks[(first + k) * uniforms.width + column] * vectors[first + k];
  }
  result[index] = sum;
}
`,
      inputs: { blocks: { from: reals.blocks }, vectors: { from: reals.vectors } },
      ...{ size, threads: size },
      integers: { count: size, width },
    });
  },
};
