// What kernels over a sparse pattern share: how rows are dealt out to threads, and work on single vectors.

/** First row of a part; parts hold about as many entries each. `starts` is int32 [rows + 1]. */
export function firstRow(starts: usize, rows: usize, part: usize, parts: usize): usize {
  if (part == 0) return 0;
  if (part >= parts) return rows;
  const entries = <u64>load<i32>(starts + rows * 4);
  const wanted = <i32>((entries * <u64>part) / <u64>parts);
  let low: usize = 0;
  let high = rows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(starts + middle * 4) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The vector at an address += factor · vector. */
// @ts-ignore: decorator
@inline
export function addTo<T>(at: usize, factor: v128, vector: v128): void {
  v128.store(at, v128.add<T>(v128.load(at), v128.mul<T>(factor, vector)));
}

// @ts-ignore: decorator
@inline
export function sumLanes<T>(v: v128): T {
  if (sizeof<T>() == 8) {
    return <T>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
  }
  return <T>((f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)));
}

/** Ones in the lanes that the vectors before the last one, which ends with the row, have not covered. */
// @ts-ignore: decorator
@inline
export function lastLanes<T>(covered: i32): v128 {
  if (sizeof<T>() == 8) {
    return i64x2.gt_s(i64x2(0, 1), i64x2.splat(<i64>covered - 1));
  }
  return i32x4.gt_s(i32x4(0, 1, 2, 3), i32x4.splat(covered - 1));
}
