/**
 * The gradient of the sampled product.
 *
 * With x_k = leftᵢ · rightⱼ at the k-th position (i, j) and ∂x the sparse matrix of what comes from above, the gradient
 * with respect to left is ∂x · right and that with respect to right is ∂xᵀ · left: one sparse product both ways. It needs
 * no gather, whose own gradient some backends lack, and costs as much as the product itself.
 */
import * as tf from '@tensorflow/tfjs';
import { asReal, tidyReals } from '../real.js';
import type { RealTensor } from '../real.js';
import { sparseProduct } from '../sparse-product/index.js';
import type { SparsePattern } from '../sparse-pattern.js';

/**
 * @param upstream Gradient with respect to the sampled product, [entries] in the pattern's order.
 * @param left [rows, width].
 * @param right [columns, width].
 * @returns Gradients in the shapes of `left` and `right`; the caller disposes both.
 * @throws InputError when the shapes disagree.
 */
export function sampledProductGradient(
  upstream: RealTensor,
  left: RealTensor,
  right: RealTensor,
  pattern: SparsePattern,
): { readonly left: RealTensor; readonly right: RealTensor } {
  return tidyReals(() => {
    const { tensor, precision } = sparseProduct(upstream, left, right, pattern);
    const [rows, columns] = pattern.shape;
    return {
      left: asReal(tf.slice(tensor, 0, rows), precision),
      right: asReal(tf.slice(tensor, rows, columns), precision),
    };
  });
}
