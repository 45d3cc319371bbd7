/** What TensorFlow's ops need of a sparse pattern beside its own tensors; made once a pattern. */
import { dataType } from '../backends/tensorflow-binding.js';
import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorOps } from '../backends/tensorflow-ops.js';
import type { DeriveHandle } from '../contract.js';

type Integers = 'starts' | 'columns' | 'rowOf';

interface PatternCall {
  readonly ops: TensorOps;
  readonly integers: Readonly<Record<Integers, Handle>>;
  readonly derive: DeriveHandle<Integers>;
}

/** Row and column of every entry, int64 [entries, 2]. */
export function positionsOf({ integers, derive }: PatternCall): Handle {
  return derive('positions', 'rowOf', (ops) =>
    ops.pack([ops.asLong(integers.rowOf), ops.asLong(integers.columns)], 1, dataType.int64),
  );
}

/** A one for every entry, in the call's precision. */
export function onesOf({ ops, derive }: PatternCall, entries: number): Handle {
  return derive(`ones ${ops.real}`, 'rowOf', (making) => making.fill([entries], 1));
}
