import type { CompleteResult } from '../../src/index.js';
import { metricsOf } from '../../src/report/metrics.js';
import { reportPage } from '../../src/report/page.js';
import { convergencePlot, summaryPlot } from '../../src/report/plots.js';

const progress = [
  { step: 1, seconds: 0.1, change: 0.5, residual: 0, epsilon: 1 },
  { step: 2, seconds: 0.2, change: 1e-7, residual: 1e-12, epsilon: 0.8 },
];

function result(values: readonly number[]): CompleteResult {
  return {
    status: 'converged',
    advice: 'All is <well>.',
    completion: { shape: [2, 2], predict: () => new Float64Array(0), rows: () => new Float64Array(4) },
    progress,
    ...{
      solver: 'lin-rfm',
      backend: 'wasm',
      device: 'CPU',
      offsets: 'none',
      rank: 1,
      ridge: 0,
      residual: 1e-12,
      seconds: 0.2,
    },
    singularValues: Float64Array.from(values),
    warnings: [],
  };
}

const context = {
  shape: [2, 2] as const,
  observed: 3,
  alpha: 0.5,
  noise: 0,
  seed: 1,
  seconds: { read: 0.1, write: NaN },
  memory: { needed: 1e6, available: 2e9 },
};

it('is one page that fetches nothing and shows text as text', async () => {
  const ran = { ...result([3, 0]), warnings: ['rows & columns'] };
  const page = await reportPage('<script>alert(1)</script>.csv', ran, metricsOf(ran, context));
  expect(page).not.toMatch(/<script|<link|<img|src=|@import/u);
  // Namespaces are names, not addresses that are fetched.
  expect(page.replaceAll(/xmlns(:xlink)?="[^"]*"/gu, '')).not.toMatch(/https?:/u);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;.csv');
  expect(page).toContain('All is &lt;well&gt;.');
  expect(page).toContain('Note: rows &amp; columns');
  expect(page.match(/<svg/gu)).toHaveLength(2);
});

it('draws zeros and empty spectra without breaking', async () => {
  for (const values of [[], [0, 0], [5]]) {
    const svg = await summaryPlot(progress, Float64Array.from(values), 1);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
  }
  expect(await summaryPlot([], new Float64Array(0), 0)).toContain('nothing to show');
});

it('marks every step of a short run once, and round steps of a long one', async () => {
  const run = (steps: number) =>
    Array.from({ length: steps }, (_, k) => ({
      step: k + 1,
      seconds: k,
      change: 1 / (k + 2),
      residual: 0,
      epsilon: 1,
    }));
  const marks = async (steps: number): Promise<number[]> => {
    const svg = await convergencePlot(run(steps));
    // Labels of the y axis are like 1e-2.
    return [...svg.matchAll(/>(\d+)<\/text>/gu)].map(([, text]) => Number(text));
  };
  expect(await marks(1)).toEqual([1]);
  expect(await marks(3)).toEqual([1, 2, 3]);
  expect(await marks(65)).toEqual([10, 20, 30, 40, 50, 60]);
});

it('tells metrics without numbers that are not finite', () => {
  const metrics = metricsOf({ ...result([]), residual: NaN }, { ...context, heldOutRmse: Infinity });
  expect(metrics).toMatchObject({ rank: null, residual: null, held_out_rmse: null, change: 1e-7, steps: 2 });
});
