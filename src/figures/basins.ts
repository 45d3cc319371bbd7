/**
 * Figure 5: where lin-RFM with φ the identity (α = 1) goes from every start, for the 3 × 2 matrices
 *
 *     a   b
 *     c   c·s        a, b, c, d observed; s and t unknown, in the units of the known entry of their row
 *   d·t   d
 *
 * A step is s ← K₁₂/K₁₁, t ← K₁₂/K₂₂ with K = (XᵀX)². Its attractor is the matrix of rank one, (b/a, a/b), and the leading
 * eigenvalue of its Jacobian there (a²d² + b²c²)/(a²b² + a²d² + b²c²).
 * @see arXiv:2401.04553, figure 5.
 */
import { channel, colours, heading } from './charts.js';
import type { Figure, Row } from './figure.js';

export type Point = readonly [s: number, t: number];

/** The four observed entries. */
export interface Corner {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const corner: Corner = { a: 1, b: 1, c: 1, d: 1 };
const reach = 4;
const full = 0.05;
const quick = 0.2;
/** Arrows stand at every so many units. */
const arrowSpacing = 0.8;
/** Every start is followed so far, or until it is this close to the attractor. */
const mostSteps = 300;
const arrived = 1e-6;

/** One step of the recursion without smoothing or ridge. */
export function stepOf({ a, b, c, d }: Corner, [s, t]: Point): Point {
  const first = a ** 2 + c ** 2 + (d * t) ** 2;
  const cross = a * b + c ** 2 * s + d ** 2 * t;
  const second = b ** 2 + (c * s) ** 2 + d ** 2;
  const [first2, cross2, second2] = [first ** 2 + cross ** 2, cross * (first + second), cross ** 2 + second ** 2];
  return [cross2 / first2, cross2 / second2];
}

export function attractorOf({ a, b }: Corner): Point {
  return [b / a, a / b];
}

/** Of the Jacobian of a step at the attractor; the other eigenvalue is zero. */
export function leadingEigenvalue({ a, b, c, d }: Corner): number {
  const moving = (a * d) ** 2 + (b * c) ** 2;
  return moving / ((a * b) ** 2 + moving);
}

/** Steps until the attractor is reached; infinite where it is not. */
export function stepsToAttractor(given: Corner, start: Point): number {
  const [s, t] = attractorOf(given);
  let at = start;
  for (let step = 0; step <= mostSteps; step += 1) {
    if (Math.hypot(at[0] - s, at[1] - t) < arrived) return step;
    at = stepOf(given, at);
  }
  return Infinity;
}

const [inside, outside] = ['reaches the matrix of rank one', 'grows without end'] as const;

export const basinsFigure: Figure = {
  name: '5',
  describe: 'basins of attraction for 3 × 2 matrices with four entries known',
  isRandom: false,
  measure: ({ quick: isQuick = false }) => {
    const spacing = isQuick ? quick : full;
    const count = Math.round((2 * reach) / spacing);
    // Middles of cells; rounded, so that the table reads well.
    const grid = Array.from({ length: count }, (_, k) => Number((-reach + (k + 0.5) * spacing).toFixed(6)));
    const field: Row[] = grid.flatMap((s) =>
      grid.map((t) => {
        const [nextS, nextT] = stepOf(corner, [s, t]);
        const steps = stepsToAttractor(corner, [s, t]);
        const basin = Number.isFinite(steps) ? inside : outside;
        return { kind: 'field', ...corner, spacing, s, t, next_s: nextS, next_t: nextT, steps, basin };
      }),
    );
    return Promise.resolve([...field, ...pathFrom([0, 0])]);
  },
  specify: (rows) => {
    const cells = rows.filter((row) => row['kind'] === 'field').map(cellOf);
    const path = rows.filter((row) => row['kind'] === 'path');
    const { a, b, c, d } = corner;
    return {
      ...heading('Where lin-RFM goes from every start', [
        `3 × 2 matrices with a = ${a}, b = ${b}, c = ${c}, d = ${d} known, φ the identity;`,
        `leading eigenvalue at the attractor ${leadingEigenvalue(corner).toFixed(3)}; in red, the way from zeros`,
      ]),
      ...{ width: 420, height: 420 },
      layer: [basinLayer(cells), arrowLayer(), pathLayer(path), attractorLayer()],
      resolve: { scale: { color: 'independent' } },
    };
  },
};

const axisS = channel({ field: 's', title: 's, the unknown entry of row 2 over c', floor: -reach, ceiling: reach });
const axisT = channel({ field: 't', title: 't, the unknown entry of row 3 over d', floor: -reach, ceiling: reach });

/** A row with the borders of its cell. */
function cellOf(row: Row): object {
  const half = Number(row['spacing']) / 2;
  const [s, t] = [Number(row['s']), Number(row['t'])];
  return { basin: row['basin'], s: s - half, right: s + half, t: t - half, high: t + half };
}

function basinLayer(values: readonly object[]): object {
  const scale = { domain: [inside, outside], range: ['#d6e8f5', '#f7d9c9'] };
  return {
    data: { values },
    // Without a stroke of their own colour, hair lines show between the cells.
    mark: { type: 'rect', strokeWidth: 0.6 },
    encoding: {
      ...{ x: axisS, x2: { field: 'right' }, y: axisT, y2: { field: 'high' } },
      color: { field: 'basin', type: 'nominal', scale, legend: { title: 'from there it', orient: 'right' } },
      stroke: { field: 'basin', type: 'nominal', scale, legend: null },
    },
  };
}

/** The direction of a step and, by the size of the arrow, its length. */
function arrowLayer(): object {
  const count = Math.round((2 * reach) / arrowSpacing);
  const places = Array.from({ length: count }, (_, k) => -reach + (k + 0.5) * arrowSpacing);
  const values = places.flatMap((s) =>
    places.map((t) => {
      const [nextS, nextT] = stepOf(corner, [s, t]);
      const [across, up] = [nextS - s, nextT - t];
      // Clockwise from the vertical, as the marks are turned.
      return { s, t, angle: (Math.atan2(across, up) * 180) / Math.PI, length: Math.hypot(across, up) };
    }),
  );
  const lengths = { type: 'linear', domain: [0, 6], range: [60, 700], clamp: true };
  return {
    data: { values },
    mark: { type: 'point', shape: 'arrow', filled: true, opacity: 1 },
    encoding: {
      ...{ x: axisS, y: axisT },
      angle: { field: 'angle', type: 'quantitative', scale: { domain: [-180, 180], range: [-180, 180] } },
      size: {
        ...{ field: 'length', type: 'quantitative', scale: lengths },
        legend: { title: 'length of the step', orient: 'right', values: [0.5, 2, 4, 6] },
      },
      color: { value: '#5b6b78' },
    },
  };
}

function pathLayer(values: readonly object[]): object {
  return {
    data: { values },
    mark: { type: 'line', point: { size: 30, filled: true, color: colours.red }, strokeWidth: 2, color: colours.red },
    encoding: { x: axisS, y: axisT, order: { field: 'step', type: 'quantitative' } },
  };
}

function attractorLayer(): object {
  const [s, t] = attractorOf(corner);
  const text = { type: 'text', dy: -16, fontSize: 12, fontWeight: 'bold', color: colours.black };
  return {
    data: { values: [{ s, t, label: `attractor (b/a, a/b) = (${s}, ${t})` }] },
    layer: [
      { mark: { type: 'point', shape: 'circle', size: 110, filled: true, opacity: 1, color: colours.black } },
      { mark: { ...text, stroke: 'white', strokeWidth: 5, opacity: 0.9 }, encoding: { text: { field: 'label' } } },
      { mark: text, encoding: { text: { field: 'label' } } },
    ],
    encoding: { x: axisS, y: axisT },
  };
}

/** The way from a start to the attractor. */
function pathFrom(start: Point): Row[] {
  const rows: Row[] = [];
  let at = start;
  for (let step = 0; step <= Math.min(mostSteps, stepsToAttractor(corner, start)); step += 1) {
    rows.push({ kind: 'path', ...corner, s: at[0], t: at[1], step });
    at = stepOf(corner, at);
  }
  return rows;
}
