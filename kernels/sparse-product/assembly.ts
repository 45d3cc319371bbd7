// S·right and Sᵀ·left for a sparse S, in one pass over its rows. The sums by column of each thread go to an array of its
// own; `sparseProductReduce` adds them up.
import { addTo, firstRow, lastLanes } from '../parts/assembly';

/** Which products are wanted: 0 both, 1 S·right, 2 Sᵀ·left. */
const BOTH: i32 = 0;
const ROWS: i32 = 1;
const COLUMNS: i32 = 2;

/**
 * Up to four vectors of columns of all rows of a part, the sums by row held in registers. All vectors but the last lie side
 * by side from `offset`; the last lies at `last`, where it may overlap the one before: `mask` has its own lanes. `vectors`
 * and `sides` are constants at every call.
 */
// @ts-ignore: decorator
@inline
function vectorPass<T>(
  vectors: i32, sides: i32, values: usize, left: usize, right: usize, starts: usize, columns: usize, rowSums: usize,
  columnSums: usize, first: usize, stop: usize, bytes: usize, offset: usize, last: usize, mask: v128,
): void {
  const size = sizeof<T>();
  const zero = v128.splat<T>(<T>0);
  const second = offset + 16, third = offset + 32;
  for (let i = first; i < stop; i++) {
    const at = i * bytes;
    let u0 = zero, u1 = zero, u2 = zero, u3 = zero;
    if (sides != ROWS) {
      if (vectors > 1) u0 = v128.load(left + at + offset);
      if (vectors > 2) u1 = v128.load(left + at + second);
      if (vectors > 3) u2 = v128.load(left + at + third);
      u3 = v128.and(v128.load(left + at + last), mask);
    }
    let sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
      const value = v128.splat<T>(load<T>(values + k * size));
      const j = <usize>load<i32>(columns + k * 4) * bytes;
      if (sides != COLUMNS) {
        const v = right + j;
        if (vectors > 1) sum0 = v128.add<T>(sum0, v128.mul<T>(value, v128.load(v + offset)));
        if (vectors > 2) sum1 = v128.add<T>(sum1, v128.mul<T>(value, v128.load(v + second)));
        if (vectors > 3) sum2 = v128.add<T>(sum2, v128.mul<T>(value, v128.load(v + third)));
        sum3 = v128.add<T>(sum3, v128.mul<T>(value, v128.load(v + last)));
      }
      if (sides != ROWS) {
        const to = columnSums + j;
        if (vectors > 1) addTo<T>(to + offset, value, u0);
        if (vectors > 2) addTo<T>(to + second, value, u1);
        if (vectors > 3) addTo<T>(to + third, value, u2);
        addTo<T>(to + last, value, u3);
      }
    }
    if (sides != COLUMNS) {
      if (vectors > 1) v128.store(rowSums + at + offset, sum0);
      if (vectors > 2) v128.store(rowSums + at + second, sum1);
      if (vectors > 3) v128.store(rowSums + at + third, sum2);
      v128.store(rowSums + at + last, sum3);
    }
  }
}

/** Some vectors of columns, for one choice of products. */
// @ts-ignore: decorator
@inline
function vectorPasses<T>(
  sides: i32, values: usize, left: usize, right: usize, starts: usize, columns: usize, rowSums: usize, columnSums: usize,
  first: usize, stop: usize, bytes: usize, mask: v128,
): void {
  const all = i32x4.splat(-1);
  const vectors = (bytes + 15) >> 4;
  let done: usize = 0;
  for (; done + 4 < vectors; done += 4) {
    const offset = done * 16;
    vectorPass<T>(
      4, sides, values, left, right, starts, columns, rowSums, columnSums, first, stop, bytes, offset, offset + 48, all,
    );
  }
  const offset = done * 16, last = bytes - 16;
  if (vectors - done == 4) {
    vectorPass<T>(4, sides, values, left, right, starts, columns, rowSums, columnSums, first, stop, bytes, offset, last, mask);
  } else if (vectors - done == 3) {
    vectorPass<T>(3, sides, values, left, right, starts, columns, rowSums, columnSums, first, stop, bytes, offset, last, mask);
  } else if (vectors - done == 2) {
    vectorPass<T>(2, sides, values, left, right, starts, columns, rowSums, columnSums, first, stop, bytes, offset, last, mask);
  } else {
    vectorPass<T>(1, sides, values, left, right, starts, columns, rowSums, columnSums, first, stop, bytes, offset, last, mask);
  }
}

