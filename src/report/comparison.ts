/** Solvers side by side: a table for the terminal and the page, a picture, and the figures as JSON. */
import type { Compared } from '../compare.js';
import { secondsPerStep } from '../compare.js';
import { version } from '../version.js';
import { escape, pageOf, readable } from './page.js';
import { draw, height, width } from './plots.js';

/** What the comparison was made on. */
export interface ComparisonContext {
  readonly title: string;
  readonly shape: readonly [number, number];
  readonly observed: number;
  readonly heldOut: number;
  readonly backend: string;
  readonly device: string;
  readonly seed: number;
}

const header = ['solver', 'held-out RMSE', 'seconds', 'steps', 'rank', 'residual', 'status'];

/** A header and a line a solver, in the order they ran. */
export function comparisonTable(compared: readonly Compared[]): string[][] {
  const rows = compared.map(({ name, result, failure, heldOutRmse, seconds }) =>
    result === undefined
      ? [name, '-', '-', '-', '-', '-', `not run: ${failure ?? ''}`]
      : [
          result.solver === name.split('@')[0] ? name : `${name} (${result.solver})`,
          ...[readable(heldOutRmse), seconds.toFixed(2), `${result.progress.length}`],
          result.singularValues.length === 0 ? '-' : `${result.rank}`,
          ...[result.residual.toExponential(1), result.status],
        ],
  );
  return [header, ...rows];
}

/** What a step costs with a full decomposition and without, where both ways ran; else undefined. */
export function decompositionNote(compared: readonly Compared[]): string | undefined {
  const stepOf = (solver: string): number =>
    secondsPerStep(
      compared.find(({ result }) => result?.solver === solver) ?? { name: '', heldOutRmse: NaN, seconds: NaN },
    );
  const [free, full] = [stepOf('lin-rfm'), stepOf('svd-irls')];
  if (!(free > 0 && full > 0)) return undefined;
  const milliseconds = (seconds: number): string => `${(1000 * seconds).toPrecision(3)} ms`;
  return `a step of lin-rfm takes ${milliseconds(free)}, with a full decomposition (svd-irls) ${milliseconds(full)}: ${(full / free).toPrecision(2)} times as long`;
}

/** The `--metrics` file. Numbers that are not finite are null. */
export function comparisonMetrics(compared: readonly Compared[], context: ComparisonContext) {
  const { shape, observed, heldOut, backend, device, seed } = context;
  const solvers = compared.map(({ name, result, failure, heldOutRmse, seconds }) =>
    result === undefined
      ? { name, status: 'not run', reason: failure ?? '' }
      : {
          ...{ name, solver: result.solver, status: result.status, held_out_rmse: finite(heldOutRmse), seconds },
          ...{ steps: result.progress.length, rank: result.singularValues.length === 0 ? null : result.rank },
          ...{
            residual: finite(result.residual),
            ridge: result.ridge,
            noise: result.noise ?? 0,
            offsets: result.offsets,
          },
        },
  );
  return { shape, observed, held_out: heldOut, backend, device, seed, version, solvers };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Held-out error against time, and how each solver came to meet the observations. */
export async function comparisonPlot(compared: readonly Compared[]): Promise<string> {
  const names = compared.map(({ name }) => name);
  const ran = compared.filter(({ result, heldOutRmse }) => result !== undefined && heldOutRmse > 0);
  const points = ran.map(({ name, heldOutRmse, seconds }) => ({ name, error: heldOutRmse, seconds }));
  const lines = ran.flatMap(({ name, result }) =>
    (result?.progress ?? [])
      .filter(({ residual, seconds }) => residual > 0 && seconds > 0)
      .map(({ seconds, residual }) => ({ name, seconds, residual })),
  );
  const logarithmic = (field: string, title: string, format: string) => ({
    ...{ field, title, type: 'quantitative' as const, scale: { type: 'log' as const } },
    axis: { format, tickCount: 7 },
  });
  const color = {
    field: 'name',
    type: 'nominal' as const,
    title: null,
    scale: { domain: names },
    legend: { orient: 'bottom' as const },
  };
  const x = logarithmic('seconds', 'seconds', '~g');
  const errors = {
    ...{ title: 'Error on held-out entries', width, height, data: { values: points } },
    // Names stand in the legend alone: beside the points, solvers that are as good as each other write over each other.
    mark: { type: 'point' as const, filled: true, size: 90, opacity: 1 },
    encoding: { x, y: logarithmic('error', 'root mean square error', '.0e'), color, shape: color },
  };
  const residuals = {
    ...{ title: 'How the observations were met', width, height, data: { values: lines } },
    mark: { type: 'line' as const },
    encoding: { x, y: logarithmic('residual', 'relative residual', '.0e'), color },
  };
  return draw({ vconcat: [errors, ...(lines.length === 0 ? [] : [residuals])] });
}

/** The report page. */
export async function comparisonPage(compared: readonly Compared[], context: ComparisonContext): Promise<string> {
  const { shape, observed, heldOut, backend, device, title } = context;
  const [head = [], ...rows] = comparisonTable(compared);
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  const note = decompositionNote(compared);
  const body = `<p>${shape[0]} x ${shape[1]}, ${observed} observed, error measured on ${heldOut} entries that no solver saw; ${escape(backend)} (${escape(device)}).</p>
<table class="wide">
${[line(head, 'th'), ...rows.map((cells) => line(cells, 'td'))].join('\n')}
</table>
${note === undefined ? '' : `<p class="warning">${escape(note)}.</p>`}
<figure>${await comparisonPlot(compared)}
<figcaption>Above: further down is more accurate, further left is faster. Below: the residual on the observed entries in the last solve of
each; a solver for noisy data stops at the noise on purpose.</figcaption></figure>`;
  return pageOf(title, body);
}
