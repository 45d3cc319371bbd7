/** Two-sided lin-RFM: exact data, rank not told, on every backend present; and how it says that nothing fits. */
import * as tf from '@tensorflow/tfjs';
import {
  atMostSteps,
  complete,
  createObservations,
  createSparseProblem,
  generateProblem,
  solve,
  twoSidedLinRfm,
  useBackend,
} from '../../src/index.js';
import type { Observations } from '../../src/index.js';
import { factorError } from '../../benchmarks/measure.js';
import { createRandom } from '../../src/data/random.js';
import { presentBackends } from '../support/backends.js';

async function run(observations: Observations, hasFloat64 = true, rank?: number) {
  const problem = createSparseProblem(observations, hasFloat64);
  try {
    return await solve(twoSidedLinRfm(rank === undefined ? {} : { rank }), problem, { stop: atMostSteps(2000) });
  } finally {
    problem.dispose();
  }
}

describe.each(['tensorflow', 'wasm', 'cpu'])('on %s', (backend) => {
  let present = false;
  beforeAll(async () => {
    present = (await presentBackends()).has(backend);
    if (present) await useBackend(backend);
  });

  it.each([
    [[60, 60], 3, 3, undefined],
    [[40, 90], 2, 4, undefined],
    [[80, 50], 4, 2.5, 1e6],
  ] as const)('finds the rank of %p, rank %i', async (shape, rank, ratio, conditionNumber) => {
    if (!present) return;
    const observed = Math.round(ratio * rank * (shape[0] + shape[1] - rank));
    const condition = conditionNumber === undefined ? {} : { conditionNumber };
    const { observations, truth } = generateProblem({ shape, rank, observed, seed: 3, ...condition });
    const before = tf.memory().numTensors;
    const { status, estimate } = await run(observations);
    expect(status).toBe('converged');
    expect(estimate.values).toHaveLength(rank);
    expect(factorError(estimate, truth)).toBeLessThan(1e-8);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('on the default backend', () => {
  beforeAll(() => useBackend('auto'));

  it('recovers from 1.5 observations a degree of freedom, the rank not told', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { observations, truth } = generateProblem({ shape: [100, 100], rank: 5, observed: 1463, seed });
      const { estimate } = await run(observations);
      expect(factorError(estimate, truth)).toBeLessThan(1e-3);
    }
  });

  it('gives the same answers where float64 is left to the host', async () => {
    const { observations, truth } = generateProblem({ shape: [50, 50], rank: 2, observed: 900, seed: 1 });
    const { estimate, status } = await run(observations, false);
    expect(status).toBe('converged');
    expect(factorError(estimate, truth)).toBeLessThan(1e-8);
  });

  it('says that noisy data have no exact fit', async () => {
    const { observations } = generateProblem({ shape: [40, 40], rank: 2, observed: 700, noise: 0.1, seed: 1 });
    expect((await run(observations)).status).toBe('no-exact-fit');
  });

  it('says that a rank told too small does not fit', async () => {
    const { observations } = generateProblem({ shape: [40, 40], rank: 3, observed: 900, seed: 1 });
    expect((await run(observations, true, 2)).status).toBe('no-exact-fit');
  });

  it('ends sensibly where rows have very many observations, few, fewer than the rank, or none', async () => {
    const random = createRandom(5);
    const { truth } = generateProblem({ shape: [200, 60], rank: 3, observed: 3000, seed: 2 });
    const [row, column]: [number[], number[]] = [[], []];
    for (let i = 0; i < 199; i += 1) {
      const share = Math.min(1, 40 / (i + 1) + 0.03);
      for (let j = 0; j < 60; j += 1) {
        if (random.uniform() < share) {
          row.push(i);
          column.push(j);
        }
      }
    }
    const given = { shape: [200, 60] as const, row, column, value: truth.predict(row, column) };
    const { completion, status, warnings } = await complete(createObservations(given));
    expect(['converged', 'max-steps']).toContain(status);
    expect(completion.rows(0, 200).every(Number.isFinite)).toBe(true);
    expect(warnings.some((warning) => warning.includes('row'))).toBe(true);
    const many = completion.rows(0, 30);
    truth.rows(0, 30).forEach((value, k) => expect(Math.abs(many[k]! - value)).toBeLessThan(1e-3));
  });
});
