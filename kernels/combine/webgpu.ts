import type { WebgpuImplementation } from '../contract.js';
import type { CombineAttributes } from './reference.js';

/** One pass over memory where the composition takes four. */
export const webgpu: WebgpuImplementation<'left' | 'right', never, CombineAttributes> = {
  run: ({ reals, attributes, launch }) => {
    const { rows, columns, leftScale, rightScale, shift } = attributes;
    const size = rows * columns;
    return launch({
      name: 'combine',
      code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let onDiagonal = index % (uniforms.columns + 1) == 0 && index < uniforms.columns * uniforms.columns;
  let shift = select(0.0, uniforms.shift, onDiagonal);
  result[index] = uniforms.leftScale * left[index] + uniforms.rightScale * right[index] + shift;
}
`,
      inputs: { left: { from: reals.left }, right: { from: reals.right } },
      ...{ size, threads: size },
      integers: { count: size, columns },
      floats: { leftScale, rightScale, shift },
    });
  },
};
