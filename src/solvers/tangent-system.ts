/**
 * The correction of two-sided lin-RFM: conjugate gradients in the tangent space of the current low-rank matrix.
 *
 * At X = U diag(σ) Vᵀ a tangent γ = L Vᵀ + U Rᵀ, RᵀV = 0, has as penalty its own entries over the weights' inverse:
 * max(σ_i, σ_j)² for the part UᵀL, σ_j² for the two others (the smaller of the two sides' weights, which near the limit
 * recovers where their geometric mean does not), all less the ε² that everything else has. With P the sampling the
 * system is (P_T P*P P_T + ε²(D_T − ε²)⁻¹) δγ = gradient. It is solved in float32 whatever the backend has: the gradient
 * is exact, so the error of a correction is mended by the next one.
 *
 * @see Kümmerle and Mayrink Verdun, "A scalable second order method for ill-conditioned matrix completion from few
 *   samples", ICML 2021. Their diagonal preconditioner is replaced by the normal matrix of every row and column.
 */
import * as tf from '@tensorflow/tfjs';
import { blockProduct } from '../../kernels/block-product/index.js';
import { asReal } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import { rowNormalSolve } from '../../kernels/row-normal-solve/index.js';
import { sampledProduct } from '../../kernels/sampled-product/index.js';
import { sparseProduct } from '../../kernels/sparse-product/index.js';
import type { SparsePattern } from '../../kernels/sparse-pattern.js';
import { frobeniusNorm } from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import type { SparseProblem } from '../sparse-problem.js';

/** Where the tangent space is: orthonormal bases, singular values above the smoothing. */
export interface TangentPoint {
  readonly left: Tall;
  readonly values: Float64Array;
  readonly right: Tall;
  readonly epsilon: number;
}

/** γ = left · point.rightᵀ + point.left · rightᵀ. */
export interface Tangent {
  readonly left: Tall;
  readonly right: Tall;
}

export interface Penalties {
  /** For UᵀL, row-major [rank, rank]. */
  readonly core: Float64Array;
  /** For the rest of L and for R, by column, [rank]. */
  readonly side: Float64Array;
}

/** A weight nearer to ε² than this share of it would make its penalty infinite. */
const closest = 1e-3;

export function penaltiesOf({ values, epsilon }: TangentPoint): Penalties {
  const squared = epsilon ** 2;
  const penalty = (weight: number): number => squared / Math.max(weight - squared, closest * squared);
  const rank = values.length;
  return {
    core: Float64Array.from({ length: rank * rank }, (_, k) =>
      penalty(Math.max(values[Math.floor(k / rank)] as number, values[k % rank] as number) ** 2),
    ),
    side: values.map((value) => penalty(value ** 2)),
  };
}

export interface CorrectionOptions {
  /** The preconditioned residual's norm shrinks to this share. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /**
   * Precondition by the inverse normal matrix of every row and column instead of by the sampling rate: worth its price
   * once the tangent space has settled.
   */
  readonly blocks: boolean;
}

export interface Correction extends Tangent {
  /** Conjugate gradient steps. */
  readonly steps: number;
}

/** A pair of device matrices shaped like a tangent. */
interface Pair {
  readonly left: tf.Tensor2D;
  readonly right: tf.Tensor2D;
}

/** Two operations a conjugate gradient needs of its system. */
interface System {
  apply(direction: Pair): Pair;
  precondition(gradient: Pair): Pair;
  dispose(): void;
}

