/** Figure 2: sparse regression, test error against the number of samples. */
import { generateRegression } from '../data/synthetic-linear.js';
import { regress } from '../regress.js';
import type { RegressOptions } from '../regress.js';
import { colours, curveChart } from './charts.js';
import type { Curve } from './charts.js';
import { measurePoints, medians } from './figure.js';
import type { Figure, FigureSettings, Row } from './figure.js';

interface Method extends Curve {
  readonly options: RegressOptions;
}

const network = { solver: 'deep-diagonal', noise: 0 } as const;
/** Adding a curve is a line here. */
const methods: readonly Method[] = [
  {
    label: 'ℓ₁ (basis pursuit)',
    colour: colours.black,
    shape: 'square',
    options: { solver: 'basis-pursuit', noise: 0 },
  },
  { label: 'lin-RFM, α = 1/4', colour: colours.sky, options: { alpha: 0.25, noise: 0 } },
  { label: 'lin-RFM, α = 1/2', colour: colours.blue, options: { alpha: 0.5, noise: 0 } },
  { label: 'lin-RFM, α = 3/4', colour: colours.green, options: { alpha: 0.75, noise: 0 } },
  { label: 'lin-RFM, α = 1', colour: colours.orange, options: { alpha: 1, noise: 0 } },
  ...[2, 3].map((depth, k) => ({
    ...{ label: `deep diagonal, depth ${depth}`, colour: k === 0 ? colours.red : colours.pink },
    ...{ dash: [5, 3], shape: 'triangle-up' as const, options: { ...network, depth } },
  })),
];

interface Scale {
  readonly features: number;
  readonly nonzeros: number;
  readonly samples: readonly number[];
  readonly draws: number;
  readonly rounds: number;
}

const full: Scale = {
  ...{ features: 200, nonzeros: 10, draws: 5, rounds: 80 },
  samples: [15, 20, 25, 30, 35, 40, 50, 60, 70, 80, 100],
};
const quick: Scale = { features: 60, nonzeros: 4, samples: [6, 9, 12, 16, 20], draws: 1, rounds: 8 };

function scaleOf({ draws, sizes, quick: isQuick = false }: FigureSettings): Scale {
  const scale = isQuick ? quick : full;
  return { ...scale, draws: draws ?? scale.draws, samples: sizes ?? scale.samples };
}

export const regressionFigure: Figure = {
  name: '2',
  describe: 'sparse regression: test error against the number of samples',
  sizes: 'numbers of samples',
  isRandom: true,
  measure: (settings) => {
    const { features, nonzeros, samples, draws, rounds } = scaleOf(settings);
    const points = methods.flatMap((method) => samples.map((count) => ({ method, count })));
    return measurePoints(
      points,
      settings,
      ({ method, count }) => `${method.label}, ${count} samples`,
      async ({ method, count }) => {
        const rows = [];
        for (let draw = 1; draw <= draws; draw += 1) {
          const { matrix, targets, weights } = generateRegression({ samples: count, features, nonzeros, seed: draw });
          const limits = method.options.solver === network.solver ? { maxSteps: rounds } : {};
          const found = await regress(matrix, targets, { ...method.options, ...limits });
          // Fresh standard normal features: the mean squared error of their targets is that of the weights.
          const error = found.weights.reduce((sum, weight, k) => sum + (weight - (weights[k] ?? NaN)) ** 2, 0);
          const { status, seconds } = found;
          rows.push({ curve: method.label, samples: count, features, nonzeros, draw, error, status, seconds });
        }
        return rows;
      },
    );
  },
  specify: (rows) =>
    curveChart({
      title: 'Sparse linear regression',
      subtitle: `${rows[0]?.['features']} features, ${rows[0]?.['nonzeros']} of them used; ${medianWord(rows)}, without noise`,
      x: { field: 'samples', title: 'samples', format: 'd', padding: true },
      y: { field: 'error', title: 'test error (mean squared, 1 = all zeros)', log: true, floor: 1e-10, format: '.0e' },
      curves: methods,
      rows: medians(rows, ['curve', 'samples'], 'error'),
    }),
};

/** What a curve shows, in words. */
export function medianWord(rows: readonly Row[]): string {
  const draws = drawsWord(rows);
  return draws === oneDraw ? draws : `median of ${draws}`;
}

const oneDraw = 'one draw';

/** How many draws a point has, in words. */
export function drawsWord(rows: readonly Row[]): string {
  const count = Math.max(...rows.map((row) => Number(row['draw'])));
  return count === 1 ? oneDraw : `${count} draws`;
}
