// leftScale · left + rightScale · right + shift · I.

function combine<T>(left: usize, right: usize, output: usize, rows: usize, columns: usize, leftScale: T, rightScale: T, shift: T): void {
  const size = sizeof<T>();
  const bytes = rows * columns * size;
  const whole = bytes & ~15;
  const a = v128.splat<T>(leftScale), b = v128.splat<T>(rightScale);
  for (let k: usize = 0; k < whole; k += 16) {
    v128.store(output + k, v128.add<T>(v128.mul<T>(a, v128.load(left + k)), v128.mul<T>(b, v128.load(right + k))));
  }
  for (let k = whole; k < bytes; k += size) {
    store<T>(output + k, leftScale * load<T>(left + k) + rightScale * load<T>(right + k));
  }
  if (shift == <T>0) return;
  const diagonal = min(rows, columns);
  for (let i: usize = 0; i < diagonal; i++) {
    const at = output + i * (columns + 1) * size;
    store<T>(at, load<T>(at) + shift);
  }
}

export function combine32(left: usize, right: usize, output: usize, rows: usize, columns: usize, leftScale: f64, rightScale: f64, shift: f64): void {
  combine<f32>(left, right, output, rows, columns, <f32>leftScale, <f32>rightScale, <f32>shift);
}

export function combine64(left: usize, right: usize, output: usize, rows: usize, columns: usize, leftScale: f64, rightScale: f64, shift: f64): void {
  combine<f64>(left, right, output, rows, columns, leftScale, rightScale, shift);
}
