import type { Handle } from '../backends/tensorflow-binding.js';
import type { TensorflowCall } from '../contract.js';
import { choleskyFactors, solveByFactor } from '../parts/tensorflow-cholesky.js';
import type { CholeskyAttributes } from './reference.js';

export function tensorflow({
  ops,
  reals,
  attributes,
}: TensorflowCall<'blocks' | 'rightHandSides', never, CholeskyAttributes>): Handle {
  const { batch, width, ridge } = attributes;
  const shift = (): Handle => ops.diagonal(ops.fill([width], ridge), width, width);
  const shifted = ridge === 0 ? reals.blocks : ops.pointwise('AddV2', reals.blocks, shift());
  const factor = choleskyFactors(ops, shifted, batch, width);
  const columns = ops.reshape(reals.rightHandSides, [batch, width, 1]);
  return ops.reshape(solveByFactor(ops, factor, columns), [batch, width]);
}
