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
  const legend = { title: null, orient: 'right', symbolSize: 70, symbolStrokeWidth: 2, rowPadding: 5 };
  return {
    ...heading(title, subtitle),
    ...{ width: 480, height },
    data: { values },
    mark: { type: 'line', strokeWidth: 2, clip: true, ...(!isSmooth && { point: { size: 42, filled: true } }) },
    encoding: {
      x: channel(chart.x),
      y: channel(chart.y),
      color: { field: by, type: 'nominal', scale: { domain, range: present.map(({ colour }) => colour) }, legend },
      strokeDash: {
        ...{ field: by, type: 'nominal', legend },
        scale: { domain, range: present.map(({ dash = [1, 0] }) => dash) },
      },
      ...(!isSmooth && {
        shape: {
          ...{ field: by, type: 'nominal', legend },
          scale: { domain, range: present.map(({ shape = 'circle' }) => shape) },
        },
      }),
      order: { field: chart.x.field },
    },
  };
}

/** Title and, smaller, what was done. */
export function heading(title: string, subtitle: string): object {
  return {
    title: { text: title, subtitle, subtitleFontSize: 12, subtitleColor: '#555555', subtitlePadding: 4, offset: 12 },
  };
}

/** One axis of a chart. */
export function channel({ field, title, log = false, floor, ceiling, format, values }: Axis): object {
  const bounds = {
    ...(floor !== undefined && { domainMin: floor }),
    ...(ceiling !== undefined && { domainMax: ceiling }),
  };
  const scale = log ? { type: 'log', ...bounds } : { zero: false, nice: floor === undefined, ...bounds };
  const axis = { ...(format !== undefined && { format }), ...(values !== undefined && { values }), titlePadding: 8 };
  return {
    field,
    type: 'quantitative',
    title,
    scale,
    axis: { ...axis, ...(log && values === undefined && { tickCount: 6 }) },
  };
}

function clamp(value: number, { floor = -Infinity, ceiling = Infinity }: Axis): number | null {
  // A gap in the curve says more than a number that is not one.
  return Number.isFinite(value) ? Math.min(ceiling, Math.max(floor, value)) : null;
}
