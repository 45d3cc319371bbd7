/** Cholesky factors by TensorFlow ops, where a block that is not positive definite spoils only itself. */
import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorOps } from '../backends/tensorflow-ops.js';

/**
 * Lower factors of a batch; NaN for a block that is not positive definite.
 * @param blocks [batch, width, width]; only the lower triangles are read.
 */
export function choleskyFactors(ops: TensorOps, blocks: Handle, batch: number, width: number): Handle {
  try {
    return ops.run('Cholesky', [blocks], ops.type('T', ops.real));
  } catch (error) {
    // On the CPU one bad block fails the whole op, as would a missing op or a full memory: only halves tell.
    if (!/not successful|decomposition/iu.test(String(error))) throw error;
  }
  if (batch === 1) return ops.fill([1, width, width], NaN);
  const half = batch >> 1;
  const parts = [
    { begin: 0, count: half },
    { begin: half, count: batch - half },
  ].map(({ begin, count }) => {
    const part = ops.slice(blocks, [begin, 0, 0], [count, width, width]);
    return choleskyFactors(ops, part, count, width);
  });
  return ops.concat(parts, 0);
}

/** X of factor · factorᵀ · X = right. */
export function solveByFactor(ops: TensorOps, factor: Handle, right: Handle): Handle {
  const forward = ops.triangularSolve(factor, right, false);
  return ops.triangularSolve(factor, forward, true);
}
