// output[b] = blocks[b] · vectors[b], every block symmetric: a sum of its rows, so that the inner loop runs along them.

function blockProduct<T>(blocks: usize, vectors: usize, output: usize, batch: usize, width: usize, part: usize, parts: usize): void {
  const size = sizeof<T>();
  const bytes = width * size;
  const whole = bytes & ~15;
  const stop = (batch * (part + 1)) / parts;
  for (let b = (batch * part) / parts; b < stop; b++) {
    const block = blocks + b * width * bytes;
    const vector = vectors + b * bytes;
    const to = output + b * bytes;
    for (let c: usize = 0; c < whole; c += 16) {
      let sum = v128.splat<T>(<T>0);
      for (let k: usize = 0; k < width; k++) {
        sum = v128.add<T>(sum, v128.mul<T>(v128.splat<T>(load<T>(vector + k * size)), v128.load(block + k * bytes + c)));
      }
      v128.store(to + c, sum);
    }
    for (let c = whole; c < bytes; c += size) {
      let sum: T = 0;
      for (let k: usize = 0; k < width; k++) sum += load<T>(vector + k * size) * load<T>(block + k * bytes + c);
      store<T>(to + c, sum);
    }
  }
}

export function blockProduct32(blocks: usize, vectors: usize, output: usize, batch: usize, width: usize, part: usize, parts: usize): void {
  blockProduct<f32>(blocks, vectors, output, batch, width, part, parts);
}

export function blockProduct64(blocks: usize, vectors: usize, output: usize, batch: usize, width: usize, part: usize, parts: usize): void {
  blockProduct<f64>(blocks, vectors, output, batch, width, part, parts);
}
