/** The chart that most figures are: curves with their points, a legend beside them, axes with units. */
import type { Row } from './figure.js';

export interface Curve {
  readonly label: string;
  readonly colour: string;
  /** Lines and gaps in pixels; solid unless given. */
  readonly dash?: readonly number[];
  readonly shape?: 'circle' | 'square' | 'triangle-up' | 'diamond' | 'cross';
}

export interface Axis {
  readonly field: string;
  readonly title: string;
  readonly log?: boolean;
  /** Values below are drawn here. */
  readonly floor?: number;
  readonly ceiling?: number;
  readonly format?: string;
  readonly values?: readonly number[];
  /** Room before the first and after the last value. */
  readonly padding?: boolean;
}

export interface CurveChart {
  readonly title: string;
  readonly subtitle: string;
  readonly x: Axis;
  readonly y: Axis;
  /** In the order of the legend; curves without rows are left out. */
  readonly curves: readonly Curve[];
  readonly rows: readonly Row[];
  /** The column that names the curve; `curve` unless given. */
  readonly by?: string;
  readonly isSmooth?: boolean;
  readonly height?: number;
}

/** Colours that differ in lightness too, so that they hold in grey and for colour-blind eyes (Okabe and Ito). */
export const colours = {
  black: '#222222',
  grey: '#8a8a8a',
  blue: '#0072b2',
  sky: '#56b4e9',
  green: '#009e73',
  orange: '#e69f00',
  red: '#d55e00',
  pink: '#cc79a7',
} as const;

/** A Vega-Lite specification of curves. */
export function curveChart(chart: CurveChart): object {
  const { title, subtitle, rows, by = 'curve', isSmooth = false, height = 300 } = chart;
  const present = chart.curves.filter(({ label }) => rows.some((row) => row[by] === label));
  const values = rows.map((row) => ({ ...row, [chart.y.field]: clamp(Number(row[chart.y.field]), chart.y) }));
  const domain = present.map(({ label }) => label);
  const legend = { title: null, orient: 'right', rowPadding: 5 };
  const place = { x: channel(chart.x, rows), y: channel(chart.y, values) };
  const order = { field: chart.x.field, type: 'quantitative' };
  const named = (range: readonly unknown[], look: object): object => ({
    ...{ field: by, type: 'nominal', scale: { domain, range }, legend: { ...legend, ...look } },
  });
  const hues = present.map(({ colour }) => colour);
  const chartOf = (layer: readonly object[]): object => ({
    ...heading(title, subtitle),
    ...{ width: 480, height, data: { values }, layer },
  });
  if (isSmooth) {
    const look = { symbolType: 'stroke', symbolSize: 250, symbolStrokeWidth: 2 };
    const dashes = present.map(({ dash = [1, 0] }) => dash);
    const encoding = { ...place, order, color: named(hues, look), strokeDash: named(dashes, look) };
    return chartOf([{ mark: { type: 'line', strokeWidth: 2 }, encoding }]);
  }
  // Curves that lie on one another show as stripes: the first is the widest.
  const lines = present.map(({ label, colour, dash = [1, 0] }, k) => ({
    transform: [{ filter: { field: by, equal: label } }],
    mark: {
      type: 'line',
      color: colour,
      strokeDash: dash,
      strokeWidth: 3.4 - (2 * k) / Math.max(1, present.length - 1),
    },
    encoding: { ...place, order },
  }));
  const shapes = present.map(({ shape = 'circle' }) => shape);
  const look = { symbolSize: 75 };
  const points = {
    mark: { type: 'point', filled: true, opacity: 1, size: 50 },
    encoding: { ...place, color: named(hues, look), shape: named(shapes, look) },
  };
  return chartOf([...lines, points]);
}

/** Title and, smaller, what was done. */
export function heading(title: string, subtitle: string | readonly string[]): object {
  return {
    title: { text: title, subtitle, subtitleFontSize: 12, subtitleColor: '#555555', subtitlePadding: 4, offset: 12 },
  };
}

/** Powers of ten that a logarithmic axis marks at most. */
const mostDecades = 8;

/** One axis of a chart; a logarithmic one runs over the powers of ten around the values of the rows. */
export function channel(axis: Axis, rows: readonly Readonly<Record<string, unknown>>[] = []): object {
  const { field, title, log = false, floor, ceiling, format, values } = axis;
  const ticks = log ? decades(axis, rows) : values;
  const bounds = log
    ? { domain: [ticks?.at(0) ?? 1, ticks?.at(-1) ?? 10] }
    : { ...(floor !== undefined && { domainMin: floor }), ...(ceiling !== undefined && { domainMax: ceiling }) };
  const scale = {
    type: log ? 'log' : 'linear',
    ...(!log && { zero: false }),
    nice: false,
    ...bounds,
    ...(axis.padding === true && { padding: 12 }),
  };
  const every = log ? Math.ceil(((ticks?.length ?? 1) - 1) / mostDecades) : 1;
  const shown = log ? ticks?.filter((_, k) => k % every === 0) : values;
  const marks = {
    ...(format !== undefined && { format }),
    ...(shown !== undefined && { values: shown }),
    titlePadding: 8,
  };
  return { field, type: 'quantitative', title, scale, axis: marks };
}

function decades({ field, floor = 0, values }: Axis, rows: readonly Readonly<Record<string, unknown>>[]): number[] {
  if (values !== undefined) return [...values];
  const numbers = rows.map((row) => Number(row[field])).filter((value) => value > 0 && Number.isFinite(value));
  const tens = (value: number): number => Math.log10(Math.max(value, floor));
  const [low, high] = [Math.floor(tens(Math.min(...numbers)) + 1e-9), Math.ceil(tens(Math.max(...numbers)) - 1e-9)];
  const count = Number.isFinite(high - low) ? Math.max(1, high - low) : 1;
  return Array.from({ length: count + 1 }, (_, k) => 10 ** ((Number.isFinite(low) ? low : 0) + k));
}

function clamp(value: number, { floor = -Infinity, ceiling = Infinity }: Axis): number | null {
  // A gap in the curve says more than a number that is not one.
  return Number.isFinite(value) ? Math.min(ceiling, Math.max(floor, value)) : null;
}
