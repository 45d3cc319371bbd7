import { dataType } from '../backends/tensorflow-binding.js';
import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import type { SampledAttributes } from './reference.js';

/** Reals gathered at once from either side: bounds the memory; fewer ops are faster than what fits a cache. */
const gatheredReals = { cpu: 1 << 22, gpu: 1 << 26 };

/** Gathers the rows of both sides, multiplies and sums, a part of the entries at a time. */
export function tensorflow(
  call: TensorflowCall<'left' | 'right', 'starts' | 'columns' | 'rowOf', SampledAttributes>,
): Handle {
  const { ops, reals } = call;
  const { entries, width } = call.attributes;
  const most = Math.max(1, Math.floor(gatheredReals[ops.onGpu ? 'gpu' : 'cpu'] / Math.max(1, width)));
  const count = Math.max(1, Math.ceil(entries / most));
  const type = ops.onGpu ? dataType.int64 : dataType.int32;
  const parts: Handle[] = [];
  for (let part = 0; part < count; part += 1) {
    const begin = part * most;
    const size = Math.min(most, entries - begin);
    const [rows, columns] = [indicesOf(call, 'rowOf', begin, size), indicesOf(call, 'columns', begin, size)];
    const [left, right] = [ops.gather(reals.left, rows, type), ops.gather(reals.right, columns, type)];
    const products = ops.pointwise('Mul', left, right);
    parts.push(ops.sum(products, [1]));
    ops.free(left, right, products);
  }
  return ops.concat(parts, 0);
}

/** A part of the positions. A GPU gets them as int64: int32 would stay on the host and be copied at each call. */
function indicesOf(
  { ops, integers, derive, attributes }: Parameters<typeof tensorflow>[0],
  name: 'rowOf' | 'columns',
  begin: number,
  size: number,
): Handle {
  const isWhole = size === attributes.entries;
  if (isWhole && !ops.onGpu) return integers[name];
  return derive(`${name} from ${begin} to ${begin + size}`, name, (making) => {
    const part = isWhole ? integers[name] : making.slice(integers[name], [begin], [size], dataType.int32);
    return making.onGpu ? making.asLong(part) : part;
  });
}
