/** Matrix sensing: the same as completion where that is the special case, recovery, the noise level, memory. */
import * as tf from '@tensorflow/tfjs';
import {
  alternating,
  atMostSteps,
  columnsOnly,
  constant,
  createDenseMeasurements,
  createProblem,
  createSensingProblem,
  createSparseMeasurements,
  generateProblem,
  generateSensing,
  geometric,
  linRfm,
  measureEntries,
  rowsOnly,
  sense,
  sensingLinRfm,
  solve,
  useBackend,
} from '../../../src/index.js';
import type { Measurements } from '../../../src/index.js';
import { filterMeasurements, transposeMeasurements } from '../../../src/data/measurements.js';
import { completionError, relativeError } from '../../support/errors.js';

beforeAll(() => useBackend('wasm'));

/** The same measurements by whole matrices. */
function dense({ shape, targets, matrices }: Measurements): Measurements {
  if (matrices.kind === 'dense') throw new TypeError('expected sparse ones');
  const size = shape[0] * shape[1];
  const values = new Float64Array(targets.length * size);
  for (let k = 0; k < targets.length; k += 1) {
    for (let e = matrices.starts[k]!; e < matrices.starts[k + 1]!; e += 1)
      values[k * size + matrices.positions[e]!] = matrices.values[e]!;
  }
  return createDenseMeasurements(shape, values, targets);
}

const { observations } = generateProblem({ shape: [23, 17], rank: 2, observed: 190, noise: 0.05, seed: 3 });
const sidesByName = { rows: rowsOnly, columns: columnsOnly, alternating };

describe.each(['sparse', 'dense'])('entries as %s measurements', (kind) => {
  const sparse = measureEntries(observations);
  const measurements = kind === 'sparse' ? sparse : dense(sparse);

  it.each([0.25, 0.5, 1, 0.3])('take the steps of completion at alpha %p', async (alpha) => {
    const epsilon = geometric({ start: 0.8, decay: 0.7, floor: 0 });
    for (const sides of Object.values(sidesByName)) {
      const sensing = createSensingProblem(measurements, 'float64');
      const completion = createProblem(observations, 'float64');
      for (const steps of [1, 2, 5]) {
        const stop = atMostSteps(steps);
        const sensed = await solve(sensingLinRfm({ alpha, epsilon, ridge: 1e-3, sides }), sensing, { stop });
        const settings = { alpha, epsilon, ridge: constant(1e-3), sides, keepObserved: false };
        const completed = await solve(linRfm(settings), completion, { stop });
        expect(relativeError(sensed.estimate, completed.estimate)).toBeLessThan(1e-11);
        expect(sensed.progress.at(-1)!.residual).toBeCloseTo(completed.progress.at(-1)!.residual, 11);
      }
      sensing.dispose();
      completion.dispose();
    }
  });
});

it('sparse and dense measurements with several coefficients agree, in float32 too', async () => {
  const shape = [7, 5] as const;
  const entries = Array.from(
    { length: 90 },
    (_, e) => [e % 30, (e * 7) % 7, (3 * e + Math.floor(e / 30)) % 5] as const,
  );
  const [measurement, row, column] = [0, 1, 2].map((part) => entries.map((entry) => entry[part]!));
  const coefficient = entries.map((_, e) => 1 + (e % 4));
  const targets = Array.from({ length: 30 }, (_, k) => Math.cos(k));
  const sparse = createSparseMeasurements({
    ...{ shape, measurement: measurement!, row: row!, column: column!, coefficient, targets },
  });
  const options = { alpha: 0.5, epsilon: constant(0.3), ridge: 0.1, sides: alternating };
  const estimates: Float64Array[] = [];
  for (const [given, precision] of [
    [sparse, 'float64'],
    [dense(sparse), 'float64'],
    [sparse, 'float32'],
    [dense(sparse), 'float32'],
  ] as const) {
    const problem = createSensingProblem(given, precision);
    estimates.push((await solve(sensingLinRfm(options), problem, { stop: atMostSteps(4) })).estimate);
    problem.dispose();
  }
  expect(relativeError(estimates[1]!, estimates[0]!)).toBeLessThan(1e-12);
  for (const estimate of estimates.slice(2)) expect(relativeError(estimate, estimates[0]!)).toBeLessThan(1e-4);
});

it.each([0.5, 0.75, 1])('recovers a matrix from Gaussian measurements at alpha %p', async (alpha) => {
  const { measurements, truth } = generateSensing({ shape: [14, 11], rank: 2, measurements: 80, seed: 1 });
  const result = await sense(measurements, { alpha });
  expect(result).toMatchObject({ status: 'converged', rank: 2, noise: 0 });
  expect(completionError(result.completion, truth)).toBeLessThan(1e-4);
});

it('finds a noise level that predicts better than an exact fit', async () => {
  const { measurements, truth } = generateSensing({ shape: [10, 8], rank: 1, measurements: 60, noise: 0.1, seed: 1 });
  const found = await sense(measurements, { maxSteps: 200 });
  const exact = await sense(measurements, { noise: 0, maxSteps: 200 });
  expect(found.noise).toBeGreaterThan(0);
  expect(found.heldOutRmse).toBeGreaterThan(0);
  expect(completionError(found.completion, truth)).toBeLessThan(0.5 * completionError(exact.completion, truth));
});

it('takes more measurements than entries once they may be noisy', async () => {
  const { measurements, truth } = generateSensing({ shape: [5, 4], rank: 1, measurements: 30, noise: 0.01, seed: 1 });
  await expect(sense(measurements, { noise: 0 })).rejects.toThrow(
    'measurements: expected at most 20 measurements of exact data, got 30; give the noise level, or leave it to be found',
  );
  const { completion } = await sense(measurements, { noise: 0.01 });
  expect(completionError(completion, truth)).toBeLessThan(0.05);
});

it('leaves memory level, also when a callback throws', async () => {
  const { measurements } = generateSensing({ shape: [6, 5], rank: 1, measurements: 20, seed: 1 });
  const before = tf.memory().numTensors;
  for (const given of [measurements, measureEntries(observations)]) {
    await sense(given, { noise: 0.1, maxSteps: 3 });
    const onProgress = (): void => {
      throw new Error('no more');
    };
    await expect(sense(given, { onProgress })).rejects.toThrow('no more');
  }
  expect(tf.memory().numTensors).toBe(before);
});

describe('measurements on the host', () => {
  const sparse = measureEntries(observations);

  it('transpose back to themselves, and filter alike', () => {
    for (const given of [sparse, dense(sparse)])
      expect(transposeMeasurements(transposeMeasurements(given))).toEqual(given);
    const keep = (k: number): boolean => k % 3 === 0;
    expect(dense(filterMeasurements(sparse, keep))).toEqual(filterMeasurements(dense(sparse), keep));
  });

  it('refuse what cannot be measured', () => {
    const one = { measurement: [0], row: [1], column: [0], coefficient: [1] };
    expect(() => createSparseMeasurements({ ...one, shape: [1, 1], targets: [2] })).toThrow(
      'measurements[0]: expected a whole row from 0 to 0, got 1; indices start at 0',
    );
    expect(() => createSparseMeasurements({ ...one, targets: [2, 3] })).toThrow(/none for measurement 1/u);
    expect(() => createDenseMeasurements([1, 2], [1, 2, 0, 0], [1, 2])).toThrow(/none for measurement 1/u);
    expect(() => createDenseMeasurements([1, 2], [1, 2], [1, 2])).toThrow(/2 matrices of 1x2/u);
  });
});
