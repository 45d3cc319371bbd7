// output[k] = left[row of k] · right[column of k] over the entries of a sparse pattern, row by row.
import { firstRow, lastLanes, sumLanes } from '../parts/assembly';

function sampledProduct<T>(
  left: usize, right: usize, starts: usize, columns: usize, output: usize, rows: usize, width: usize, part: usize, parts: usize,
): void {
  const size = sizeof<T>();
  const lanes: usize = 16 / size;
  const bytes = width * size;
  const stop = firstRow(starts, rows, part + 1, parts);
  const last = bytes - 16;
  const whole = (width / lanes) * 16;
  const mask = lastLanes<T>(<i32>((whole - last) / size));
  const hasTail = whole != bytes;
  for (let i = firstRow(starts, rows, part, parts); i < stop; i++) {
    const a = left + i * bytes;
    const end = <usize>load<i32>(starts + (i + 1) * 4);
    if (width < lanes) {
      for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
        const b = right + <usize>load<i32>(columns + k * 4) * bytes;
        let sum: T = 0;
        for (let c: usize = 0; c < bytes; c += size) sum += load<T>(a + c) * load<T>(b + c);
        store<T>(output + k * size, sum);
      }
      continue;
    }
    const tail = hasTail ? v128.and(v128.load(a + last), mask) : v128.splat<T>(<T>0);
    for (let k = <usize>load<i32>(starts + i * 4); k < end; k++) {
      const b = right + <usize>load<i32>(columns + k * 4) * bytes;
      let sum = hasTail ? v128.mul<T>(tail, v128.load(b + last)) : v128.splat<T>(<T>0);
      for (let c: usize = 0; c < whole; c += 16) {
        sum = v128.add<T>(sum, v128.mul<T>(v128.load(a + c), v128.load(b + c)));
      }
      store<T>(output + k * size, sumLanes<T>(sum));
    }
  }
}

export function sampledProduct32(
  left: usize, right: usize, starts: usize, columns: usize, output: usize, rows: usize, width: usize, part: usize, parts: usize,
): void {
  sampledProduct<f32>(left, right, starts, columns, output, rows, width, part, parts);
}

export function sampledProduct64(
  left: usize, right: usize, starts: usize, columns: usize, output: usize, rows: usize, width: usize, part: usize, parts: usize,
): void {
  sampledProduct<f64>(left, right, starts, columns, output, rows, width, part, parts);
}
