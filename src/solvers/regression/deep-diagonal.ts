/**
 * Deep diagonal linear network, trained by gradient descent: the baseline that lin-RFM is compared with.
 *
 *   w = p^L − q^L,   loss ‖A w − y‖² / (2n),   p = q = a small number at the start
 *
 * Layers of a branch that start equal stay equal, so one vector a branch stands for all L of them. Small starts make
 * gradient descent prefer sparse weights (Woodworth et al., "Kernel and rich regimes in overparametrized models", 2020).
 */
import * as tf from '@tensorflow/tfjs';
import type { Solver } from '../solver.js';
import type { RegressionProblem } from './problem.js';
import { compare } from './sparse-lin-rfm.js';

export interface DeepDiagonalOptions {
  /** L, at least 2. */
  readonly depth: number;
  /** p^L and q^L at the start, in units of the scaled weights; 1e-8 unless given. */
  readonly initialWeight?: number;
  /** Of the largest step that the curvature bears; 0.5 unless given. */
  readonly rate?: number;
  /** Heavy ball, in [0, 1); 0.9 unless given, 0 for plain gradient descent. */
  readonly momentum?: number;
  /** Gradient steps between two looks; 100 unless given. */
  readonly steps?: number;
}

export interface DeepDiagonalState {
  /** p above q, and their velocity: float32 [2, features, 1]. */
  readonly roots: tf.Tensor;
  readonly velocity: tf.Tensor;
  readonly weights: Float64Array;
}

/** A curvature that is never divided by: there is nothing to descend. */
const leastBound = 1e-20;

/**
 * The solver as a value. It computes in float32, the precision of TensorFlow.js's gradients.
 *
 * The step size is a share of the largest that the local curvature bears: with s the largest root, λ that of AᵀA/n and g
 * the gradient in w, the Hessian is at most 2λ(L s^{L−1})² + ‖g‖_∞ L(L−1)s^{L−2}. It is long on the plateau around
 * zero, where a constant one would wait for ages, and needs no look at the state.
 */
export function deepDiagonal(options: DeepDiagonalOptions): Solver<DeepDiagonalState, RegressionProblem> {
  const { depth, initialWeight = 1e-8, steps = 100 } = options;
  const trainer = { rate: 0.5, momentum: 0.9, ...options, steps };
  return {
    name: 'deep-diagonal',
    init: ({ features }) => {
      const shape: [number, number, number] = [2, features, 1];
      const roots = tf.fill(shape, initialWeight ** (1 / depth));
      return Promise.resolve({ roots, velocity: tf.zeros(shape), weights: new Float64Array(features) });
    },
    step: async (problem, state) => {
      const { roots, velocity, weights } = tf.tidy(() => train(problem, state, trainer));
      try {
        const values = Float64Array.from(await weights.data());
        const measures = { ...compare(problem, values, state.weights), epsilon: 0 };
        return { state: { roots, velocity, weights: values }, measures };
      } catch (error) {
        tf.dispose([roots, velocity]);
        throw error;
      } finally {
        weights.dispose();
      }
    },
    estimate: (problem, { weights }) => Promise.resolve(weights.map((weight) => weight * problem.scale)),
    dispose: ({ roots, velocity }) => tf.dispose([roots, velocity]),
  };
}

interface Trainer {
  readonly depth: number;
  readonly rate: number;
  readonly momentum: number;
  readonly steps: number;
}

/** A round of gradient steps. Runs inside a tidy. */
function train(problem: RegressionProblem, start: DeepDiagonalState, { depth, rate, momentum, steps }: Trainer) {
  const { samples, rows } = problem;
  const [count, features] = problem.matrix.shape;
  const matrix = tf.tensor2d(Float32Array.from(problem.matrix.values), [count, features]);
  const targets = tf.tensor2d(Float32Array.from(problem.hostTargets), [rows, 1]);
  const curvature = largestEigenvalue(matrix)
    .div(samples)
    .mul(2 * depth ** 2);
  // ‖g‖_∞ ≤ max ‖a_j‖·‖r‖/n = max ‖a_j‖·√(2·loss/n).
  const steepness = matrix
    .square()
    .sum(0)
    .max()
    .mul(2 / samples)
    .sqrt()
    .mul(depth * (depth - 1));
  const descend = tf.valueAndGrad((roots: tf.Tensor) =>
    tf
      .matMul(matrix, weightsOf(roots, depth))
      .sub(targets)
      .square()
      .sum()
      .div(2 * samples),
  );
  let [roots, velocity] = [start.roots.clone(), start.velocity.clone()];
  for (let step = 0; step < steps; step += 1) {
    const next = tf.tidy(() => {
      const { value, grad } = descend(roots);
      const size = roots.abs().max();
      const first = power(size, 2 * depth - 2).mul(curvature);
      const second = power(size, depth - 2)
        .mul(steepness)
        .mul(value.sqrt());
      const along = velocity.mul(momentum).sub(grad.mul(tf.scalar(rate).div(first.add(second).add(leastBound))));
      return { roots: roots.add(along), velocity: along };
    });
    tf.dispose([roots, velocity]);
    ({ roots, velocity } = next);
  }
  return { roots, velocity, weights: weightsOf(roots, depth) };
}

/** p^L − q^L, [features, 1]. */
function weightsOf(roots: tf.Tensor, depth: number): tf.Tensor2D {
  const powers = power(roots, depth);
  const [, features = 0] = roots.shape;
  const branch = (k: number): tf.Tensor2D => powers.slice([k, 0, 0], [1, features, 1]).reshape([features, 1]);
  return branch(0).sub(branch(1));
}

/** A whole power by products, whose gradients every backend has. */
function power(values: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 0) return tf.onesLike(values);
  let product = values;
  for (let k = 1; k < exponent; k += 1) product = product.mul(values);
  return product;
}

/** Of AᵀA, by power iteration; a little under the true one, which the rate allows for. */
function largestEigenvalue(matrix: tf.Tensor2D): tf.Tensor {
  const products = 20;
  let vector: tf.Tensor2D = tf.matMul(matrix, tf.ones([matrix.shape[0], 1]), true, false);
  for (let k = 0; k < products; k += 1) {
    const next: tf.Tensor2D = tf.matMul(matrix, tf.matMul(matrix, vector), true, false);
    vector = next.div(next.norm().add(leastBound));
  }
  return tf.matMul(matrix, vector).square().sum();
}
