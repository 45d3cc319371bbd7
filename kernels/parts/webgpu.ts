/**
 * WGSL that several kernels share: the Cholesky factor of a small matrix in workgroup memory, by all threads of a
 * workgroup. The matrix is packed: (i, j), j ≤ i, at i(i + 1)/2 + j.
 */

/** The largest matrix that fits: packed, with what else a kernel keeps, within the 16 KiB that every device has. */
export const widestInWorkgroup = 80;

/** Threads that share a matrix. */
export function threadsFor(width: number): number {
  return width <= 7 ? 32 : width <= 12 ? 64 : width <= 20 ? 128 : 256;
}

/**
 * Declares `factor`, `inverse` (the diagonal's), `at(i, j)` and `factorise()`. That replaces the lower triangle of the
 * first `width` rows by the Cholesky factor, but for its diagonal, and further rows y by L⁻¹y: column by column, each
 * thread some of its rows. A matrix that is not positive definite leaves NaN.
 * @param rows At least `width`.
 */
export function packedCholesky(rows: number, width: number, threads: number): string {
  return `
var<workgroup> factor : array<f32, ${(rows * (rows + 1)) / 2}>;
var<workgroup> inverse : array<f32, ${width}>;
fn at(i : u32, j : u32) -> u32 { return i * (i + 1u) / 2u + j; }
fn factorise() {
  for (var k = 0u; k < ${width}u; k++) {
    workgroupBarrier();
    for (var i = k + localIndex; i < ${rows}u; i += ${threads}u) {
      var sum = factor[at(i, k)];
      for (var m = 0u; m < k; m++) { sum -= factor[at(i, m)] * factor[at(k, m)]; }
      factor[at(i, k)] = sum;
    }
    workgroupBarrier();
    let pivot = factor[at(k, k)];
    let scale = select(uniforms.NAN, inverseSqrt(pivot), pivot > 0.0);
    for (var i = k + localIndex; i < ${rows}u; i += ${threads}u) {
      if (i == k) { inverse[k] = scale; } else { factor[at(i, k)] *= scale; }
    }
  }
  workgroupBarrier();
}
`;
}
