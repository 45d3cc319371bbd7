/**
 * A deep linear network X = W_L ⋯ W_1, trained from a small start on the observed entries by gradients that TensorFlow.js
 * derives: what the implicit bias of gradient descent recovers without any reweighting. lin-RFM with α = (L − 1)/(2L)
 * minimises the penalty that such a network's weight decay amounts to (arXiv:2401.04553, section 3).
 *
 *   loss = ½ ‖P(W_L ⋯ W_1) − y‖²
 *
 * Nothing of the size of X is formed: the loss samples left · rightᵀ with left = W_L and rightᵀ = W_{L−1} ⋯ W_1.
 */
import * as tf from '@tensorflow/tfjs';
import type { Factors } from '../completion.js';
import { createRandom } from '../data/random.js';
import { InputError } from '../errors.js';
import { scaleColumns, tall } from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import { thinSvd } from '../linalg/thin-svd.js';
import { largestSingularValue } from '../sparse-problem.js';
import type { SparseProblem } from '../sparse-problem.js';
import type { LayerWeights } from './network-features.js';
import { misfitOf, networkGradients, rightOf } from './network-gradients.js';
import { optimisers } from './optimisers.js';
import type { Optimiser } from './optimisers.js';
import type { Measures, Solver, Step } from './solver.js';

export interface DeepLinearOptions {
  /** Layers, 2 to 6; 3 unless given. */
  readonly depth?: number;
  /** Size of the hidden layers, which bounds the rank; the short side, at most 100, unless given. */
  readonly width?: number;
  /**
   * Size of the product of the start as a share of the matrix's largest singular value; unless given 1e-6 for three
   * layers, more for deeper networks, less for two. The smaller it is, the lower the rank that the training prefers and
   * the longer it takes.
   */
  readonly initialScale?: number;
  /** 'gradient-descent', 'momentum' or 'adam'; momentum unless given. */
  readonly optimiser?: string;
  /**
   * Relative to the data, so that a number serves any: for gradient descent and momentum in units of the inverse of the
   * loss's largest curvature at a solution, for Adam of the size of a weight there. Unless given, the optimiser's own,
   * halved whenever the training diverges.
   */
  readonly learningRate?: number;
  /** Gradient iterations in one step of the loop; 25 unless given. */
  readonly iterations?: number;
  /** Of the start; 0 unless given. */
  readonly seed?: number;
}

export interface DeepLinearState {
  /** From the input: [columns, width], [width, width]…, [rows, width]; all but the last transposed. */
  readonly layers: readonly tf.Tensor[];
  readonly memories: readonly (readonly tf.Tensor[])[];
  /** Gradient iterations done. */
  readonly iteration: number;
  /** In units of the scaled problem's loss. */
  readonly rate: number;
  /** The rate falls by itself where the training diverges. */
  readonly mayFall: boolean;
}

export const defaultDepth = 3;
const largestDefaultWidth = 100;
const defaultRates: Readonly<Record<string, number>> = { 'gradient-descent': 0.5, momentum: 0.2, adam: 0.01 };
/** How many times longer than with a start of full size the training may take, by what the depth makes of a small one. */
const patience = 100;
/** Two layers leave a small start exponentially fast, and need a very small one. */
const shallowStart = 1e-8;
/** The rate has been halved this often before a divergence is the data's. */
const mostHalvings = 20;

export function deepLinear(options: DeepLinearOptions = {}): Solver<DeepLinearState, SparseProblem, Factors> {
  const { depth = defaultDepth, initialScale = startOf(depth), iterations = 25, seed = 0 } = options;
  const optimiser = checkedOptimiser(options, depth, initialScale, iterations);

  async function init(problem: SparseProblem): Promise<DeepLinearState> {
    const [rows, columns] = problem.shape;
    const width = options.width ?? Math.min(rows, columns, largestDefaultWidth);
    const share = problem.observed / (rows * columns);
    const largest = ((await largestSingularValue(problem)) || 1) / share;
    const target = (initialScale * largest) ** (1 / depth);
    const counts = [columns, ...Array.from({ length: depth - 2 }, () => width), rows];
    const random = createRandom(seed);
    const layers = counts.map((count) => {
      // Entries of this spread make a vector about `target` times as long, on the mean of both ways through.
      const spread = target / (count * width) ** 0.25;
      const values = Float32Array.from({ length: count * width }, () => spread * random.normal());
      return tf.tensor2d(values, [count, width]);
    });
    const memories = layers.map((layer) => Array.from({ length: optimiser.memories }, () => tf.zerosLike(layer)));
    const relative = options.learningRate ?? defaultRates[optimiser.name] ?? 1;
    const unit =
      optimiser.name === 'adam'
        ? largest ** (1 / depth) / Math.sqrt(Math.max(rows, columns))
        : 1 / (depth * share * largest ** (2 - 2 / depth));
    return { layers, memories, iteration: 0, rate: relative * unit, mayFall: options.learningRate === undefined };
  }

  async function step(problem: SparseProblem, state: DeepLinearState): Promise<Step<DeepLinearState>> {
    const target = tf.tensor1d(Float32Array.from(problem.rows.values));
    try {
      for (let [from, halvings] = [state, 0]; ; halvings += 1) {
        const next = train(problem, from, target, optimiser, iterations);
        const measures = await measure(problem, state, next, target, iterations).catch((error: unknown) => {
          disposeState(next);
          throw error;
        });
        const isFinite = Number.isFinite(measures.change) && Number.isFinite(measures.residual);
        if (isFinite || !state.mayFall || halvings === mostHalvings) return { state: next, measures };
        disposeState(next);
        from = { ...from, rate: from.rate / 2 };
      }
    } finally {
      target.dispose();
    }
  }

  return { name: 'deep-linear', init, step, estimate: estimateOf, dispose: disposeState };
}

