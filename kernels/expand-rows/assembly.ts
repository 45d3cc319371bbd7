// output[b, :] = Σ_i coefficients[b, i] · metric[indices[b, i], :], four rows of the metric a pass, so that the output
// row (which stays in the first-level cache) is read and written a quarter as often.

function expandRows<T>(
  metric: usize, coefficients: usize, indices: usize, output: usize, columns: usize, batch: usize, width: usize,
): void {
  const size = sizeof<T>();
  const rowBytes = columns * size;
  const whole = rowBytes & ~15;
  for (let b: usize = 0; b < batch; b++) {
    const list = indices + b * width * 4;
    const factors = coefficients + b * width * size;
    const to = output + b * rowBytes;
    memory.fill(to, 0, rowBytes);
    let rows0: usize = 0, rows1: usize = 0, rows2: usize = 0;
    let factor0: T = <T>0, factor1: T = <T>0, factor2: T = <T>0;
    let waiting = 0;
    for (let i: usize = 0; i < width; i++) {
      const row = load<i32>(list + i * 4);
      if (row < 0) continue;
      const from = metric + <usize>row * rowBytes;
      const factor = load<T>(factors + i * size);
      if (waiting == 0) {
        rows0 = from;
        factor0 = factor;
        waiting = 1;
      } else if (waiting == 1) {
        rows1 = from;
        factor1 = factor;
        waiting = 2;
      } else if (waiting == 2) {
        rows2 = from;
        factor2 = factor;
        waiting = 3;
      } else {
        const f0 = v128.splat<T>(factor0), f1 = v128.splat<T>(factor1);
        const f2 = v128.splat<T>(factor2), f3 = v128.splat<T>(factor);
        for (let k: usize = 0; k < whole; k += 16) {
          const left = v128.add<T>(v128.mul<T>(f0, v128.load(rows0 + k)), v128.mul<T>(f1, v128.load(rows1 + k)));
          const right = v128.add<T>(v128.mul<T>(f2, v128.load(rows2 + k)), v128.mul<T>(f3, v128.load(from + k)));
          v128.store(to + k, v128.add<T>(v128.load(to + k), v128.add<T>(left, right)));
        }
        for (let k = whole; k < rowBytes; k += size) {
          const sum = factor0 * load<T>(rows0 + k) + factor1 * load<T>(rows1 + k) + factor2 * load<T>(rows2 + k) + factor * load<T>(from + k);
          store<T>(to + k, load<T>(to + k) + sum);
        }
        waiting = 0;
      }
    }
    if (waiting > 0) addRow<T>(to, rows0, factor0, rowBytes);
    if (waiting > 1) addRow<T>(to, rows1, factor1, rowBytes);
    if (waiting > 2) addRow<T>(to, rows2, factor2, rowBytes);
  }
}

function addRow<T>(to: usize, from: usize, factor: T, rowBytes: usize): void {
  const whole = rowBytes & ~15;
  const factors = v128.splat<T>(factor);
  for (let k: usize = 0; k < whole; k += 16) {
    v128.store(to + k, v128.add<T>(v128.load(to + k), v128.mul<T>(factors, v128.load(from + k))));
  }
  for (let k = whole; k < rowBytes; k += sizeof<T>()) store<T>(to + k, load<T>(to + k) + factor * load<T>(from + k));
}

export function expandRows32(
  metric: usize, coefficients: usize, indices: usize, output: usize, columns: usize, batch: usize, width: usize,
): void {
  expandRows<f32>(metric, coefficients, indices, output, columns, batch, width);
}

export function expandRows64(
  metric: usize, coefficients: usize, indices: usize, output: usize, columns: usize, batch: usize, width: usize,
): void {
  expandRows<f64>(metric, coefficients, indices, output, columns, batch, width);
}
