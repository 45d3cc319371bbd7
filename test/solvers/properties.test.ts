/** Whatever the observations: finite numbers, an end, and the observed values where they are exact. */
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { complete, createObservations, useBackend } from '../../src/index.js';

beforeAll(() => useBackend('wasm'));

const problems = fc
  .record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      shape: fc.constant([rows, columns] as const),
      entries: fc.uniqueArray(
        fc.record({
          row: fc.nat(rows - 1),
          column: fc.nat(columns - 1),
          value: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })),
        }),
        { minLength: 1, selector: ({ row, column }) => row * columns + column },
      ),
      alpha: fc.constantFrom(0.125, 0.25, 0.4, 0.5, 0.75, 1),
      noise: fc.constantFrom(0, 0, 0.1, 10),
      precision: fc.constantFrom('mixed' as const, 'float32' as const),
      offsets: fc.constantFrom('auto' as const, 'none' as const, 'both' as const),
    }),
  );

it('never gives NaN, never runs on, never leaks', async () => {
  const before = tf.memory().numTensors;
  await fc.assert(
    fc.asyncProperty(problems, async ({ shape, entries, ...options }) => {
      const observations = createObservations({
        shape,
        row: entries.map(({ row }) => row),
        column: entries.map(({ column }) => column),
        value: entries.map(({ value }) => value),
      });
      const { completion, status, progress } = await complete(observations, { ...options, maxSteps: 200 });
      const values = completion.rows(0, shape[0]);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(progress.length).toBeLessThanOrEqual(200);
      expect(status).not.toBe('non-finite');
      if (options.noise > 0) return;
      const scale = Math.max(...entries.map(({ value }) => Math.abs(value)));
      const fitted = completion.predict(observations.row, observations.column);
      // Float32 offsets and values are rounded once on the way in and once on the way out.
      const allowed = (options.precision === 'float32' ? 1e-5 : 1e-9) * scale + Number.MIN_VALUE;
      fitted.forEach((value, k) => expect(Math.abs(value - observations.value[k]!)).toBeLessThanOrEqual(allowed));
    }),
    { numRuns: 120 },
  );
  expect(tf.memory().numTensors).toBe(before);
});
