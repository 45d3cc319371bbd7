// Batched Cholesky solve, one block at a time. The block is copied to scratch with its side padded to a multiple of 4
// (identity in the padding), then factorised row panel by row panel in 4x4 tiles whose inner products run over the
// contiguous rows of L.

// @ts-ignore: decorator
@inline
function horizontal<T>(v: v128): T {
  if (sizeof<T>() == 8) {
    return <T>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
  }
  return <T>((f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)));
}

// @ts-ignore: decorator
@inline
function subtract<T>(at: usize, v: v128): void {
  store<T>(at, load<T>(at) - horizontal<T>(v));
}

/** tile[4, 2] at (row i, column j) -= L[i..i+4, 0..length] · L[j..j+2, 0..length]ᵀ. */
// @ts-ignore: decorator
@inline
function reduceTile<T>(rowI: usize, rowJ: usize, stride: usize, length: usize, target: usize): void {
  let c00 = v128.splat<T>(<T>0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const bytes = length * sizeof<T>();
  for (let k: usize = 0; k < bytes; k += 16) {
    const b0 = v128.load(rowJ + k);
    const b1 = v128.load(rowJ + stride + k);
    let a = v128.load(rowI + k);
    c00 = v128.add<T>(c00, v128.mul<T>(a, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(a, b1));
    a = v128.load(rowI + stride + k);
    c10 = v128.add<T>(c10, v128.mul<T>(a, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(a, b1));
    a = v128.load(rowI + 2 * stride + k);
    c20 = v128.add<T>(c20, v128.mul<T>(a, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(a, b1));
    a = v128.load(rowI + 3 * stride + k);
    c30 = v128.add<T>(c30, v128.mul<T>(a, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(a, b1));
  }
  const size = sizeof<T>();
  subtract<T>(target, c00);
  subtract<T>(target + size, c01);
  subtract<T>(target + stride, c10);
  subtract<T>(target + stride + size, c11);
  subtract<T>(target + 2 * stride, c20);
  subtract<T>(target + 2 * stride + size, c21);
  subtract<T>(target + 3 * stride, c30);
  subtract<T>(target + 3 * stride + size, c31);
}

/** Finishes the 4x4 tile at (i, j), j < i: divides by the diagonal tile of rows j (already a factor). */
function solveTile<T>(l: usize, stride: usize, i: usize, j: usize): void {
  const size = sizeof<T>();
  for (let c = j; c < j + 4; c++) {
    const pivotRow = l + c * stride;
    const inverse = <T>1 / load<T>(pivotRow + c * size);
    for (let r = i; r < i + 4; r++) {
      const row = l + r * stride;
      let value = load<T>(row + c * size);
      for (let k = j; k < c; k++) value -= load<T>(row + k * size) * load<T>(pivotRow + k * size);
      store<T>(row + c * size, value * inverse);
    }
  }
}

/** Factorises the 4x4 tile on the diagonal at i. */
function factorTile<T>(l: usize, stride: usize, i: usize): void {
  const size = sizeof<T>();
  for (let r = i; r < i + 4; r++) {
    const row = l + r * stride;
    for (let c = i; c < r; c++) {
      const pivotRow = l + c * stride;
      let value = load<T>(row + c * size);
      for (let k = i; k < c; k++) value -= load<T>(row + k * size) * load<T>(pivotRow + k * size);
      store<T>(row + c * size, value / load<T>(pivotRow + c * size));
    }
    let pivot = load<T>(row + r * size);
    for (let k = i; k < r; k++) {
      const entry = load<T>(row + k * size);
      pivot -= entry * entry;
    }
    store<T>(row + r * size, sqrt<T>(pivot));
  }
}

export function factorise<T>(l: usize, stride: usize, width: usize): void {
  const size = sizeof<T>();
  for (let i: usize = 0; i < width; i += 4) {
    const rowI = l + i * stride;
    for (let j: usize = 0; j < i; j += 4) {
      const rowJ = l + j * stride;
      reduceTile<T>(rowI, rowJ, stride, j, rowI + j * size);
      reduceTile<T>(rowI, rowJ + 2 * stride, stride, j, rowI + (j + 2) * size);
      solveTile<T>(l, stride, i, j);
    }
    reduceTile<T>(rowI, rowI, stride, i, rowI + i * size);
    reduceTile<T>(rowI, rowI + 2 * stride, stride, i, rowI + (i + 2) * size);
    factorTile<T>(l, stride, i);
  }
}

/** x = L⁻ᵀ L⁻¹ x, in place. */
export function substitute<T>(l: usize, stride: usize, width: usize, x: usize): void {
  const size = sizeof<T>();
  const lanes: usize = 16 / size;
  for (let i: usize = 0; i < width; i++) {
    const row = l + i * stride;
    let sum = v128.splat<T>(<T>0);
    const whole = i & ~(lanes - 1);
    for (let k: usize = 0; k < whole; k += lanes) {
      sum = v128.add<T>(sum, v128.mul<T>(v128.load(row + k * size), v128.load(x + k * size)));
    }
    let value = load<T>(x + i * size) - horizontal<T>(sum);
    for (let k = whole; k < i; k++) value -= load<T>(row + k * size) * load<T>(x + k * size);
    store<T>(x + i * size, value / load<T>(row + i * size));
  }
  for (let remaining = width; remaining > 0; remaining--) {
    const i = remaining - 1;
    const row = l + i * stride;
    const value = load<T>(x + i * size) / load<T>(row + i * size);
    store<T>(x + i * size, value);
    const factor = v128.splat<T>(value);
    const whole = i & ~(lanes - 1);
    for (let k: usize = 0; k < whole; k += lanes) {
      const at = x + k * size;
      v128.store(at, v128.sub<T>(v128.load(at), v128.mul<T>(factor, v128.load(row + k * size))));
    }
    for (let k = whole; k < i; k++) store<T>(x + k * size, load<T>(x + k * size) - value * load<T>(row + k * size));
  }
}

function choleskySolve<T>(
  blocks: usize, rightHandSides: usize, solutions: usize, scratch: usize, batch: usize, width: usize, ridge: T,
): void {
  const size = sizeof<T>();
  const padded = (width + 3) & ~3;
  const stride = padded * size;
  const x = scratch + padded * stride;
  for (let b: usize = 0; b < batch; b++) {
    for (let i: usize = 0; i < padded; i++) {
      const to = scratch + i * stride;
      // Rows start at zero so that the lanes right of the diagonal tile are never garbage.
      memory.fill(to, 0, stride);
      if (i < width) {
        memory.copy(to, blocks + (b * width + i) * width * size, (i + 1) * size);
        store<T>(to + i * size, load<T>(to + i * size) + ridge);
      } else {
        store<T>(to + i * size, <T>1);
      }
    }
    memory.fill(x, 0, stride);
    memory.copy(x, rightHandSides + b * width * size, width * size);
    factorise<T>(scratch, stride, padded);
    substitute<T>(scratch, stride, padded, x);
    memory.copy(solutions + b * width * size, x, width * size);
  }
}

export function choleskySolve32(
  blocks: usize, rightHandSides: usize, solutions: usize, scratch: usize, batch: usize, width: usize, ridge: f64,
): void {
  choleskySolve<f32>(blocks, rightHandSides, solutions, scratch, batch, width, <f32>ridge);
}

export function choleskySolve64(
  blocks: usize, rightHandSides: usize, solutions: usize, scratch: usize, batch: usize, width: usize, ridge: f64,
): void {
  choleskySolve<f64>(blocks, rightHandSides, solutions, scratch, batch, width, ridge);
}
