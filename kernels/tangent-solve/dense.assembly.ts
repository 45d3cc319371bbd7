// Tall matrices with rows padded to whole vectors, and the small square ones between them; the padding is zero.
import { sumLanes } from '../parts/assembly';

/** Unpadded rows into padded ones. */
export function copyIn<T>(from: usize, to: usize, first: usize, stop: usize, width: usize, stride: usize): void {
  const bytes = width * sizeof<T>();
  for (let i = first; i < stop; i++) {
    memory.fill(to + i * stride, 0, stride);
    memory.copy(to + i * stride, from + i * bytes, bytes);
  }
}

export function copyOut<T>(from: usize, to: usize, first: usize, stop: usize, width: usize, stride: usize): void {
  const bytes = width * sizeof<T>();
  for (let i = first; i < stop; i++) memory.copy(to + i * bytes, from + i * stride, bytes);
}

/** to = Σ_i a_i b_iᵀ over some rows, [width, padded]. */
export function innerProducts<T>(a: usize, b: usize, to: usize, first: usize, stop: usize, width: usize, stride: usize): void {
  const size = sizeof<T>();
  memory.fill(to, 0, width * stride);
  for (let i = first; i < stop; i++) {
    const x = a + i * stride, y = b + i * stride;
    for (let k: usize = 0; k < width; k++) {
      const factor = v128.splat<T>(load<T>(x + k * size));
      const row = to + k * stride;
      for (let c: usize = 0; c < stride; c += 16) {
        v128.store(row + c, v128.add<T>(v128.load(row + c), v128.mul<T>(factor, v128.load(y + c))));
      }
    }
  }
}

/** to += scale · rowᵀ·matrix for one row and a small matrix, or one of the batch of blocks. */
// @ts-ignore: decorator
@inline
export function addProduct<T>(to: usize, row: usize, matrix: usize, scale: T, width: usize, stride: usize): void {
  const size = sizeof<T>();
  const factor = v128.splat<T>(scale);
  for (let c: usize = 0; c < stride; c += 16) {
    let sum = v128.splat<T>(<T>0);
    for (let k: usize = 0; k < width; k++) {
      sum = v128.add<T>(sum, v128.mul<T>(v128.splat<T>(load<T>(row + k * size)), v128.load(matrix + k * stride + c)));
    }
    v128.store(to + c, v128.add<T>(v128.load(to + c), v128.mul<T>(factor, sum)));
  }
}

/** to = a + scale · b over some rows; to may be a or b. */
export function addScaled<T>(to: usize, a: usize, b: usize, scale: T, first: usize, stop: usize, stride: usize): void {
  const factor = v128.splat<T>(scale);
  for (let at = first * stride; at < stop * stride; at += 16) {
    v128.store(to + at, v128.add<T>(v128.load(a + at), v128.mul<T>(factor, v128.load(b + at))));
  }
}

/** Σ a∘b over some rows; every row in its own precision, their sum in float64. */
export function dot<T>(a: usize, b: usize, first: usize, stop: usize, stride: usize): f64 {
  let total: f64 = 0;
  for (let i = first; i < stop; i++) {
    let sum = v128.splat<T>(<T>0);
    for (let at = i * stride; at < (i + 1) * stride; at += 16) {
      sum = v128.add<T>(sum, v128.mul<T>(v128.load(a + at), v128.load(b + at)));
    }
    total += <f64>sumLanes<T>(sum);
  }
  return total;
}

/** The sum of matrices of `bytes` bytes that lie `apart` bytes apart. */
export function sumMatrices<T>(to: usize, from: usize, apart: usize, bytes: usize, parts: usize): void {
  for (let c: usize = 0; c < bytes; c += 16) {
    let sum = v128.load(from + c);
    for (let p: usize = 1; p < parts; p++) sum = v128.add<T>(sum, v128.load(from + p * apart + c));
    v128.store(to + c, sum);
  }
}

/** row[k] *= factors[k], one row. */
// @ts-ignore: decorator
@inline
export function addScaledByColumn<T>(to: usize, row: usize, factors: usize, stride: usize): void {
  for (let c: usize = 0; c < stride; c += 16) {
    v128.store(to + c, v128.add<T>(v128.load(to + c), v128.mul<T>(v128.load(row + c), v128.load(factors + c))));
  }
}
