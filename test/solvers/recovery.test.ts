/** What a user gets: blind recovery on synthetic problems. */
import { complete, degreesOfFreedom, generateProblem, useBackend } from '../../src/index.js';
import { completionError, relativeError } from '../support/errors.js';

function paperProblem(size: number, rank: number, oversampling: number, seed: number) {
  const shape = [size, size] as const;
  return generateProblem({ shape, rank, observed: Math.round(oversampling * degreesOfFreedom(shape, rank)), seed });
}

describe.each(['wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('recovers 100x100 of rank 5 from 3 observations a degree of freedom, 10 seeds of 10', async () => {
    const errors: number[] = [];
    for (let seed = 0; seed < 10; seed += 1) {
      const { observations, truth } = paperProblem(100, 5, 3, seed);
      const { completion, status, rank } = await complete(observations, { alpha: 0.5 });
      expect({ status, rank }).toEqual({ status: 'converged', rank: 5 });
      errors.push(completionError(completion, truth));
    }
    expect(Math.max(...errors)).toBeLessThan(1e-3);
  });

  it.each([
    ['float32', 0.5],
    ['float32', 1],
  ] as const)('recovers it in %s at alpha %p', async (precision, alpha) => {
    const { observations, truth } = paperProblem(100, 5, 3, 0);
    const { completion, status } = await complete(observations, { alpha, precision });
    expect(status).toBe('converged');
    expect(completionError(completion, truth)).toBeLessThan(1e-3);
  });
});

describe('on wasm', () => {
  beforeAll(() => useBackend('wasm'));

  it.each([0.25, 0.3, 0.375, 0.5, 0.75, 1])(
    'recovers 60x60 of rank 3 from 4 a degree of freedom at alpha %p',
    async (alpha) => {
      const { observations, truth } = paperProblem(60, 3, 4, 1);
      const { completion, status } = await complete(observations, { alpha });
      expect(status).toBe('converged');
      expect(completionError(completion, truth)).toBeLessThan(1e-3);
    },
  );

  it('gives the transposed completion for transposed observations', async () => {
    const { observations } = generateProblem({ shape: [40, 25], rank: 2, observed: 400, noise: 0.1, seed: 5 });
    const flipped = {
      shape: [25, 40] as const,
      row: observations.column,
      column: observations.row,
      value: observations.value,
    };
    const { createObservations } = await import('../../src/index.js');
    const options = { solver: 'lin-rfm', noise: 0.1, tolerance: 1e-8, offsets: 'none' } as const;
    const direct = (await complete(observations, options)).completion;
    const other = (await complete(createObservations(flipped), options)).completion;
    const values = direct.rows(0, 40).map((_, at) => other.predict([at % 25], [Math.floor(at / 25)])[0]!);
    // Not 1e-8: that is the tolerance on a step, and alternation approaches its limit over many.
    values.forEach((value, at) => expect(value).toBeCloseTo(direct.rows(0, 40)[at]!, 5));
  });

  it('agrees with the eigendecomposition baseline', async () => {
    const { observations } = paperProblem(60, 3, 4, 2);
    const fast = await complete(observations, { alpha: 0.25 });
    const full = await complete(observations, { alpha: 0.25, solver: 'svd-irls' });
    expect(full.solver).toBe('svd-irls');
    expect(relativeError(fast.completion.rows(0, 60), full.completion.rows(0, 60))).toBeLessThan(1e-5);
  });

  it('does not depend on the units of the values', async () => {
    const { observations } = paperProblem(40, 2, 4, 3);
    const scaled = { ...observations, value: observations.value.map((value) => value * 1e6) };
    const small = await complete(observations);
    const large = await complete(scaled);
    expect(large.progress.map(({ step }) => step)).toEqual(small.progress.map(({ step }) => step));
    const [a, b] = [small.completion.rows(0, 40), large.completion.rows(0, 40)];
    a.forEach((value, at) => expect(b[at]! / 1e6).toBeCloseTo(value, 8));
  });
});
