import { componentsOf, elementType } from '../backends/webgpu-runtime.js';
import type { WebgpuImplementation } from '../contract.js';
import type { SampledAttributes } from './reference.js';

/** A thread an entry. Neighbours share their row of `left`; rows of `right` are read in the widest elements that fit. */
export const webgpu: WebgpuImplementation<'left' | 'right', 'starts' | 'columns' | 'rowOf', SampledAttributes> = {
  run: ({ reals, integers, attributes, launch }) => {
    const { entries, width } = attributes;
    const components = componentsOf(width);
    const element = elementType(components);
    return launch({
      name: `sampledProduct${components}`,
      code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let row = rowOf[index] * uniforms.width;
  let column = columns[index] * uniforms.width;
  var sum = ${element}(0.0);
  for (var c = 0; c < uniforms.width; c++) { sum += left[row + c] * right[column + c]; }
  result[index] = ${components === 1 ? 'sum' : `dot(sum, ${element}(1.0))`};
}
`,
      inputs: {
        left: { from: reals.left, components },
        right: { from: reals.right, components },
        rowOf: { from: integers.rowOf },
        columns: { from: integers.columns },
      },
      ...{ size: entries, threads: entries },
      integers: { count: entries, width: width / components },
    });
  },
};
