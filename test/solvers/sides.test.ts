/** A matrix whose long side has no room for a metric is solved over its short one. */
import { complete, createObservations, generateProblem, useBackend } from '../../src/index.js';
import type { Backend } from '../../kernels/backends/index.js';
import { exactSolverBytes, fittingSides } from '../../src/memory.js';
import { completionError } from '../support/errors.js';

const gibibyte = 2 ** 30;
const withMemory = (bytes: number): Backend => ({
  ...{ name: 'test', precisions: ['float64'], remedy: '', load: () => Promise.resolve() },
  memoryBytes: () => bytes,
  describe: () => ({ device: '', version: '' }),
});

it('chooses both sides, one, or none by the memory there is', () => {
  expect(fittingSides([1000, 2000], 'float64', withMemory(gibibyte))).toBe('both');
  expect(fittingSides([100, 20000], 'float64', withMemory(gibibyte))).toBe('one');
  expect(() => fittingSides([20000, 20000], 'float64', withMemory(gibibyte))).toThrow(
    /^memory: expected a problem within 1 GiB on backend test, got 20000x20000, which needs 41\.7 GiB/u,
  );
  expect(exactSolverBytes([100, 200], 200, 'float32')).toBeLessThan(exactSolverBytes([100, 200], 200, 'float64'));
});

it.each(['wide', 'tall'])('completes a %s matrix over its short side and says so', async (form) => {
  await useBackend('wasm');
  const shape = [20, 16500] as const;
  const { observations, truth } = generateProblem({ shape, rank: 1, observed: 150000, seed: 1 });
  const given =
    form === 'wide'
      ? observations
      : createObservations({
          shape: [shape[1], shape[0]],
          row: observations.column,
          column: observations.row,
          value: observations.value,
        });
  const { completion, warnings, status } = await complete(given, { solver: 'lin-rfm' });
  expect(status).toBe('converged');
  expect(warnings[0]).toMatch(/^a metric of 16500x16500 does not fit into memory/u);
  const upright = {
    ...completion,
    shape,
    rows: () =>
      Float64Array.from({ length: 20 * 16500 }, (_, at) => {
        const [i, j] = [Math.floor(at / 16500), at % 16500];
        return (form === 'wide' ? completion.predict([i], [j]) : completion.predict([j], [i]))[0]!;
      }),
  };
  expect(completionError(upright, truth)).toBeLessThan(1e-3);
});
