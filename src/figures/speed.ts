/** Time against size, on every backend that works here. */
import { activeBackend, reportBackends, useBackend } from '../../kernels/backends/index.js';
import { complete } from '../complete.js';
import { colours, curveChart } from './charts.js';
import type { Curve } from './charts.js';
import { measurePoints, medians } from './figure.js';
import type { Figure, Row } from './figure.js';
import { drawProblem, observedFor } from './recovery.js';
import { medianWord } from './regression.js';

const full = { rank: 5, ratio: 4, draws: 3, denseSteps: 10, sizes: [50, 100, 200, 400, 800] };
const quick = { rank: 3, ratio: 4, draws: 1, denseSteps: 3, sizes: [40, 80, 160] };

/** Dense solves beyond this side of a metric only make a person wait. */
const largestDense = 400;
const palette = [colours.blue, colours.orange, colours.green, colours.pink, colours.black];
const kinds = { 'two-sided': 'to the solution, two-sided', 'lin-rfm': 'a step of dense lin-RFM' } as const;
type Kind = keyof typeof kinds;

const labelOf = (backend: string, kind: Kind): string => `${backend}: ${kinds[kind]}`;

/** Seconds of a whole two-sided solve, or of one step of the dense solver. */
async function secondsOf(kind: Kind, size: number, draw: number, { rank, ratio, denseSteps }: typeof full) {
  const { observations } = drawProblem(size, rank, observedFor(size, rank, ratio), draw);
  const limit = kind === 'lin-rfm' ? { maxSteps: denseSteps } : {};
  const { progress, seconds, status } = await complete(observations, {
    solver: kind,
    noise: 0,
    offsets: 'none',
    ...limit,
  });
  return {
    seconds: kind === 'lin-rfm' ? seconds / Math.max(1, progress.length) : seconds,
    steps: progress.length,
    status,
  };
}

export const speedFigure: Figure = {
  name: 'speed',
  describe: 'time against size by backend',
  sizes: 'sides of the matrix',
  isRandom: true,
  measure: async (settings) => {
    const scale = settings.quick === true ? quick : full;
    const [draws, sizes] = [settings.draws ?? scale.draws, settings.sizes ?? scale.sizes];
    const before = activeBackend().name;
    const backends = (await reportBackends()).filter(({ works, name }) => works && (settings.backend ?? name) === name);
    const points = backends.flatMap((backend) =>
      (Object.keys(kinds) as Kind[]).flatMap((kind) => {
        // A dense solve gives float64 answers or none.
        const fitting =
          kind === 'two-sided' ? sizes : backend.float64 ? sizes.filter((size) => size <= largestDense) : [];
        return fitting.map((size) => ({ backend, kind, size }));
      }),
    );
    try {
      return await measurePoints(
        points,
        settings,
        ({ backend, kind, size }) => `${labelOf(backend.name, kind)}, ${size} x ${size}`,
        async ({ backend, kind, size }) => {
          await useBackend(backend.name);
          const rows: Row[] = [];
          // What is compiled and allocated on the first run is not what a solve costs.
          await secondsOf(kind, Math.min(size, 40), 0, scale);
          for (let draw = 1; draw <= draws; draw += 1) {
            const { name, device } = backend;
            const solve = await secondsOf(kind, size, draw, scale);
            rows.push({
              curve: labelOf(name, kind),
              backend: name,
              device,
              kind,
              size,
              rank: scale.rank,
              draw,
              ...solve,
            });
          }
          return rows;
        },
      );
    } finally {
      await useBackend(before);
    }
  },
  specify: (rows) => {
    const names = [...new Set(rows.map((row) => String(row['backend'])))];
    const curves: Curve[] = names.flatMap((name, k) => {
      const colour = palette[k % palette.length] ?? colours.grey;
      return [
        { label: labelOf(name, 'two-sided'), colour },
        { label: labelOf(name, 'lin-rfm'), colour, dash: [5, 3], shape: 'square' as const },
      ];
    });
    return curveChart({
      title: 'Time against size, by backend',
      subtitle: `square, rank ${rows[0]?.['rank']}, four observations per degree of freedom; ${medianWord(rows)}`,
      x: {
        field: 'size',
        title: 'side of the matrix',
        log: true,
        format: 'd',
        values: [...new Set(rows.map((row) => Number(row['size'])))],
      },
      y: { field: 'seconds', title: 'seconds', log: true, format: '~g' },
      ...{ curves, rows: medians(rows, ['curve', 'size'], 'seconds') },
    });
  },
};
