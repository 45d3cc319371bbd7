// Principal submatrices of a square matrix, one row of a block at a time; padding (index −1) is the identity.

function gatherBlocks<T>(metric: usize, indices: usize, blocks: usize, size: usize, batch: usize, width: usize): void {
  const bytes = sizeof<T>();
  for (let b: usize = 0; b < batch; b++) {
    const list = indices + b * width * 4;
    for (let i: usize = 0; i < width; i++) {
      const row = load<i32>(list + i * 4);
      if (row < 0) {
        for (let j: usize = 0; j < width; j++) {
          store<T>(blocks, i == j ? <T>1 : <T>0);
          blocks += bytes;
        }
        continue;
      }
      const from = metric + <usize>row * size * bytes;
      for (let j: usize = 0; j < width; j++) {
        const column = load<i32>(list + j * 4);
        store<T>(blocks, column < 0 ? <T>0 : load<T>(from + <usize>column * bytes));
        blocks += bytes;
      }
    }
  }
}

export function gatherBlocks32(metric: usize, indices: usize, blocks: usize, size: usize, batch: usize, width: usize): void {
  gatherBlocks<f32>(metric, indices, blocks, size, batch, width);
}

export function gatherBlocks64(metric: usize, indices: usize, blocks: usize, size: usize, batch: usize, width: usize): void {
  gatherBlocks<f64>(metric, indices, blocks, size, batch, width);
}
