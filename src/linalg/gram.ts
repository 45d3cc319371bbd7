import { matrixProduct } from '../../kernels/matrix-product/index.js';
import type { RealTensor } from '../../kernels/real.js';
import type { Side } from '../problem.js';

/**
 * The average gradient outer product (AGOP) of the linear model, smoothed: XᵀX/samples + shift·I, or for an estimate held
 * transposed the same from its other side.
 * @param estimate [count, size] when `side` is 'own', [size, count] when it is 'other'.
 * @returns [size, size], symmetric to the last bit; the caller disposes.
 * @see arXiv:2401.04553, equation (2).
 */
export function gram(estimate: RealTensor, side: Side, samples: number, shift: number): RealTensor {
  const transpose = side === 'own' ? { transposeLeft: true } : { transposeRight: true };
  return matrixProduct(estimate, estimate, { ...transpose, symmetric: true, scale: 1 / samples, shift });
}
