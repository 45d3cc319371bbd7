import { dataType } from '../backends/tensorflow-binding.js';
import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import { choleskyFactors, solveByFactor } from '../parts/tensorflow-cholesky.js';
import { onesOf, positionsOf } from '../parts/tensorflow-pattern.js';
import type { NormalAttributes } from './reference.js';

type Call = TensorflowCall<'values' | 'right' | 'moments' | 'ridge', 'starts' | 'columns' | 'rowOf', NormalAttributes>;

/** Reals of the columns' moments held at once. */
const heldMoments = 1 << 26;

/**
 * The sums over a row's entries are products of the pattern, a sparse matrix of ones, with the lower triangles of the
 * columns' moments: nothing of size entries × width² is made. Then batched Cholesky solves.
 */
export function tensorflow(call: Call): Handle {
  const { ops, reals } = call;
  const { rows, columnCount, width, withInverse } = call.attributes;
  const matrices = ops.reshape(normalTriangles(call), [rows, width, width]);
  const shifted = ops.pointwise('AddV2', matrices, ops.diagonal(reals.ridge, width, width));
  const factor = choleskyFactors(ops, shifted, rows, width);
  const targets = ops.sparseTimes(positionsOf(call), reals.values, [rows, columnCount], reals.right);
  const columns = ops.reshape(targets, [rows, width, 1]);
  if (!withInverse) return ops.reshape(solveByFactor(ops, factor, columns), [rows, width]);
  const identity = ops.diagonal(ops.fill([width], 1), width, width);
  const types = [ops.type('T', ops.real), ops.type('Tidx', dataType.int32)];
  const identities = ops.run('BroadcastTo', [identity, ops.integers([rows, width, width])], ...types);
  const solved = solveByFactor(ops, factor, ops.concat([columns, identities], 2));
  // The inverse is symmetric: its columns are the rows that are asked for.
  return ops.reshape(ops.transpose(solved, [0, 2, 1]), [rows, width * (width + 1)]);
}

/** Σ over each row's entries of the columns' moments, [rows, width²]; above the diagonal it repeats what is below. */
function normalTriangles(call: Call): Handle {
  const { ops, reals } = call;
  const { rows, columnCount, entries, width, withMoments } = call.attributes;
  const pairs = Array.from({ length: width }, (_, a) =>
    Array.from({ length: a + 1 }, (__, b) => [a, b] as const),
  ).flat();
  const pick = (params: Handle, positions: readonly number[]): Handle =>
    ops.gather(params, ops.integers(positions), dataType.int32, 1);
  const moments = withMoments ? ops.reshape(reals.moments, [columnCount, width * width]) : undefined;
  const momentsOf = (some: typeof pairs): Handle => {
    if (moments !== undefined) {
      return pick(
        moments,
        some.map(([a, b]) => a * width + b),
      );
    }
    const [left, right] = [0, 1].map((side) =>
      pick(
        reals.right,
        some.map((pair) => pair[side] ?? 0),
      ),
    );
    return ops.pointwise('Mul', left ?? NaN, right ?? NaN);
  };
  const most = Math.max(1, Math.floor(heldMoments / Math.max(columnCount, rows)));
  const parts: Handle[] = [];
  for (let begin = 0; begin < pairs.length; begin += most) {
    const held = momentsOf(pairs.slice(begin, begin + most));
    parts.push(ops.sparseTimes(positionsOf(call), onesOf(call, entries), [rows, columnCount], held));
    ops.free(held);
  }
  const place = (a: number, b: number): number => (Math.max(a, b) * (Math.max(a, b) + 1)) / 2 + Math.min(a, b);
  const square = Array.from({ length: width * width }, (_, k) => place(Math.floor(k / width), k % width));
  return pick(ops.concat(parts, 1), square);
}
