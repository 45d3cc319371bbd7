/** Figure 3: matrix completion, test error against the number of observations. */
import { degreesOfFreedom } from '../data/synthetic.js';
import { curveChart } from './charts.js';
import { measurePoints, medians } from './figure.js';
import type { Figure } from './figure.js';
import { completionMethods, drawProblem, hiddenError } from './recovery.js';
import { medianWord } from './regression.js';

const full = {
  size: 60,
  rank: 3,
  draws: 5,
  steps: 400,
  observed: [400, 500, 600, 700, 800, 900, 1000, 1200, 1500, 1900],
};
const quick = { size: 24, rank: 2, draws: 1, steps: 120, observed: [120, 160, 200, 260, 330] };

export const completionFigure: Figure = {
  name: '3',
  describe: 'matrix completion: test error against the number of observations',
  sizes: 'numbers of observations',
  isRandom: true,
  measure: (settings) => {
    const scale = settings.quick === true ? quick : full;
    const { size, rank, steps } = scale;
    const [draws, sizes] = [settings.draws ?? scale.draws, settings.sizes ?? scale.observed];
    const points = completionMethods.flatMap((method) => sizes.map((observed) => ({ method, observed })));
    return measurePoints(
      points,
      settings,
      ({ method, observed }) => `${method.label}, ${observed} observations`,
      async ({ method, observed }) => {
        const rows = [];
        for (let draw = 1; draw <= draws; draw += 1) {
          const { observations, truth } = drawProblem(size, rank, observed, draw);
          const began = performance.now();
          const estimate = await method.recover(observations, steps);
          const seconds = (performance.now() - began) / 1000;
          const error = hiddenError(estimate, observations, truth);
          rows.push({ curve: method.label, observed, size, rank, draw, error, seconds });
        }
        return rows;
      },
    );
  },
  specify: (rows) => {
    const [size, rank] = [Number(rows[0]?.['size']), Number(rows[0]?.['rank'])];
    const freedom = degreesOfFreedom([size, size], rank);
    return curveChart({
      title: 'Matrix completion',
      subtitle: `${size} × ${size}, rank ${rank} (${freedom} degrees of freedom); ${medianWord(rows)}, no solver told the rank`,
      x: { field: 'observed', title: 'observed entries', format: 'd', padding: true },
      y: { field: 'error', title: 'test error (mean squared, 1 = all zeros)', log: true, floor: 1e-14, format: '.0e' },
      curves: completionMethods,
      rows: medians(rows, ['curve', 'observed'], 'error'),
    });
  },
};