/** @param gradient Of half the squared residual plus penalty, negative; its right part orthogonal to point.right. */
export async function solveCorrection(
  problem: SparseProblem,
  point: TangentPoint,
  gradient: Tangent,
  options: CorrectionOptions,
): Promise<Correction> {
  const size = Math.hypot(frobeniusNorm(gradient.left.values), frobeniusNorm(gradient.right.values));
  // Near the solution gradients are tiny: float32 would lose their squares.
  if (size === 0) return { ...gradient, steps: 0 };
  const system = createSystem(problem, point, options.blocks);
  try {
    const start = tf.tidy(() => ({
      left: upload(gradient.left).div<tf.Tensor2D>(size),
      right: upload(gradient.right).div<tf.Tensor2D>(size),
    }));
    const { solution, steps } = await conjugateGradient(system, start, options);
    const left = await solution.left.data();
    const right = await solution.right.data();
    tf.dispose([solution.left, solution.right]);
    const exact = ({ count, width }: Tall, values: ArrayLike<number>): Tall => {
      const scaled = new Float64Array(count * width);
      for (let k = 0; k < scaled.length; k += 1) scaled[k] = size * (values[k] as number);
      return { count, width, values: scaled };
    };
    return { left: exact(gradient.left, left), right: exact(gradient.right, right), steps };
  } finally {
    system.dispose();
  }
}

function upload(matrix: Tall): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(matrix.values), [matrix.count, matrix.width]);
}

function createSystem(problem: SparseProblem, point: TangentPoint, blocks: boolean): System {
  const { pattern } = problem.rows;
  const share = problem.observed / (problem.shape[0] * problem.shape[1]);
  const rank = point.values.length;
  const { core, side } = penaltiesOf(point);
  const held = tf.tidy(() => {
    const [left, right] = [upload(point.left), upload(point.right)];
    const sidePenalty = tf.tensor2d(Float32Array.from(side), [1, rank]);
    const corePenalty = tf.tensor2d(Float32Array.from(core), [rank, rank]);
    // A row with fewer observations than the rank has no full normal matrix.
    const ridge = sidePenalty.reshape<tf.Tensor1D>([rank]).add<tf.Tensor1D>(leastRidge * share);
    return {
      ...{ left, right, sidePenalty },
      leftTransposed: left.transpose<tf.Tensor2D>(),
      rightTransposed: right.transpose<tf.Tensor2D>(),
      coreMore: corePenalty.sub<tf.Tensor2D>(sidePenalty),
      coreInverse: corePenalty.add<tf.Tensor2D>(share).reciprocal(),
      sideInverse: sidePenalty.add<tf.Tensor2D>(share).reciprocal(),
      ...(blocks && {
        rowInverses: inverseNormals(right, ridge, pattern),
        columnInverses: inverseNormals(left, ridge, problem.columns.pattern),
      }),
    };
  });
  const times = (inverses: tf.Tensor | undefined, matrix: tf.Tensor2D): tf.Tensor2D =>
    inverses === undefined
      ? matrix.mul(held.sideInverse)
      : (blockProduct(real(inverses), real(matrix)).tensor as tf.Tensor2D);
  const real = (tensor: tf.Tensor): RealTensor => asReal(tensor, 'float32');
  const { left: u, right: v, leftTransposed: ut, rightTransposed: vt, sidePenalty } = held;
  const awayFromRight = (matrix: tf.Tensor2D): tf.Tensor2D => matrix.sub(tf.matMul(v, tf.matMul(vt, matrix)));
  return {
    apply({ left, right }) {
      const sampled = sampledProduct(real(tf.concat([left, u], 1)), real(tf.concat([v, right], 1)), pattern);
      const both = sparseProduct(sampled, real(u), real(v), pattern).tensor as tf.Tensor2D;
      const [rows] = problem.shape;
      const core = tf.matMul(ut, left).mul<tf.Tensor2D>(held.coreMore);
      const data: tf.Tensor2D = both.slice([0, 0], [rows, rank]);
      const penalty = left.mul<tf.Tensor2D>(sidePenalty).add<tf.Tensor2D>(tf.matMul(u, core));
      return {
        left: data.add<tf.Tensor2D>(penalty),
        right: awayFromRight(both.slice([rows, 0])).add(right.mul(sidePenalty)),
      };
    },
    precondition({ left, right }) {
      const core = tf.matMul(ut, left);
      const outside = left.sub<tf.Tensor2D>(tf.matMul(u, core));
      const solved = times(held.rowInverses, outside);
      const inside = core.mul(held.coreInverse).sub<tf.Tensor2D>(tf.matMul(ut, solved));
      const other = times(held.columnInverses, right);
      return { left: solved.add(tf.matMul(u, inside)), right: awayFromRight(other) };
    },
    dispose: () => tf.dispose(Object.values(held)),
  };
}

