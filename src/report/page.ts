/** One self-contained HTML page: what was completed, how it went, and how to read it. */
import type { CompleteResult } from '../complete.js';
import type { Metrics } from './metrics.js';
import { convergencePlot, spectrumPlot } from './plots.js';

const style = `
  body { font: 15px/1.5 Helvetica, Arial, sans-serif; color: #222; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin-bottom: 0.2rem; }
  .status { padding: 0.6rem 0.9rem; border-left: 4px solid #2c7a3f; background: #f2f8f3; }
  .status.unfinished { border-color: #c8442e; background: #fcf3f1; }
  table { border-collapse: collapse; margin: 1rem 0; }
  th { text-align: left; font-weight: normal; color: #666; padding: 0.15rem 1.5rem 0.15rem 0; }
  td { padding: 0.15rem 0; font-variant-numeric: tabular-nums; }
  .wide th, .wide td { padding: 0.15rem 1.2rem 0.15rem 0; white-space: nowrap; }
  figure { margin: 1.5rem 0; }
  figure svg { max-width: 100%; height: auto; }
  figcaption, .warning { color: #555; }
`;

/** The report page. @param title Usually the input file. */
export async function reportPage(title: string, result: CompleteResult, metrics: Metrics): Promise<string> {
  const convergence = await convergencePlot(result.progress);
  const spectrum = await spectrumPlot(result.singularValues, result.rank);
  const rows = summaryRows(metrics)
    .map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`)
    .join('\n');
  const notes = result.warnings.map((warning) => `<p class="warning">Note: ${escape(warning)}</p>`).join('\n');
  const body = `<p class="status${result.status === 'converged' ? '' : ' unfinished'}"><strong>${escape(result.status)}</strong>. ${escape(result.advice)}</p>
${notes}
<table>
${rows}
</table>
<figure>${convergence}
<figcaption>Blue: how much each step still moved the estimate; the solve ends when this stays under the tolerance. Red: how far the
estimate is from the observed values; on exact data this is rounding alone. Grey: the smoothing, lowered whenever the estimate has
settled.</figcaption></figure>
<figure>${spectrum}
<figcaption>A low-rank matrix shows as a few large values and a gap below them; the number above the gap is its rank.</figcaption></figure>`;
  return pageOf(title, body);
}

/** A page under the title, in the style of all pages. @param body HTML. */
export function pageOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · lin-rfm</title>
<style>${style}</style>
</head>
<body>
<h1>${escape(title)}</h1>
${body}
</body>
</html>
`;
}

/** Name and value of each line of the summary, for the page and the terminal. */
export function summaryRows(metrics: Metrics): [string, string][] {
  const [rows, columns] = metrics.shape;
  const share = ((100 * metrics.observed) / (rows * columns)).toPrecision(3);
  return [
    ['matrix', `${rows} x ${columns}, ${metrics.observed} observed (${share} %)`],
    [
      'solver',
      `${metrics.solver}, alpha ${metrics.alpha}, noise ${metrics.noise === 0 ? 'none' : Number(readable(metrics.noise))}, offsets ${metrics.offsets}`,
    ],
    ['backend', `${metrics.backend} (${metrics.device})`],
    [
      'status',
      `${metrics.status} after ${metrics.steps} ${metrics.steps === 1 ? 'step' : 'steps'} in ${metrics.seconds.solve.toFixed(2)} s`,
    ],
    ['change', metrics.change?.toExponential(1) ?? 'none'],
    ['residual', metrics.residual?.toExponential(1) ?? 'none'],
    ['rank', metrics.rank === null ? 'not computed for a matrix of this size' : `${metrics.rank}`],
    ...(metrics.held_out_rmse === null
      ? []
      : [['held-out RMSE', readable(metrics.held_out_rmse)] satisfies [string, string]]),
  ];
}

/** Four digits, without a row of leading zeros. */
export function readable(value: number): string {
  return value !== 0 && value < 1e-3 ? value.toExponential(3) : value.toPrecision(4);
}

/** Text as HTML. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
