import type { WebgpuImplementation } from '../contract.js';
import type { GatherBlocksAttributes } from './reference.js';

/** A thread an entry of the blocks. */
export const webgpu: WebgpuImplementation<'metric', 'indices', GatherBlocksAttributes> = {
  run: ({ reals, integers, attributes, launch }) => {
    const { size: side, batch, width } = attributes;
    const size = batch * width * width;
    return launch({
      name: 'gatherBlocks',
      code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.width;
  let column = index - line * uniforms.width;
  let block = line / uniforms.width;
  let row = indices[line];
  let other = indices[block * uniforms.width + column];
  if (row < 0 || other < 0) {
    result[index] = select(0.0, 1.0, line - block * uniforms.width == column);
  } else {
    result[index] = metric[row * uniforms.side + other];
  }
}
`,
      inputs: { metric: { from: reals.metric }, indices: { from: integers.indices } },
      ...{ size, threads: size },
      integers: { count: size, width, side },
    });
  },
};