/** From a share s of the largest singular value, L > 2 layers take about s^{−(L−2)/L} times as long as from all of it. */
function startOf(depth: number): number {
  return depth === 2 ? shallowStart : patience ** (-depth / (depth - 2));
}

function checkedOptimiser(options: DeepLinearOptions, depth: number, scale: number, iterations: number): Optimiser {
  const { width, learningRate, optimiser = 'momentum' } = options;
  const whole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  if (!whole(depth, 2) || depth > 6) throw new InputError('depth', 'a whole number from 2 to 6', `${depth}`);
  if (width !== undefined && !whole(width, 1))
    throw new InputError('width', 'a whole number of at least 1', `${width}`);
  if (!whole(iterations, 1)) throw new InputError('iterations', 'a whole number of at least 1', `${iterations}`);
  if (!(scale > 0 && Number.isFinite(scale))) throw new InputError('initialScale', 'a positive number', `${scale}`);
  if (learningRate !== undefined && !(learningRate > 0 && Number.isFinite(learningRate)))
    throw new InputError('learningRate', 'a positive number', `${learningRate}`);
  const found = optimisers[optimiser];
  if (found === undefined) throw new InputError('optimiser', `one of ${Object.keys(optimisers).join(', ')}`, optimiser);
  return found;
}

/** The state after some more iterations; the one that went in stays whole. Waits for nothing. */
function train(
  { rows }: SparseProblem,
  state: DeepLinearState,
  target: tf.Tensor,
  optimiser: Optimiser,
  iterations: number,
): DeepLinearState {
  let current = state;
  for (let k = 0; k < iterations; k += 1) {
    const iteration = current.iteration + 1;
    const moved = tf.tidy(() => {
      const slopes = networkGradients(current.layers, target, rows.pattern);
      return current.layers.map((layer, l) => {
        const { weight, memory } = optimiser.move(
          ...([layer, slopes[l] as tf.Tensor, current.memories[l] ?? [], state.rate, iteration] as const),
        );
        return [weight, ...memory];
      });
    });
    if (current !== state) disposeState(current);
    const layers = moved.map(([weight]) => weight as tf.Tensor);
    current = { ...state, layers, memories: moved.map(([, ...memory]) => memory), iteration };
  }
  return current;
}

/** One read from the device: how far X moved, and how far it is from the observations. */
async function measure(
  problem: SparseProblem,
  before: DeepLinearState,
  after: DeepLinearState,
  target: tf.Tensor,
  iterations: number,
): Promise<Measures> {
  const numbers = tf.tidy(() => {
    const [old, left] = [before.layers.at(-1) as tf.Tensor, after.layers.at(-1) as tf.Tensor];
    const [oldRight, right] = [rightOf(before.layers), rightOf(after.layers)];
    const misfit = misfitOf(left, right, target, problem.rows.pattern);
    // left·rightᵀ − old·oldRightᵀ = (left − old)·rightᵀ + old·(right − oldRight)ᵀ: no two large numbers are subtracted.
    const [leftMove, rightMove] = [left.sub(old), right.sub(oldRight)];
    const inner = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b, true, false);
    const together = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => a.mul(b).sum();
    const moved = together(inner(leftMove, leftMove), inner(right, right))
      .add(together(inner(old, old), inner(rightMove, rightMove)))
      .add(together(inner(leftMove, old), inner(right, rightMove)).mul(2));
    return tf.stack([moved, together(inner(left, left), inner(right, right)), misfit.square().sum()]);
  });
  try {
    const [moved = NaN, size = NaN, misfit = NaN] = await numbers.data();
    const change = moved <= 0 ? 0 : Math.sqrt(moved / size);
    return { change, residual: Math.sqrt(misfit) / problem.norm, epsilon: 0, innerSteps: iterations };
  } finally {
    numbers.dispose();
  }
}

/** Singular triplets of the product, by factors of its two halves. */
async function estimateOf({ shape, scale }: SparseProblem, { layers }: DeepLinearState): Promise<Factors> {
  const [rows, columns] = shape;
  const right = tf.tidy(() => rightOf(layers).clone());
  try {
    const [left, across] = [layers.at(-1) as tf.Tensor, right];
    const [leftValues, rightValues] = [await left.data(), await across.data()];
    const width = right.shape[1] ?? 0;
    const host = (count: number, values: ArrayLike<number>): Tall => tall(count, width, Float64Array.from(values));
    const svd = thinSvd(host(rows, leftValues), host(columns, rightValues));
    const values = svd.values.map((value) => value * scale);
    return { left: scaleColumns(svd.left, values), right: svd.right, values };
  } finally {
    right.dispose();
  }
}

/** The weights of every layer on the host, from the input: what `compareFeatures` looks at. The state stays the caller's. */
export function networkLayers({ layers }: DeepLinearState): Promise<LayerWeights[]> {
  return Promise.all(
    layers.map(async (layer, k) => {
      const isLast = k === layers.length - 1;
      const upright = isLast ? layer.clone() : layer.transpose();
      try {
        const [outputs = 0, inputs = 0] = upright.shape;
        return { outputs, inputs, values: Float64Array.from(await upright.data()) };
      } finally {
        upright.dispose();
      }
    }),
  );
}

function disposeState({ layers, memories }: DeepLinearState): void {
  tf.dispose([...layers, ...memories.flat()]);
}
