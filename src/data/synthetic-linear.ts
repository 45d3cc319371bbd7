/** Synthetic sparse regression and matrix sensing problems with known truth: those of arXiv:2401.04553, section 5. */
import { InputError } from '../errors.js';
import { createDenseMatrix, multiplyVector } from './dense-matrix.js';
import type { DenseMatrix } from './dense-matrix.js';
import { applyMeasurements, createDenseMeasurements } from './measurements.js';
import type { Measurements } from './measurements.js';
import type { Shape } from './observations.js';
import { createRandom, sampleWithout } from './random.js';
import { generateProblem } from './synthetic.js';
import type { Truth } from './synthetic.js';

export interface RegressionOptions {
  readonly samples: number;
  readonly features: number;
  /** Weights that are not zero. */
  readonly nonzeros: number;
  /** Standard deviation of the noise on the targets; their own root mean square is about 1. 0 unless given. */
  readonly noise?: number;
  readonly seed: number;
}

/**
 * Draws features and the weights of a random support standard normal, the weights scaled to length 1.
 * @throws InputError for more nonzero weights than features.
 */
export function generateRegression(options: RegressionOptions): {
  matrix: DenseMatrix;
  targets: Float64Array;
  weights: Float64Array;
} {
  const { samples, features, nonzeros, noise = 0, seed } = options;
  if (!(Number.isInteger(nonzeros) && nonzeros >= 1 && nonzeros <= features))
    throw new InputError('nonzeros', `a whole number from 1 to ${features}`, `${nonzeros}`);
  const random = createRandom(seed);
  // The truth first: problems of one seed differ in their number of samples alone.
  const weights = new Float64Array(features);
  for (const k of sampleWithout(random, nonzeros, features)) weights[k] = random.normal();
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0));
  weights.forEach((weight, k) => (weights[k] = weight / length));
  const values = new Float64Array(samples * features).map(() => random.normal());
  const matrix = createDenseMatrix([samples, features], values);
  const targets = multiplyVector(matrix, weights).map((value) => (noise > 0 ? value + noise * random.normal() : value));
  return { matrix, targets, weights };
}

export interface SensingOptions {
  readonly shape: Shape;
  readonly rank: number;
  readonly measurements: number;
  /** Standard deviation of the noise on the targets; their own root mean square is about 1. 0 unless given. */
  readonly noise?: number;
  readonly seed: number;
}

/**
 * Draws the truth as `generateProblem` does, and measurement matrices standard normal, divided by √(rows · columns).
 * @throws InputError for a rank that the shape does not allow.
 */
export function generateSensing(options: SensingOptions): { measurements: Measurements; truth: Truth } {
  const { shape, rank, measurements: count, noise = 0, seed } = options;
  const { truth } = generateProblem({ shape, rank, observed: 1, seed });
  // Another sequence than that of the truth, which the same seed has drawn.
  const random = createRandom(seed + 0.5);
  const size = shape[0] * shape[1];
  const values = new Float64Array(count * size).map(() => random.normal() / Math.sqrt(size));
  const blank = createDenseMeasurements(shape, values, new Float64Array(count));
  const exact = applyMeasurements(blank, truth.rows(0, shape[0]));
  const targets = exact.map((value) => (noise > 0 ? value + noise * random.normal() : value));
  return { measurements: { ...blank, targets }, truth };
}
