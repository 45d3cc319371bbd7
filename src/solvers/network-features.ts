/**
 * The neural feature check: in a trained deep linear network the Gram matrix of a layer's weights follows a power of the
 * average gradient outer product, which is what lin-RFM puts in its place (arXiv:2401.04553, section 3; Radhakrishnan et
 * al., "Mechanism for feature learning in neural networks and backpropagation-free machine learning models", 2024).
 *
 * For X = W_L ⋯ W_1 the AGOP with respect to the input of layer l is Gᵀ G with G = W_L ⋯ W_l, and balanced layers have
 * W_lᵀ W_l = (GᵀG)^{1/(L−l+1)}.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { InputError } from '../errors.js';

/** Weights of a layer: [outputs, inputs], row-major. */
export interface LayerWeights {
  readonly outputs: number;
  readonly inputs: number;
  readonly values: Float64Array;
}

/** How one layer compares. */
export interface LayerFeatures {
  /** From 1 at the input. */
  readonly layer: number;
  /** Power of the AGOP at this layer that balanced weights have: 1/(L − l + 1). */
  readonly power: number;
  /** Pearson correlation of the entries of W_lᵀW_l with those of the AGOP. */
  readonly withAgop: number;
  /** With the AGOP's power. */
  readonly withPower: number;
}

/**
 * @param layers From the input to the output.
 * @throws InputError when one layer's outputs are not the next one's inputs.
 */
export function compareFeatures(layers: readonly LayerWeights[]): LayerFeatures[] {
  const matrices = layers.map(({ outputs, inputs, values }) => Matrix.from1DArray(outputs, inputs, values));
  let product: Matrix | undefined;
  const features = matrices.map((_, k): LayerFeatures => {
    const layer = matrices.length - k;
    const weights = matrices[layer - 1] ?? new Matrix(0, 0);
    if (product !== undefined && product.columns !== weights.rows) {
      const given = `${weights.rows} before ${product.columns}`;
      throw new InputError('compareFeatures', 'as many outputs as the next layer has inputs', given);
    }
    product = product === undefined ? weights : product.mmul(weights);
    const gram = weights.transpose().mmul(weights);
    const agop = product.transpose().mmul(product);
    const power = 1 / (k + 1);
    return { layer, power, withAgop: correlation(gram, agop), withPower: correlation(gram, powerOf(agop, power)) };
  });
  return features.reverse();
}

/** Of a positive semidefinite matrix. */
function powerOf(matrix: Matrix, exponent: number): Matrix {
  if (exponent === 1) return matrix;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const scaled = Matrix.diag(realEigenvalues.map((value) => Math.max(value, 0) ** exponent));
  return eigenvectorMatrix.mmul(scaled).mmul(eigenvectorMatrix.transpose());
}

/** Pearson's, over all entries. */
function correlation(left: Matrix, right: Matrix): number {
  const centred = [left, right].map((matrix) => Matrix.sub(matrix, matrix.mean()));
  const [a = left, b = right] = centred;
  return Matrix.mul(a, b).sum() / (a.norm('frobenius') * b.norm('frobenius'));
}
