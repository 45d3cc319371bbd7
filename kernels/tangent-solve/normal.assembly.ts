// Inverse normal matrices (Σ v_j v_jᵀ + diag(ridge))⁻¹ of the rows of a sparse pattern, from padded vectors into padded
// blocks. They precondition, so that Gauss-Jordan elimination without pivots, which runs along whole rows, is accurate
// enough for what are definite matrices.

/**
 * block[a..a+4, some vectors from byte c] = Σ v[a..a+4]·v[c…]ᵀ over the entries of a row, the sums held in registers;
 * `vectors`, up to three, is a constant at every call.
 */
// @ts-ignore: decorator
@inline
function sumTile<T>(
  vectors: i32, v: usize, columns: usize, start: usize, end: usize, stride: usize, a: usize, c: usize, to: usize,
): void {
  const size = sizeof<T>();
  const zero = v128.splat<T>(<T>0);
  let s00 = zero, s01 = zero, s02 = zero, s10 = zero, s11 = zero, s12 = zero;
  let s20 = zero, s21 = zero, s22 = zero, s30 = zero, s31 = zero, s32 = zero;
  for (let k = start; k < end; k++) {
    const at = v + <usize>load<i32>(columns + k * 4) * stride;
    const tile = at + a * size, line = at + c;
    const x0 = v128.load(line);
    let x1 = zero, x2 = zero;
    if (vectors > 1) x1 = v128.load(line, 16);
    if (vectors > 2) x2 = v128.load(line, 32);
    let f = v128.splat<T>(load<T>(tile));
    s00 = v128.add<T>(s00, v128.mul<T>(f, x0));
    if (vectors > 1) s01 = v128.add<T>(s01, v128.mul<T>(f, x1));
    if (vectors > 2) s02 = v128.add<T>(s02, v128.mul<T>(f, x2));
    f = v128.splat<T>(load<T>(tile + size));
    s10 = v128.add<T>(s10, v128.mul<T>(f, x0));
    if (vectors > 1) s11 = v128.add<T>(s11, v128.mul<T>(f, x1));
    if (vectors > 2) s12 = v128.add<T>(s12, v128.mul<T>(f, x2));
    f = v128.splat<T>(load<T>(tile + 2 * size));
    s20 = v128.add<T>(s20, v128.mul<T>(f, x0));
    if (vectors > 1) s21 = v128.add<T>(s21, v128.mul<T>(f, x1));
    if (vectors > 2) s22 = v128.add<T>(s22, v128.mul<T>(f, x2));
    f = v128.splat<T>(load<T>(tile + 3 * size));
    s30 = v128.add<T>(s30, v128.mul<T>(f, x0));
    if (vectors > 1) s31 = v128.add<T>(s31, v128.mul<T>(f, x1));
    if (vectors > 2) s32 = v128.add<T>(s32, v128.mul<T>(f, x2));
  }
  const r0 = to + a * stride + c, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
  v128.store(r0, s00);
  v128.store(r1, s10);
  v128.store(r2, s20);
  v128.store(r3, s30);
  if (vectors > 1) {
    v128.store(r0, s01, 16);
    v128.store(r1, s11, 16);
    v128.store(r2, s21, 16);
    v128.store(r3, s31, 16);
  }
  if (vectors > 2) {
    v128.store(r0, s02, 32);
    v128.store(r1, s12, 32);
    v128.store(r2, s22, 32);
    v128.store(r3, s32, 32);
  }
}

/** The lower triangle of Σ v vᵀ over a row's entries, in tiles of four rows, and the rest of those on the diagonal. */
function sumOuter<T>(v: usize, columns: usize, start: usize, end: usize, width: usize, stride: usize, to: usize): void {
  for (let a: usize = 0; a < width; a += 4) {
    const bytes = (a + 4) * sizeof<T>();
    for (let c: usize = 0; c < bytes; c += 48) {
      const left = bytes - c;
      if (left >= 48) sumTile<T>(3, v, columns, start, end, stride, a, c, to);
      else if (left == 32) sumTile<T>(2, v, columns, start, end, stride, a, c, to);
      else sumTile<T>(1, v, columns, start, end, stride, a, c, to);
    }
  }
}

/** block⁻¹ in place. */
function invert<T>(block: usize, width: usize, stride: usize): void {
  const size = sizeof<T>();
  for (let k: usize = 0; k < width; k++) {
    const row = block + k * stride;
    const pivot = <T>1 / load<T>(row + k * size);
    store<T>(row + k * size, <T>1);
    const factor = v128.splat<T>(pivot);
    for (let c: usize = 0; c < stride; c += 16) v128.store(row + c, v128.mul<T>(factor, v128.load(row + c)));
    for (let i: usize = 0; i < width; i++) {
      if (i == k) continue;
      const other = block + i * stride;
      const share = v128.splat<T>(load<T>(other + k * size));
      store<T>(other + k * size, <T>0);
      for (let c: usize = 0; c < stride; c += 16) {
        v128.store(other + c, v128.sub<T>(v128.load(other + c), v128.mul<T>(share, v128.load(row + c))));
      }
    }
  }
}

/**
 * @param blocks [rows, width, padded].
 * @param scratch Of padded² reals.
 */
export function invertNormals<T>(
  v: usize, ridge: usize, starts: usize, columns: usize, blocks: usize, scratch: usize,
  first: usize, stop: usize, width: usize, stride: usize,
): void {
  const size = sizeof<T>();
  // The padding, which nothing writes to, must not hold what is no number.
  memory.fill(scratch, 0, ((width + 3) & ~3) * stride);
  for (let i = first; i < stop; i++) {
    const start = <usize>load<i32>(starts + i * 4), end = <usize>load<i32>(starts + (i + 1) * 4);
    sumOuter<T>(v, columns, start, end, width, stride, scratch);
    for (let a: usize = 0; a < width; a++) {
      const row = scratch + a * stride;
      for (let b: usize = a + 1; b < width; b++) store<T>(row + b * size, load<T>(scratch + b * stride + a * size));
      store<T>(row + a * size, load<T>(row + a * size) + load<T>(ridge + a * size));
    }
    invert<T>(scratch, width, stride);
    memory.copy(blocks + i * width * stride, scratch, width * stride);
  }
}
