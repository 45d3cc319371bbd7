/** Deep linear networks: recovery, memory, every depth and optimiser, and what they are told of a wrong option. */
import * as tf from '@tensorflow/tfjs';
import {
  atMostSteps,
  compareFeatures,
  complete,
  createSparseProblem,
  deepLinear,
  firstOf,
  generateProblem,
  networkLayers,
  solve,
  useBackend,
  whenConverged,
} from '../../src/index.js';
import type { DeepLinearOptions, LayerFeatures } from '../../src/index.js';
import { factorError } from '../../benchmarks/measure.js';
import { optimisers } from '../../src/solvers/optimisers.js';
import { completionError } from '../support/errors.js';

const small = generateProblem({ shape: [30, 26], rank: 2, observed: 430, seed: 2 });

async function train(options: DeepLinearOptions, steps: number) {
  const problem = createSparseProblem(small.observations, true);
  const tensors: number[] = [];
  let features: LayerFeatures[] = [];
  try {
    const run = await solve(deepLinear(options), problem, {
      stop: firstOf(whenConverged({ change: 1e-6, residual: 1e-3 }), atMostSteps(steps)),
      onProgress: () => tensors.push(tf.memory().numTensors),
      inspect: async (state) => {
        features = compareFeatures(await networkLayers(state));
        return undefined;
      },
    });
    return { ...run, tensors, features, error: factorError(run.estimate, small.truth) };
  } finally {
    problem.dispose();
  }
}

describe('on the default backend', () => {
  beforeAll(() => useBackend('auto'));

  it('recovers d = 100, r = 3 from 4 observations a degree of freedom with three layers', async () => {
    const { observations, truth } = generateProblem({ shape: [100, 100], rank: 3, observed: 2364, seed: 1 });
    const before = tf.memory().numTensors;
    const { completion, status, rank } = await complete(observations, { solver: 'deep-linear', noise: 0 });
    expect(status).toBe('converged');
    expect(rank).toBe(3);
    // The entries have root mean square 1: the squared relative error is the mean squared error.
    expect(completionError(completion, truth) ** 2).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([2, 4, 6])('recovers with %i layers, its memory level through training', async (depth) => {
    const { error, tensors } = await train({ depth, width: 12 }, 40);
    expect(error ** 2).toBeLessThan(1e-3);
    expect(new Set(tensors).size).toBe(1);
  });

  it.each(Object.keys(optimisers))('recovers by %s', async (optimiser) => {
    // Gradient descent takes about three times as many as momentum.
    const { error, tensors } = await train({ optimiser, width: 12 }, 90);
    expect(error ** 2).toBeLessThan(1e-3);
    expect(new Set(tensors).size).toBe(1);
  });

  it('has layers whose Gram matrices follow the named powers of the gradient outer product', async () => {
    const { features } = await train({ optimiser: 'gradient-descent', width: 12 }, 120);
    expect(features.map(({ layer, power }) => [layer, power])).toEqual([
      [1, 1 / 3],
      [2, 1 / 2],
      [3, 1],
    ]);
    for (const { withPower, withAgop } of features) {
      expect(withPower).toBeGreaterThan(0.99);
      expect(withPower).toBeGreaterThanOrEqual(withAgop - 1e-6);
    }
    expect(features[0]!.withAgop).toBeLessThan(0.99);
  });

  it('ends as non-finite at a learning rate that is far too large, and finds a smaller one by itself', async () => {
    const before = tf.memory().numTensors;
    const { status, estimate } = await train({ learningRate: 100 }, 40);
    expect(status).toBe('non-finite');
    expect(estimate.values.every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    expect((await train({ initialScale: 40 }, 3)).status).toBe('max-steps');
  });

  it('stops training where held-out observations gain no more, or at a noise level that is given', async () => {
    const { observations, truth } = generateProblem({ shape: [30, 26], rank: 2, observed: 430, noise: 0.3, seed: 2 });
    const options = { solver: 'deep-linear', network: { width: 12 }, offsets: 'none', maxSteps: 90 } as const;
    const exact = await complete(observations, { ...options, noise: 0 });
    // Trained to the end, it meets the noise too.
    expect(exact.progress).toHaveLength(90);
    const [found, told] = [
      await complete(observations, options),
      await complete(observations, { ...options, noise: 0.3 }),
    ];
    for (const { completion, progress, status } of [found, told]) {
      expect(status).toBe('converged');
      expect(progress.length).toBeLessThan(60);
      expect(completionError(completion, truth)).toBeLessThan(0.5 * completionError(exact.completion, truth));
    }
    expect(found.heldOutRmse).toBeGreaterThan(0.25);
    expect(told.residual * Math.sqrt(1.09)).toBeLessThan(0.32);
  });

  it.each([
    [{ depth: 1 }, 'depth: expected a whole number from 2 to 6, got 1'],
    [{ depth: 7 }, 'depth: expected a whole number from 2 to 6, got 7'],
    [{ width: 0 }, 'width: expected a whole number of at least 1, got 0'],
    [{ initialScale: 0 }, 'initialScale: expected a positive number, got 0'],
    [{ learningRate: -1 }, 'learningRate: expected a positive number, got -1'],
    [{ iterations: 0.5 }, 'iterations: expected a whole number of at least 1, got 0.5'],
    [{ optimiser: 'sgd' }, 'optimiser: expected one of gradient-descent, momentum, adam, got sgd'],
  ])('refuses %p', (options, message) => {
    expect(() => deepLinear(options)).toThrow(message);
  });

  it('refuses the options of a network for another solver', async () => {
    await expect(complete(small.observations, { network: { depth: 3 } })).rejects.toThrow(
      'network: expected solver deep-linear with it, got auto; leave it away',
    );
  });
});

it('trains on the reference backend', async () => {
  await useBackend('cpu');
  const { error } = await train({ width: 8 }, 25);
  expect(error ** 2).toBeLessThan(1e-3);
  await useBackend('auto');
});
