/** Every benchmark at a tiny size: that it runs, and that what it measures is what it says. */
import { measureKernels, tiny as tinyKernels } from '../../benchmarks/kernels.js';
import { median, span } from '../../benchmarks/measure.js';
import { measureP1, tiny as tinyP1 } from '../../benchmarks/p1.js';
import { measurePowers, tiny as tinyPowers } from '../../benchmarks/powers.js';
import { benchmarks } from '../../benchmarks/run.js';
import { measureSides, tiny as tinySides } from '../../benchmarks/sides.js';
import { useBackend } from '../../src/index.js';

beforeAll(() => useBackend('auto'));

it.each(Object.keys(benchmarks))('%s prints a table', async (name) => {
  const table = await benchmarks[name]!(true);
  const lines = table.trim().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
});

it('alternating needs fewer steps than one side', async () => {
  const rows = await measureSides(tinySides);
  expect(rows.map(({ method, recovered }) => [method, recovered])).toEqual([
    ['rows only', 2],
    ['alternating', 2],
  ]);
  expect(Math.max(...rows[1]!.steps)).toBeLessThan(Math.min(...rows[0]!.steps));
});

it('P1 reaches the error of the reference in a tenth of its steps', async () => {
  const [first] = await measureP1({ ...tinyP1, runs: tinyP1.runs.slice(0, 1) });
  expect(first!.stepsToReference).toBeGreaterThan(0);
  expect(first!.stepsToReference).toBeLessThan(300);
});

it('powers are accurate where they say so', async () => {
  for (const { status, precision, error } of await measurePowers(tinyPowers)) {
    if (status === 'accurate') expect(error).toBeLessThan(precision === 'float64' ? 1e-9 : 1e-4);
    else expect(precision).toBe('float32');
  }
});

it('kernels are timed in both precisions', () => {
  const rows = measureKernels(tinyKernels);
  expect(new Set(rows.map(({ kernel, precision }) => `${kernel} ${precision}`)).size).toBe(10);
  for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(0);
});

it('medians and spans', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  expect([span([5, 2, 9]), span([4, 4])]).toEqual(['2-9', '4']);
});