/** The same for one column. */
function scalarPass<T>(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, rowSums: usize, columnSums: usize,
  first: usize, stop: usize, bytes: usize, offset: usize, sides: i32,
): void {
  const size = sizeof<T>();
  for (let i = first; i < stop; i++) {
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    const u = sides == ROWS ? <T>0 : load<T>(left + i * bytes + offset);
    let sum: T = 0;
    for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
      const value = load<T>(values + k * size);
      const at = <usize>load<i32>(columns + k * 4) * bytes + offset;
      if (sides == BOTH || sides == ROWS) sum += value * load<T>(right + at);
      if (sides != ROWS) store<T>(columnSums + at, load<T>(columnSums + at) + value * u);
    }
    if (sides == BOTH || sides == ROWS) store<T>(rowSums + i * bytes + offset, sum);
  }
}

function sparseProduct<T>(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, sides: i32, part: usize, parts: usize,
): void {
  const size = sizeof<T>();
  const lanes: usize = 16 / size;
  const bytes = width * size;
  const first = firstRow(starts, rows, part, parts);
  const stop = firstRow(starts, rows, part + 1, parts);
  let columnSums = sides == BOTH ? output + rows * bytes : output;
  if (parts > 1) columnSums = scratch + part * columnCount * bytes;
  if (sides != ROWS) memory.fill(columnSums, 0, columnCount * bytes);
  const whole = (width / lanes) * 16;
  if (width < lanes) {
    for (let c: usize = 0; c < bytes; c += size) {
      scalarPass<T>(values, left, right, starts, columns, output, columnSums, first, stop, bytes, c, sides);
    }
    return;
  }
  const last = bytes - 16;
  // Lanes of the last vector that those before it have not covered.
  const mask = whole == bytes ? i32x4.splat(-1) : lastLanes<T>(<i32>((whole - last) / size));
  if (sides == BOTH) {
    vectorPasses<T>(BOTH, values, left, right, starts, columns, output, columnSums, first, stop, bytes, mask);
  } else if (sides == ROWS) {
    vectorPasses<T>(ROWS, values, left, right, starts, columns, output, columnSums, first, stop, bytes, mask);
  } else {
    vectorPasses<T>(COLUMNS, values, left, right, starts, columns, output, columnSums, first, stop, bytes, mask);
  }
}

function reduce<T>(output: usize, scratch: usize, rows: usize, columnCount: usize, width: usize, sides: i32, parts: usize): void {
  if (sides == ROWS) return;
  const bytes = columnCount * width * sizeof<T>();
  const to = sides == BOTH ? output + rows * width * sizeof<T>() : output;
  const whole = bytes & ~15;
  for (let c: usize = 0; c < bytes; c += c < whole ? 16 : sizeof<T>()) {
    if (c < whole) {
      let sum = v128.load(scratch + c);
      for (let p: usize = 1; p < parts; p++) sum = v128.add<T>(sum, v128.load(scratch + p * bytes + c));
      v128.store(to + c, sum);
    } else {
      let sum = load<T>(scratch + c);
      for (let p: usize = 1; p < parts; p++) sum += load<T>(scratch + p * bytes + c);
      store<T>(to + c, sum);
    }
  }
}

export function sparseProduct32(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, sides: i32, part: usize, parts: usize,
): void {
  sparseProduct<f32>(values, left, right, starts, columns, output, scratch, rows, columnCount, width, sides, part, parts);
}

export function sparseProduct64(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, sides: i32, part: usize, parts: usize,
): void {
  sparseProduct<f64>(values, left, right, starts, columns, output, scratch, rows, columnCount, width, sides, part, parts);
}

export function sparseProductReduce32(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, sides: i32, parts: usize,
): void {
  reduce<f32>(output, scratch, rows, columnCount, width, sides, parts);
}

export function sparseProductReduce64(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, sides: i32, parts: usize,
): void {
  reduce<f64>(output, scratch, rows, columnCount, width, sides, parts);
}
