/**
 * Gradients of the loss of a deep linear network, ½ ‖P(W_L ⋯ W_1) − y‖².
 *
 * Of left = W_L and of right = (W_{L−1} ⋯ W_1)ᵀ by the gradient of the sampled product, which costs as much as the
 * observations; TensorFlow.js differentiates the product of layers and carries the latter through it. The kernel stays
 * out of the tape: what `tf.customGrad` saves for it are copies on some backends, twice the factors an iteration.
 */
import * as tf from '@tensorflow/tfjs';
import { sampledProductGradient } from '../../kernels/sampled-product/gradient.js';
import { sampledProduct } from '../../kernels/sampled-product/index.js';
import { asReal } from '../../kernels/real.js';
import type { SparsePattern } from '../../kernels/sparse-pattern.js';

/** Product of all layers but the last, transposed: [columns, width]. The layers come from the input, as those of a state. */
export function rightOf(layers: readonly tf.Tensor[]): tf.Tensor {
  return layers.slice(0, -1).reduce((product, layer) => tf.matMul(product, layer));
}

/** Entries of left · rightᵀ on the pattern less the targets: [entries]; the caller disposes. */
export function misfitOf(left: tf.Tensor, right: tf.Tensor, target: tf.Tensor, pattern: SparsePattern): tf.Tensor {
  return tf.tidy(() => sampledProduct(asReal(left, 'float32'), asReal(right, 'float32'), pattern).tensor.sub(target));
}

/**
 * Gradients with respect to every layer, in float32 as all of TensorFlow.js's are.
 * @param layers From the input: [columns, width], [width, width]…, [rows, width]; two or more.
 * @param target [entries] in the pattern's order.
 * @returns In the shapes of the layers; the caller disposes.
 */
export function networkGradients(
  layers: readonly tf.Tensor[],
  target: tf.Tensor,
  pattern: SparsePattern,
): readonly tf.Tensor[] {
  return tf.tidy(() => {
    const left = layers.at(-1) as tf.Tensor;
    const right = rightOf(layers);
    const upstream = misfitOf(left, right, target, pattern);
    const real = (tensor: tf.Tensor) => asReal(tensor, 'float32');
    const sides = sampledProductGradient(real(upstream), real(left), real(right), pattern);
    // Of two layers `right` is one itself, and there is nothing to differentiate.
    if (layers.length === 2) return [sides.right.tensor, sides.left.tensor];
    const throughProduct = tf.grads((...inner: tf.Tensor[]) => rightOf([...inner, left]));
    return [...throughProduct(layers.slice(0, -1), sides.right.tensor), sides.left.tensor];
  });
}
