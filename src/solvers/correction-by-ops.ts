/**
 * The correction's conjugate gradients composed of TensorFlow.js ops and this project's kernels: for backends without a
 * `tangentSolve` of their own.
 */
import * as tf from '@tensorflow/tfjs';
import { blockProduct } from '../../kernels/block-product/index.js';
import { asReal } from '../../kernels/real.js';
import type { RealTensor } from '../../kernels/real.js';
import { rowNormalSolve } from '../../kernels/row-normal-solve/index.js';
import { sampledProduct } from '../../kernels/sampled-product/index.js';
import { sparseProduct } from '../../kernels/sparse-product/index.js';
import type { SparsePattern } from '../../kernels/sparse-pattern.js';
import type { Tall } from '../linalg/tall.js';
import type { SparseProblem } from '../sparse-problem.js';
import { leastRidge, penaltiesOf } from './tangent-penalties.js';
import type { Correction, CorrectionOptions, Tangent, TangentPoint } from './tangent-penalties.js';

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

/** @param gradient Of about unit length. */
export async function correctByOps(
  problem: SparseProblem,
  point: TangentPoint,
  gradient: Tangent,
  options: CorrectionOptions,
): Promise<Correction> {
  const system = createSystem(problem, point, options.blocks);
  try {
    const start = { left: upload(gradient.left), right: upload(gradient.right) };
    const { solution, steps } = await conjugateGradient(system, start, options);
    const left = Float64Array.from(await solution.left.data());
    const right = Float64Array.from(await solution.right.data());
    tf.dispose([solution.left, solution.right]);
    return { left: { ...gradient.left, values: left }, right: { ...gradient.right, values: right }, steps };
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

/** (Σ_k v_k v_kᵀ + diag(ridge))⁻¹ for every row of the pattern, [rows, rank, rank]. */
function inverseNormals(factor: tf.Tensor2D, ridge: tf.Tensor1D, pattern: SparsePattern): tf.Tensor {
  const zeros = asReal(tf.zeros([pattern.entries]), 'float32');
  const [factorReal, ridgeReal] = [asReal(factor, 'float32'), asReal(ridge, 'float32')];
  const solved = rowNormalSolve(zeros, factorReal, ridgeReal, pattern, { withInverse: true }).tensor;
  const rank = factor.shape[1];
  return solved.slice([0, rank], [pattern.shape[0], rank * rank]).reshape([pattern.shape[0], rank, rank]);
}

/** Steps without a look at the device, at most. */
const mostUnseen = 8;

/**
 * Steps until the next look: a read waits for the device to finish, so none is made before the pace so far says that the
 * tolerance may be near. A step too many only makes the correction more accurate.
 * @param share Product over the first product after `steps` steps.
 */
function stepsUnseen(share: number, steps: number, enough: number): number {
  const pace = Math.log(share) / steps;
  if (!(pace < 0)) return 1;
  const left = Math.floor(Math.log(enough / share) / pace);
  return Math.max(1, Math.min(mostUnseen, left));
}

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
  const enough = tolerance ** 2;
  let steps = 0;
  let nextRead = 1;
  for (let share = first > 0 ? 1 : 0; share > enough && steps < maxSteps;) {
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
    steps += 1;
    if (steps < Math.min(nextRead, maxSteps)) continue;
    share = ((await iterate.product.data())[0] ?? NaN) / first;
    nextRead = steps + stepsUnseen(share, steps, enough);
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
