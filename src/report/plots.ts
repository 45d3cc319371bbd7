/** The pictures of a report, drawn by Vega-Lite to SVG without a DOM. */
import * as vega from 'vega';
import * as vegaLite from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import type { Progress } from '../solvers/solver.js';

export const width = 560;
export const height = 240;
const config = {
  background: 'white',
  font: 'Helvetica, Arial, sans-serif',
  title: { anchor: 'start' as const, fontSize: 15 },
  axis: { labelFontSize: 11, titleFontSize: 12, gridColor: '#e6e6e6' },
  legend: { labelFontSize: 11, titleFontSize: 12, labelLimit: 300 },
  view: { stroke: '#bbbbbb' },
};

interface Point {
  readonly x: number;
  readonly y: number;
  readonly series: string;
}

/** Change, residual and smoothing against the step. */
export async function convergencePlot(progress: readonly Progress[]): Promise<string> {
  return draw(convergence(progress));
}

/** Singular values of the fit against their number. */
export async function spectrumPlot(singularValues: Float64Array, rank: number): Promise<string> {
  return draw(spectrum(singularValues, rank));
}

/** Both, one above the other. */
export async function summaryPlot(
  progress: readonly Progress[],
  singularValues: Float64Array,
  rank: number,
): Promise<string> {
  return draw({
    vconcat: [convergence(progress), spectrum(singularValues, rank)],
    resolve: { scale: { color: 'independent' } },
  });
}

function convergence(progress: readonly Progress[]) {
  const points = progress.flatMap(({ step, change, residual, epsilon }) => [
    { x: step, y: change, series: 'relative change' },
    { x: step, y: residual, series: 'relative residual' },
    { x: step, y: epsilon, series: 'smoothing' },
  ]);
  const palette = {
    domain: ['relative change', 'relative residual', 'smoothing'],
    range: ['#1f5fa8', '#c8442e', '#8a8a8a'],
  };
  return chart('Convergence', 'step', 'relative size', 'line', points, palette);
}

function spectrum(singularValues: Float64Array, rank: number) {
  const points = Array.from(singularValues.subarray(0, Math.max(40, 2 * rank)), (y, k) => ({
    x: k + 1,
    y,
    series: k < rank ? 'within the rank found' : 'below the smoothing',
  }));
  const palette = { domain: ['within the rank found', 'below the smoothing'], range: ['#1f5fa8', '#b9b9b9'] };
  return chart(`Singular values of the fit (rank ${rank})`, 'number', 'singular value', 'point', points, palette);
}

function chart(
  title: string,
  xTitle: string,
  yTitle: string,
  mark: 'line' | 'point',
  points: readonly Point[],
  palette: { domain: string[]; range: string[] },
) {
  // A logarithmic axis has no place for zeros.
  const values = points.filter(({ y }) => Number.isFinite(y) && y > 0).map((point) => ({ ...point }));
  const empty = values.length === 0;
  return {
    title: empty ? `${title}: nothing to show` : title,
    ...{ width, height },
    data: { values: empty ? [{ x: 1, y: 1, series: palette.domain[0] }] : values },
    mark: {
      type: mark,
      ...(mark === 'point' ? { filled: true, size: 45 } : { point: values.length < 60 }),
      opacity: empty ? 0 : 1,
    },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative' as const,
        title: xTitle,
        axis: { values: empty ? [] : wholeTicks(values.map(({ x }) => x)), format: 'd' },
        scale: { zero: false, nice: false, padding: 8 },
      },
      y: {
        field: 'y',
        type: 'quantitative' as const,
        title: yTitle,
        scale: { type: 'log' as const },
        axis: { format: '.0e', tickCount: 7, ...(empty && { values: [] }) },
      },
      color: {
        field: 'series',
        type: 'nominal' as const,
        title: null,
        scale: palette,
        legend: { orient: 'bottom' as const },
      },
    },
  };
}

/** Tick marks at whole numbers, at most about a dozen; left to itself the axis marks halves in a short run. */
function wholeTicks(numbers: readonly number[]): number[] {
  const [from, to] = [numbers[0] ?? 1, numbers.at(-1) ?? 1];
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => (to - from) / size <= 12) ?? Math.ceil((to - from) / 12);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(1, Math.floor((to - first) / step) + 1) }, (_, k) => first + k * step);
}

/** Draws a Vega-Lite specification in the style of this project. */
export async function draw(specification: object): Promise<string> {
  measureText();
  const { spec } = vegaLite.compile({ ...specification, config } as TopLevelSpec, { logger: vega.logger(vega.Error) });
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Width of a letter, in its size, on average. */
const letterWidth = 0.58;

/** Without a canvas Vega takes a letter for 0.8 of its size, and leaves wide margins for legends and titles. */
function measureText(): void {
  const metrics: unknown = Reflect.get(vega, 'textMetrics');
  if (typeof metrics !== 'object' || metrics === null) return;
  const width = (item: { readonly fontSize?: number }, text: unknown): number =>
    Math.round(letterWidth * String(text).length * (item.fontSize ?? 11));
  Reflect.set(metrics, 'width', width);
}
