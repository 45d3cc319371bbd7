import type { WebgpuImplementation } from '../contract.js';
import type { ExpandRowsAttributes } from './reference.js';

/** A thread an entry of the output; neighbours read neighbours. The composition would gather `width` times the output. */
export const webgpu: WebgpuImplementation<'metric' | 'coefficients', 'indices', ExpandRowsAttributes> = {
  run: ({ reals, integers, attributes, launch }) => {
    const { columns, batch, width } = attributes;
    const size = batch * columns;
    return launch({
      name: 'expandRows',
      code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.columns;
  let column = index - line * uniforms.columns;
  var sum = 0.0;
  for (var i = line * uniforms.width; i < (line + 1) * uniforms.width; i++) {
    let row = indices[i];
    if (row >= 0) { sum += coefficients[i] * metric[row * uniforms.columns + column]; }
  }
  result[index] = sum;
}
`,
      inputs: {
        metric: { from: reals.metric },
        coefficients: { from: reals.coefficients },
        indices: { from: integers.indices },
      },
      ...{ size, threads: size },
      integers: { count: size, columns, width },
    });
  },
};
