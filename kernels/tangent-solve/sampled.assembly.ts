// With S = P(d·vᵀ + u·rᵀ), the products S·v and Sᵀ·u in one pass over the entries: what two products over a sparse pattern
// would gather twice is gathered once, and S is never stored. Rows are padded to whole vectors.
import { addTo, sumLanes } from '../parts/assembly';

/** Rows of up to four vectors, held in registers; `vectors` is a constant at every call. */
// @ts-ignore: decorator
@inline
function registerPass<T>(
  vectors: i32, d: usize, u: usize, v: usize, r: usize, starts: usize, columns: usize, rowSums: usize, columnSums: usize,
  first: usize, stop: usize, stride: usize,
): void {
  const zero = v128.splat<T>(<T>0);
  for (let i = first; i < stop; i++) {
    const at = i * stride;
    const d0 = v128.load(d + at), u0 = v128.load(u + at);
    let d1 = zero, d2 = zero, d3 = zero, u1 = zero, u2 = zero, u3 = zero;
    if (vectors > 1) { d1 = v128.load(d + at, 16); u1 = v128.load(u + at, 16); }
    if (vectors > 2) { d2 = v128.load(d + at, 32); u2 = v128.load(u + at, 32); }
    if (vectors > 3) { d3 = v128.load(d + at, 48); u3 = v128.load(u + at, 48); }
    let sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
      const j = <usize>load<i32>(columns + k * 4) * stride;
      const vj = v + j, rj = r + j, to = columnSums + j;
      const v0 = v128.load(vj);
      let v1 = zero, v2 = zero, v3 = zero;
      let product = v128.add<T>(v128.mul<T>(d0, v0), v128.mul<T>(u0, v128.load(rj)));
      if (vectors > 1) {
        v1 = v128.load(vj, 16);
        product = v128.add<T>(product, v128.add<T>(v128.mul<T>(d1, v1), v128.mul<T>(u1, v128.load(rj, 16))));
      }
      if (vectors > 2) {
        v2 = v128.load(vj, 32);
        product = v128.add<T>(product, v128.add<T>(v128.mul<T>(d2, v2), v128.mul<T>(u2, v128.load(rj, 32))));
      }
      if (vectors > 3) {
        v3 = v128.load(vj, 48);
        product = v128.add<T>(product, v128.add<T>(v128.mul<T>(d3, v3), v128.mul<T>(u3, v128.load(rj, 48))));
      }
      const value = v128.splat<T>(sumLanes<T>(product));
      sum0 = v128.add<T>(sum0, v128.mul<T>(value, v0));
      addTo<T>(to, value, u0);
      if (vectors > 1) { sum1 = v128.add<T>(sum1, v128.mul<T>(value, v1)); addTo<T>(to + 16, value, u1); }
      if (vectors > 2) { sum2 = v128.add<T>(sum2, v128.mul<T>(value, v2)); addTo<T>(to + 32, value, u2); }
      if (vectors > 3) { sum3 = v128.add<T>(sum3, v128.mul<T>(value, v3)); addTo<T>(to + 48, value, u3); }
    }
    v128.store(rowSums + at, sum0);
    if (vectors > 1) v128.store(rowSums + at, sum1, 16);
    if (vectors > 2) v128.store(rowSums + at, sum2, 32);
    if (vectors > 3) v128.store(rowSums + at, sum3, 48);
  }
}

/** Rows of any length, summed up in memory. */
function memoryPass<T>(
  d: usize, u: usize, v: usize, r: usize, starts: usize, columns: usize, rowSums: usize, columnSums: usize,
  first: usize, stop: usize, stride: usize,
): void {
  for (let i = first; i < stop; i++) {
    const at = i * stride;
    memory.fill(rowSums + at, 0, stride);
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
      const j = <usize>load<i32>(columns + k * 4) * stride;
      let product = v128.splat<T>(<T>0);
      for (let c: usize = 0; c < stride; c += 16) {
        const first = v128.mul<T>(v128.load(d + at + c), v128.load(v + j + c));
        product = v128.add<T>(product, v128.add<T>(first, v128.mul<T>(v128.load(u + at + c), v128.load(r + j + c))));
      }
      const value = v128.splat<T>(sumLanes<T>(product));
      for (let c: usize = 0; c < stride; c += 16) {
        addTo<T>(rowSums + at + c, value, v128.load(v + j + c));
        addTo<T>(columnSums + j + c, value, v128.load(u + at + c));
      }
    }
  }
}

/** For the rows of a part: rowSums = S·v, columnSums += their share of Sᵀ·u. */
export function sampleAndMultiply<T>(
  d: usize, u: usize, v: usize, r: usize, starts: usize, columns: usize, rowSums: usize, columnSums: usize,
  first: usize, stop: usize, stride: usize,
): void {
  if (stride == 16) registerPass<T>(1, d, u, v, r, starts, columns, rowSums, columnSums, first, stop, stride);
  else if (stride == 32) registerPass<T>(2, d, u, v, r, starts, columns, rowSums, columnSums, first, stop, stride);
  else if (stride == 48) registerPass<T>(3, d, u, v, r, starts, columns, rowSums, columnSums, first, stop, stride);
  else if (stride == 64) registerPass<T>(4, d, u, v, r, starts, columns, rowSums, columnSums, first, stop, stride);
  else memoryPass<T>(d, u, v, r, starts, columns, rowSums, columnSums, first, stop, stride);
}
