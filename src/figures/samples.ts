/** Figure 4: observations needed for a test error under 1e-3, against the rank. */
import { degreesOfFreedom } from '../data/synthetic.js';
import { curveChart } from './charts.js';
import { measurePoints } from './figure.js';
import type { Figure, Row } from './figure.js';
import { drawsWord } from './regression.js';
import { drawProblem, hiddenError, methodsNamed, observedFor } from './recovery.js';
import type { Method } from './recovery.js';

const full = { size: 50, draws: 5, steps: 400, ranks: [1, 2, 3, 4, 6, 8] };
const quick = { size: 16, draws: 1, steps: 100, ranks: [1, 2, 3] };

const needed = 1e-3;
/** Observations per degree of freedom within which the number is sought, and how closely. */
const [leastRatio, closeness] = [1, 0.08];
const freedomLabel = 'degrees of freedom, 2dr − r²';

const methods = methodsNamed(
  'nuclear norm',
  'deep linear network',
  'lin-RFM, α = 1/4',
  'lin-RFM, α = 1/2, one side',
  'lin-RFM, α = 1/2',
  'lin-RFM, α = 1/2, two-sided',
);

/** Left out of a quick figure: the network trains for seconds a problem, α = 1/4 lies on the nuclear norm. */
const slow = ['deep linear network', 'lin-RFM, α = 1/4'];

interface Search {
  readonly size: number;
  readonly rank: number;
  readonly draws: number;
  readonly steps: number;
}

/** By bisection, taking for granted that more observations never hurt; all entries where nothing less is enough. */
async function observationsNeeded(method: Method, search: Search): Promise<number> {
  const { size, rank, draws, steps } = search;
  const isEnough = async (observed: number): Promise<boolean> => {
    let met = 0;
    for (let draw = 1; draw <= draws; draw += 1) {
      const { observations, truth } = drawProblem(size, rank, observed, draw);
      if (hiddenError(await method.recover(observations, steps), observations, truth) < needed) met += 1;
      // The majority decides; the rest need not be solved.
      if (2 * met > draws || 2 * (draw - met) >= draws) break;
    }
    return 2 * met > draws;
  };
  let [low, high] = [leastRatio, size ** 2 / degreesOfFreedom([size, size], rank)];
  while (high / low > 1 + closeness) {
    const middle = Math.sqrt(low * high);
    if (await isEnough(observedFor(size, rank, middle))) high = middle;
    else low = middle;
  }
  return observedFor(size, rank, high);
}

/** On how many draws it rests, in words. */
function mostOf(rows: readonly Row[]): string {
  return Number(rows[0]?.['draw']) === 1 ? 'in one draw' : `in most of ${drawsWord(rows)}`;
}

export const samplesFigure: Figure = {
  name: '4',
  describe: `observations needed for a test error under ${needed} against the rank`,
  sizes: 'ranks',
  isRandom: true,
  measure: async (settings) => {
    const scale = settings.quick === true ? quick : full;
    const { size, steps } = scale;
    const [draws, ranks] = [settings.draws ?? scale.draws, settings.sizes ?? scale.ranks];
    const chosen = methods.filter(({ label }) => settings.quick !== true || !slow.includes(label));
    const points = chosen.flatMap((method) => ranks.map((rank) => ({ method, rank })));
    const rows = await measurePoints(
      points,
      settings,
      ({ method, rank }) => `${method.label}, rank ${rank}`,
      async ({ method, rank }) => {
        const observed = await observationsNeeded(method, { size, rank, draws, steps });
        return [{ curve: method.label, rank, size, draw: draws, observed }];
      },
    );
    const least: Row[] = ranks.map((rank) => {
      const observed = degreesOfFreedom([size, size], rank);
      return { curve: freedomLabel, rank, size, draw: draws, observed };
    });
    return [...rows, ...least];
  },
  specify: (rows) =>
    curveChart({
      title: `Observations needed for a test error under ${needed}`,
      subtitle: `${rows[0]?.['size']} × ${rows[0]?.['size']}; ${mostOf(rows)}, to ${100 * closeness} %, no solver told the rank`,
      x: {
        field: 'rank',
        title: 'rank r',
        format: 'd',
        values: [...new Set(rows.map((row) => Number(row['rank'])))],
        padding: true,
      },
      y: { field: 'observed', title: 'observed entries needed', format: 'd', floor: 0 },
      curves: [...methods, { label: freedomLabel, colour: '#444444', dash: [1, 3], shape: 'cross' }],
      rows,
    }),
};
