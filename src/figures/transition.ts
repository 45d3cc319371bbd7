/** The phase transition: share of draws recovered against observations per degree of freedom. */
import { curveChart } from './charts.js';
import { measurePoints } from './figure.js';
import type { Figure, Row } from './figure.js';
import { drawProblem, hiddenError, methodsNamed, observedFor } from './recovery.js';
import { drawsWord } from './regression.js';

const full = { size: 60, rank: 3, draws: 10, steps: 400, ratios: [1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3] };
const quick = { size: 20, rank: 2, draws: 2, steps: 150, ratios: [1.3, 1.6, 2.2, 3] };

/** Relative error under which a draw counts as recovered. */
const recoveredBelow = 1e-3;

const methods = methodsNamed(
  'nuclear norm',
  'lin-RFM, α = 1/2, one side',
  'lin-RFM, α = 1/2',
  'lin-RFM, α = 1/2, two-sided',
);
/** What the middle one is called beside the other two. */
const alternatingLabel = 'lin-RFM, α = 1/2, alternating';
const labelOf = (label: string): string => (label === 'lin-RFM, α = 1/2' ? alternatingLabel : label);

export const transitionFigure: Figure = {
  name: 'transition',
  describe: 'share of matrices recovered against observations per degree of freedom',
  sizes: 'observations per degree of freedom',
  isRandom: true,
  measure: (settings) => {
    const scale = settings.quick === true ? quick : full;
    const { size, rank, steps } = scale;
    const [draws, ratios] = [settings.draws ?? scale.draws, settings.sizes ?? scale.ratios];
    const points = methods.flatMap((method) => ratios.map((ratio) => ({ method, ratio })));
    return measurePoints(
      points,
      settings,
      ({ method, ratio }) => `${labelOf(method.label)}, ${ratio} observations a degree of freedom`,
      async ({ method, ratio }) => {
        const rows: Row[] = [];
        for (let draw = 1; draw <= draws; draw += 1) {
          const { observations, truth } = drawProblem(size, rank, observedFor(size, rank, ratio), draw, true);
          const error = Math.sqrt(hiddenError(await method.recover(observations, steps), observations, truth));
          const recovered = error < recoveredBelow ? 1 : 0;
          rows.push({ curve: labelOf(method.label), ratio, size, rank, draw, error, recovered });
        }
        return rows;
      },
    );
  },
  specify: (rows) => {
    const first = rows[0];
    return curveChart({
      title: 'How few observations are enough',
      subtitle: `${first?.['size']} × ${first?.['size']}, rank ${first?.['rank']}, ${drawsWord(rows)} a point; recovered: relative error under ${recoveredBelow}, the rank not told`,
      x: { field: 'ratio', title: 'observations per degree of freedom', padding: true },
      y: {
        field: 'recovered',
        title: 'share of draws recovered',
        floor: 0,
        ceiling: 1.02,
        format: '%',
        values: [0, 0.25, 0.5, 0.75, 1],
      },
      curves: methods.map((method) => ({ ...method, label: labelOf(method.label) })),
      rows: shares(rows),
    });
  },
};

/** One row a point with the mean of `recovered`. */
function shares(rows: readonly Row[]): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row['curve']}|${row['ratio']}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => ({
    ...group[0],
    recovered: group.reduce((sum, row) => sum + Number(row['recovered']), 0) / group.length,
  }));
}
