// [‖left − op(right)‖², ‖left‖²], in float64 sums, walked in square tiles so that a transposed `right` stays in cache.
// Rows of a tile, tiles and the whole are summed apart: adding up in order costs a digit on long sums.

const TILE: usize = 32;

function differenceNorms<T>(left: usize, right: usize, output: usize, rows: usize, columns: usize, transposeRight: bool): void {
  const size = sizeof<T>();
  const rightRow: usize = transposeRight ? 1 : columns;
  const rightColumn: usize = transposeRight ? rows : 1;
  let difference: f64 = 0;
  let norm: f64 = 0;
  for (let i0: usize = 0; i0 < rows; i0 += TILE) {
    const iStop = min(rows, i0 + TILE);
    for (let j0: usize = 0; j0 < columns; j0 += TILE) {
      const jStop = min(columns, j0 + TILE);
      let tileDifference: f64 = 0;
      let tileNorm: f64 = 0;
      for (let i = i0; i < iStop; i++) {
        let a = left + (i * columns + j0) * size;
        let b = right + (i * rightRow + j0 * rightColumn) * size;
        let rowDifference: f64 = 0;
        let rowNorm: f64 = 0;
        for (let j = j0; j < jStop; j++) {
          const value = <f64>load<T>(a);
          const gap = value - <f64>load<T>(b);
          rowDifference += gap * gap;
          rowNorm += value * value;
          a += size;
          b += rightColumn * size;
        }
        tileDifference += rowDifference;
        tileNorm += rowNorm;
      }
      difference += tileDifference;
      norm += tileNorm;
    }
  }
  store<T>(output, <T>difference);
  store<T>(output + size, <T>norm);
}

export function differenceNorms32(left: usize, right: usize, output: usize, rows: usize, columns: usize, transposeRight: bool): void {
  differenceNorms<f32>(left, right, output, rows, columns, transposeRight);
}

export function differenceNorms64(left: usize, right: usize, output: usize, rows: usize, columns: usize, transposeRight: bool): void {
  differenceNorms<f64>(left, right, output, rows, columns, transposeRight);
}
