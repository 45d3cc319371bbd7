/**
 * Lists of a pattern's entries by row and by column, cut into segments of bounded length. WGSL has no atomic sums of
 * reals, so a sparse product gathers: every segment is summed by itself, whatever the rows' lengths, and always in the
 * same order. Made once a pattern, on the host.
 */
import * as tf from '@tensorflow/tfjs';

/** Positions of a sparse matrix on the host, sorted by row. */
export interface HostPattern {
  /** [rows + 1]. */
  readonly starts: Int32Array;
  /** [entries]. */
  readonly columns: Int32Array;
  /** [entries]. */
  readonly rowOf: Int32Array;
}

/** Lists along one side. */
export interface GatherLists {
  /** Where every segment begins, and the end: int32 [segments + 1]. */
  readonly segments: tf.Tensor1D;
  /** Where every list's segments begin, and the end: int32 [lists + 1]; absent where each list is one segment. */
  readonly firstSegments?: tf.Tensor1D;
  /** Index on the other side of every entry, in the lists' order: int32 [entries]. */
  readonly others: tf.Tensor1D;
  /** Position of every entry in the pattern, in the lists' order: int32 [entries]; absent where that is the order. */
  readonly order?: tf.Tensor1D;
}

interface Known {
  rows?: GatherLists;
  columns?: GatherLists;
}

/** By the pattern's column indices on the device. */
const known = new WeakMap<tf.DataId, Known>();

/** Lists shorter than this are never cut, and no list shorter than four times the mean. */
const leastCut = 64;

/**
 * Readies the lists of a pattern; does nothing the second time.
 * @param columns The pattern's column indices on the device; their owner calls `disposeLists`.
 */
export function prepareLists(
  { starts, columns: columnOf, rowOf }: HostPattern,
  columns: tf.Tensor1D,
  side: 'rows' | 'columns',
  columnCount: number,
): void {
  const lists = known.get(columns.dataId) ?? {};
  known.set(columns.dataId, lists);
  if (lists[side] !== undefined) return;
  if (side === 'rows') {
    lists.rows = { ...cutLists(starts), others: columns };
    return;
  }
  // A counting sort: stable, so that every column's rows ascend.
  const columnStarts = new Int32Array(columnCount + 1);
  for (const column of columnOf) columnStarts[column + 1] = (columnStarts[column + 1] as number) + 1;
  for (let j = 0; j < columnCount; j += 1)
    columnStarts[j + 1] = (columnStarts[j + 1] as number) + (columnStarts[j] as number);
  const next = columnStarts.slice();
  const [order, others] = [new Int32Array(columnOf.length), new Int32Array(columnOf.length)];
  columnOf.forEach((column, k) => {
    const at = next[column] as number;
    next[column] = at + 1;
    order[at] = k;
    others[at] = rowOf[k] as number;
  });
  lists.columns = { ...cutLists(columnStarts), others: keep(others), order: keep(order) };
}

/** What `prepareLists` made for a pattern. */
export function listsOf({ dataId }: tf.TensorInfo, side: 'rows' | 'columns'): GatherLists {
  const lists = known.get(dataId)?.[side];
  if (lists === undefined) throw new RangeError(`sparseProduct: expected a pattern whose ${side} are listed, got none`);
  return lists;
}

/** Frees the lists of a pattern, if it has any. */
export function disposeLists({ dataId }: tf.Tensor1D): void {
  for (const lists of Object.values(known.get(dataId) ?? {})) tf.dispose(Object.values(lists as GatherLists));
  known.delete(dataId);
}

function cutLists(starts: Int32Array): Pick<GatherLists, 'segments' | 'firstSegments'> {
  const count = starts.length - 1;
  const longest = Math.max(leastCut, 4 * Math.ceil((starts[count] as number) / Math.max(1, count)));
  const firstSegments = new Int32Array(count + 1);
  for (let i = 0; i < count; i += 1) {
    const length = (starts[i + 1] as number) - (starts[i] as number);
    firstSegments[i + 1] = (firstSegments[i] as number) + Math.max(1, Math.ceil(length / longest));
  }
  const total = firstSegments[count] as number;
  if (total === count) return { segments: keep(starts) };
  const segments = new Int32Array(total + 1);
  for (let i = 0, at = 0; i < count; i += 1) {
    for (let begin = starts[i] as number; at < (firstSegments[i + 1] as number); begin += longest, at += 1) {
      segments[at] = begin;
    }
  }
  segments[total] = starts[count] as number;
  return { segments: keep(segments), firstSegments: keep(firstSegments) };
}

/** A tensor that outlives the tidy around its first use. */
function keep(values: Int32Array): tf.Tensor1D {
  return tf.keep(tf.tensor1d(values, 'int32'));
}
