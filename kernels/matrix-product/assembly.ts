// C = scale·op(A)·op(B) + shift·I by packed panels: a 4-row panel of A against a two-vector panel of B, eight
// accumulators in registers (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).

const ROWS: usize = 4;
const INNER_BLOCK: usize = 256;
const ROW_BLOCK: usize = 64;

/** Packs `count` lines of a strided matrix into panels of `width` lines, inner index slowest; pads with zeros. */
function pack<T>(
  from: usize, lineStride: usize, innerStride: usize, count: usize, inner: usize, width: usize, to: usize,
): void {
  const size = sizeof<T>();
  for (let line: usize = 0; line < count; line += width) {
    const used = min(width, count - line);
    for (let k: usize = 0; k < inner; k++) {
      let source = from + (line * lineStride + k * innerStride) * size;
      for (let l: usize = 0; l < used; l++) {
        store<T>(to, load<T>(source));
        source += lineStride * size;
        to += size;
      }
      for (let l = used; l < width; l++) {
        store<T>(to, <T>0);
        to += size;
      }
    }
  }
}

/** tile[4, 2 vectors] = panelA[inner, 4]ᵀ · panelB[inner, 2 vectors], stored at `tile` with `stride` bytes a row. */
// @ts-ignore: decorator
@inline
function microKernel<T>(a: usize, b: usize, inner: usize, tile: usize, stride: usize, accumulate: bool): void {
  const size = sizeof<T>();
  let c00 = v128.splat<T>(<T>0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const stop = a + inner * ROWS * size;
  while (a < stop) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.splat<T>(load<T>(a));
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.splat<T>(load<T>(a + size));
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.splat<T>(load<T>(a + 2 * size));
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.splat<T>(load<T>(a + 3 * size));
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    a += ROWS * size;
    b += 32;
  }
  if (accumulate) {
    c00 = v128.add<T>(c00, v128.load(tile));
    c01 = v128.add<T>(c01, v128.load(tile, 16));
    c10 = v128.add<T>(c10, v128.load(tile + stride));
    c11 = v128.add<T>(c11, v128.load(tile + stride, 16));
    c20 = v128.add<T>(c20, v128.load(tile + 2 * stride));
    c21 = v128.add<T>(c21, v128.load(tile + 2 * stride, 16));
    c30 = v128.add<T>(c30, v128.load(tile + 3 * stride));
    c31 = v128.add<T>(c31, v128.load(tile + 3 * stride, 16));
  }
  v128.store(tile, c00);
  v128.store(tile, c01, 16);
  v128.store(tile + stride, c10);
  v128.store(tile + stride, c11, 16);
  v128.store(tile + 2 * stride, c20);
  v128.store(tile + 2 * stride, c21, 16);
  v128.store(tile + 3 * stride, c30);
  v128.store(tile + 3 * stride, c31, 16);
}

/** Adds (or, on the first pass, writes) the used part of a tile that hangs over an edge of C. */
function copyTile<T>(tile: usize, tileColumns: usize, c: usize, columns: usize, usedRows: usize, usedColumns: usize, accumulate: bool): void {
  const size = sizeof<T>();
  for (let i: usize = 0; i < usedRows; i++) {
    for (let j: usize = 0; j < usedColumns; j++) {
      const at = c + (i * columns + j) * size;
      const value = load<T>(tile + (i * tileColumns + j) * size);
      store<T>(at, accumulate ? load<T>(at) + value : value);
    }
  }
}

/** Mirrors the lower triangle (symmetric), scales, and adds the shift to the diagonal. */
function finish<T>(c: usize, rows: usize, columns: usize, symmetric: bool, scale: T, shift: T): void {
  const size = sizeof<T>();
  for (let i: usize = 0; i < rows; i++) {
    const row = c + i * columns * size;
    const stop = symmetric ? i + 1 : columns;
    if (scale != <T>1) {
      for (let j: usize = 0; j < stop; j++) store<T>(row + j * size, load<T>(row + j * size) * scale);
    }
    if (shift != <T>0) store<T>(row + i * size, load<T>(row + i * size) + shift);
  }
  if (!symmetric) return;
  // In square tiles, so that neither the rows read nor the columns written leave the cache.
  for (let i0: usize = 0; i0 < rows; i0 += 16) {
    const iStop = min(rows, i0 + 16);
    for (let j0: usize = 0; j0 <= i0; j0 += 16) {
      for (let i = i0; i < iStop; i++) {
        const jStop = min(i, j0 + 16);
        for (let j = j0; j < jStop; j++) {
          store<T>(c + (j * columns + i) * size, load<T>(c + (i * columns + j) * size));
        }
      }
    }
  }
}

function matrixProduct<T>(
  a: usize, b: usize, c: usize, scratch: usize, rows: usize, columns: usize, inner: usize,
  transposeA: bool, transposeB: bool, symmetric: bool, scale: T, shift: T,
): void {
  const size = sizeof<T>();
  const width: usize = 32 / size;
  const aLine: usize = transposeA ? 1 : inner;
  const aInner: usize = transposeA ? rows : 1;
  const bLine: usize = transposeB ? inner : 1;
  const bInner: usize = transposeB ? 1 : columns;
  const tile = scratch;
  const panelA = tile + ROWS * 32;
  const panelB = panelA + ROW_BLOCK * INNER_BLOCK * size;
  for (let k0: usize = 0; k0 < inner; k0 += INNER_BLOCK) {
    const depth = min(INNER_BLOCK, inner - k0);
    const accumulate = k0 > 0;
    pack<T>(b + k0 * bInner * size, bLine, bInner, columns, depth, width, panelB);
    for (let i0: usize = 0; i0 < rows; i0 += ROW_BLOCK) {
      const height = min(ROW_BLOCK, rows - i0);
      pack<T>(a + (i0 * aLine + k0 * aInner) * size, aLine, aInner, height, depth, ROWS, panelA);
      const columnStop = symmetric ? min(columns, i0 + height) : columns;
      for (let j: usize = 0; j < columnStop; j += width) {
        const usedColumns = min(width, columns - j);
        for (let i: usize = 0; i < height; i += ROWS) {
          const usedRows = min(ROWS, height - i);
          // Above the diagonal of a symmetric result: mirrored at the end.
          if (symmetric && j > i0 + i + usedRows - 1) continue;
          const at = c + ((i0 + i) * columns + j) * size;
          const pa = panelA + i * depth * size;
          const pb = panelB + j * depth * size;
          if (usedRows == ROWS && usedColumns == width) {
            microKernel<T>(pa, pb, depth, at, columns * size, accumulate);
          } else {
            microKernel<T>(pa, pb, depth, tile, 32, false);
            copyTile<T>(tile, width, at, columns, usedRows, usedColumns, accumulate);
          }
        }
      }
    }
  }
  finish<T>(c, rows, columns, symmetric, scale, shift);
}

export function matrixProduct32(
  a: usize, b: usize, c: usize, scratch: usize, rows: usize, columns: usize, inner: usize,
  transposeA: bool, transposeB: bool, symmetric: bool, scale: f64, shift: f64,
): void {
  matrixProduct<f32>(a, b, c, scratch, rows, columns, inner, transposeA, transposeB, symmetric, <f32>scale, <f32>shift);
}

export function matrixProduct64(
  a: usize, b: usize, c: usize, scratch: usize, rows: usize, columns: usize, inner: usize,
  transposeA: bool, transposeB: bool, symmetric: bool, scale: f64, shift: f64,
): void {
  matrixProduct<f64>(a, b, c, scratch, rows, columns, inner, transposeA, transposeB, symmetric, scale, shift);
}
