// S·right and Sᵀ·left for a sparse S, in one pass over its rows. The sums by column of each thread go to an array of its
// own; `sparseProductReduce` adds them up.
import { firstRow, lastLanes } from '../parts/assembly';

/** Which products are wanted: 0 both, 1 S·right, 2 Sᵀ·left. */
const BOTH: i32 = 0;
const ROWS: i32 = 1;

/** One vector's width of columns at `offset` of all rows of a part. */
// @ts-ignore: decorator
@inline
function vectorPass<T>(
  values: usize, left: usize, right: usize, starts: usize, columns: usize, rowSums: usize, columnSums: usize,
  first: usize, stop: usize, bytes: usize, offset: usize, mask: v128, sides: i32,
): void {
  const size = sizeof<T>();
  for (let i = first; i < stop; i++) {
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    const start = <usize>load<i32>(starts + i * 4);
    let sum = v128.splat<T>(<T>0);
    if (sides == ROWS) {
      for (let k = start; k < end; k++) {
        const value = v128.splat<T>(load<T>(values + k * size));
        const at = <usize>load<i32>(columns + k * 4) * bytes + offset;
        sum = v128.add<T>(sum, v128.mul<T>(value, v128.load(right + at)));
      }
    } else {
      const u = v128.and(v128.load(left + i * bytes + offset), mask);
      for (let k = start; k < end; k++) {
        const value = v128.splat<T>(load<T>(values + k * size));
        const at = <usize>load<i32>(columns + k * 4) * bytes + offset;
        if (sides == BOTH) sum = v128.add<T>(sum, v128.mul<T>(value, v128.load(right + at)));
        const to = columnSums + at;
        v128.store(to, v128.add<T>(v128.load(to), v128.mul<T>(value, u)));
      }
    }
    if (sides == BOTH || sides == ROWS) v128.store(rowSums + i * bytes + offset, sum);
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
  const all = i32x4.splat(-1);
  for (let c: usize = 0; c < whole; c += 16) {
    vectorPass<T>(values, left, right, starts, columns, output, columnSums, first, stop, bytes, c, all, sides);
  }
  if (whole == bytes) return;
  const last = bytes - 16;
  const mask = lastLanes<T>(<i32>((whole - last) / size));
  vectorPass<T>(values, left, right, starts, columns, output, columnSums, first, stop, bytes, last, mask, sides);
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
