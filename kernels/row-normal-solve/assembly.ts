// Regularised normal equations of every row of a sparse pattern, one row at a time: accumulated into scratch with the
// side padded to a multiple of 4, factorised and solved by cholesky-solve's routines.
import { firstRow } from '../parts/assembly';
import { factorise, substitute } from '../cholesky-solve/assembly';

/** block += v·vᵀ, lower triangle and the rest of its vectors; v is padded with zeros. */
// @ts-ignore: decorator
@inline
function addOuter<T>(block: usize, stride: usize, width: usize, v: usize): void {
  const size = sizeof<T>();
  for (let a: usize = 0; a < width; a++) {
    const factor = v128.splat<T>(load<T>(v + a * size));
    const row = block + a * stride;
    for (let c: usize = 0; c <= a * size; c += 16) {
      v128.store(row + c, v128.add<T>(v128.load(row + c), v128.mul<T>(factor, v128.load(v + c))));
    }
  }
}

/** block += moment, lower triangle. */
// @ts-ignore: decorator
@inline
function addMoment<T>(block: usize, stride: usize, width: usize, moment: usize): void {
  const size = sizeof<T>();
  for (let a: usize = 0; a < width; a++) {
    const row = block + a * stride;
    const from = moment + a * width * size;
    const bytes = (a + 1) * size;
    const whole = bytes & ~15;
    for (let c: usize = 0; c < whole; c += 16) v128.store(row + c, v128.add<T>(v128.load(row + c), v128.load(from + c)));
    for (let c = whole; c < bytes; c += size) store<T>(row + c, load<T>(row + c) + load<T>(from + c));
  }
}

function rowNormalSolve<T>(
  values: usize, right: usize, moments: usize, ridge: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, width: usize, withMoments: bool, withInverse: bool, part: usize, parts: usize,
): void {
  const size = sizeof<T>();
  const padded = (width + 3) & ~3;
  const stride = padded * size;
  const block = scratch + part * (padded + 2) * stride;
  const x = block + padded * stride;
  const v = x + stride;
  const bytes = width * size;
  const whole = bytes & ~15;
  const outputBytes = (withInverse ? width * (width + 1) : width) * size;
  memory.fill(v, 0, stride);
  const stop = firstRow(starts, rows, part + 1, parts);
  for (let i = firstRow(starts, rows, part, parts); i < stop; i++) {
    memory.fill(block, 0, (padded + 1) * stride);
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
      const j = <usize>load<i32>(columns + k * 4);
      const from = right + j * bytes;
      for (let c: usize = 0; c < whole; c += 16) v128.store(v + c, v128.load(from + c));
      for (let c = whole; c < bytes; c += size) store<T>(v + c, load<T>(from + c));
      const value = v128.splat<T>(load<T>(values + k * size));
      for (let c: usize = 0; c < stride; c += 16) {
        v128.store(x + c, v128.add<T>(v128.load(x + c), v128.mul<T>(value, v128.load(v + c))));
      }
      if (withMoments) addMoment<T>(block, stride, width, moments + j * width * width * size);
      else addOuter<T>(block, stride, width, v);
    }
    for (let a: usize = 0; a < padded; a++) {
      const at = block + a * (stride + size);
      store<T>(at, a < width ? load<T>(at) + load<T>(ridge + a * size) : <T>1);
    }
    factorise<T>(block, stride, padded);
    substitute<T>(block, stride, padded, x);
    const to = output + i * outputBytes;
    memory.copy(to, x, width * size);
    if (!withInverse) continue;
    for (let a: usize = 0; a < width; a++) {
      memory.fill(x, 0, stride);
      store<T>(x + a * size, <T>1);
      substitute<T>(block, stride, padded, x);
      memory.copy(to + (a + 1) * width * size, x, width * size);
    }
  }
}

export function rowNormalSolve32(
  values: usize, right: usize, moments: usize, ridge: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, width: usize, withMoments: bool, withInverse: bool, part: usize, parts: usize,
): void {
  rowNormalSolve<f32>(values, right, moments, ridge, starts, columns, output, scratch, rows, width, withMoments, withInverse, part, parts);
}

export function rowNormalSolve64(
  values: usize, right: usize, moments: usize, ridge: usize, starts: usize, columns: usize, output: usize, scratch: usize,
  rows: usize, width: usize, withMoments: bool, withInverse: bool, part: usize, parts: usize,
): void {
  rowNormalSolve<f64>(values, right, moments, ridge, starts, columns, output, scratch, rows, width, withMoments, withInverse, part, parts);
}