/** Share of the sampling rate that keeps the preconditioner's blocks definite. */
const leastRidge = 1e-3;

/** (Σ_k v_k v_kᵀ + diag(ridge))⁻¹ for every row of the pattern, [rows, rank, rank]. */
function inverseNormals(factor: tf.Tensor2D, ridge: tf.Tensor1D, pattern: SparsePattern): tf.Tensor {
  const zeros = asReal(tf.zeros([pattern.entries]), 'float32');
  const [factorReal, ridgeReal] = [asReal(factor, 'float32'), asReal(ridge, 'float32')];
  const solved = rowNormalSolve(zeros, factorReal, ridgeReal, pattern, { withInverse: true }).tensor;
  const rank = factor.shape[1];
  return solved.slice([0, rank], [pattern.shape[0], rank * rank]).reshape([pattern.shape[0], rank, rank]);
}

/** One number is read from the device a step. */
async function conjugateGradient(
  system: System,
  gradient: Pair,
  { tolerance, maxSteps }: CorrectionOptions,
): Promise<{ solution: Pair; steps: number }> {
  interface Iterate {
    readonly solution: Pair;
    readonly residual: Pair;
    readonly direction: Pair;
    readonly product: tf.Scalar;
  }
  const flat = ({ solution, residual, direction, product }: Iterate): tf.Tensor[] => [
    ...[solution.left, solution.right, residual.left, residual.right, direction.left, direction.right, product],
  ];
  const tidy = (compute: () => Iterate): Iterate => {
    let made: Iterate | undefined;
    tf.tidy(() => {
      made = compute();
      return flat(made);
    });
    if (made === undefined) throw new TypeError('conjugateGradient: expected an iterate, got none');
    return made;
  };
  let iterate = tidy(() => {
    const direction = system.precondition(gradient);
    const zero = { left: tf.zerosLike(gradient.left), right: tf.zerosLike(gradient.right) };
    return { solution: zero, residual: gradient, direction, product: dot(gradient, direction) };
  });
  const first = (await iterate.product.data())[0] ?? NaN;
  let steps = 0;
  for (let product = first; product > tolerance ** 2 * first && steps < maxSteps; steps += 1) {
    const last = iterate;
    iterate = tidy(() => {
      const applied = system.apply(last.direction);
      const length = last.product.div<tf.Scalar>(dot(last.direction, applied));
      const solution = addScaled(last.solution, last.direction, length);
      const residual = addScaled(last.residual, applied, length.neg());
      const preconditioned = system.precondition(residual);
      const next = dot(residual, preconditioned);
      const direction = addScaled(preconditioned, last.direction, next.div<tf.Scalar>(last.product));
      return { solution, residual, direction, product: next };
    });
    tf.dispose(flat(last));
    product = (await iterate.product.data())[0] ?? NaN;
  }
  const { solution } = iterate;
  tf.dispose(flat(iterate).filter((tensor) => tensor !== solution.left && tensor !== solution.right));
  return { solution, steps };
}

function dot(a: Pair, b: Pair): tf.Scalar {
  return a.left.mul(b.left).sum().add(a.right.mul(b.right).sum());
}

/** base + scale · more. */
function addScaled(base: Pair, more: Pair, scale: tf.Scalar): Pair {
  return { left: base.left.add(more.left.mul(scale)), right: base.right.add(more.right.mul(scale)) };
}
