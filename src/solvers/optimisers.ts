/** First-order optimisers as values: how a weight moves along its gradient, and what it remembers of those before. */
import * as tf from '@tensorflow/tfjs';

/** What one weight becomes, and its memory. */
export interface Moved {
  readonly weight: tf.Tensor;
  readonly memory: readonly tf.Tensor[];
}

export interface Optimiser {
  readonly name: string;
  /** Tensors of the weight's shape that are remembered, all zero before the first iteration. */
  readonly memories: number;
  /**
   * One iteration for one weight, inside a tidy; disposes nothing.
   * @param rate Learning rate.
   * @param iteration 1 for the first.
   */
  move(weight: tf.Tensor, gradient: tf.Tensor, memory: readonly tf.Tensor[], rate: number, iteration: number): Moved;
}

export const gradientDescent: Optimiser = {
  name: 'gradient-descent',
  memories: 0,
  move: (weight, gradient, _, rate) => ({ weight: weight.sub(gradient.mul(rate)), memory: [] }),
};

/** Share of the velocity that an iteration keeps. */
const inertia = 0.9;

/** Polyak's heavy ball. */
export const momentum: Optimiser = {
  name: 'momentum',
  memories: 1,
  move: (weight, gradient, [velocity = tf.zerosLike(weight)], rate) => {
    const next = velocity.mul(inertia).add(gradient);
    return { weight: weight.sub(next.mul(rate)), memory: [next] };
  },
};

const [firstDecay, secondDecay, leastRoot] = [0.9, 0.999, 1e-8];

/**
 * Adam with the largest second moment seen (AMSGrad): steps vanish with the gradient, where plain Adam keeps circling the
 * solution at the size of its learning rate.
 * @see Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018.
 */
export const adam: Optimiser = {
  name: 'adam',
  memories: 3,
  move: (weight, gradient, memory, rate, iteration) => {
    const zero = tf.zerosLike(weight);
    const [mean = zero, square = zero, largest = zero] = memory;
    const nextMean = mean.mul(firstDecay).add(gradient.mul(1 - firstDecay));
    const nextSquare = square.mul(secondDecay).add(gradient.square().mul(1 - secondDecay));
    const unbiased = nextSquare.div(1 - secondDecay ** iteration);
    const nextLargest = tf.maximum(largest, unbiased);
    const step = nextMean.mul(rate / (1 - firstDecay ** iteration)).div(nextLargest.sqrt().add(leastRoot));
    return { weight: weight.sub(step), memory: [nextMean, nextSquare, nextLargest] };
  },
};

/** Optimisers by the name that a user gives. */
export const optimisers: Readonly<Record<string, Optimiser>> = Object.fromEntries(
  [gradientDescent, momentum, adam].map((optimiser) => [optimiser.name, optimiser]),
);
