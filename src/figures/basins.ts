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
const full = { spacing: 0.4 };
const quick = { spacing: 0.8 };
/** Every start is followed so far, or until it is this close to the attractor. */
const mostSteps = 400;
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

const [inside, outside] = ['reaches the rank-one matrix', 'runs off to infinity'] as const;

export const basinsFigure: Figure = {
  name: '5',
  describe: 'basins of attraction for 3 × 2 matrices with four entries known',
  isRandom: false,
  measure: ({ quick: isQuick = false }) => {
    const { spacing } = isQuick ? quick : full;
    const count = Math.round((2 * reach) / spacing);
    const grid = Array.from({ length: count + 1 }, (_, k) => -reach + k * spacing);
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
    const [s, t] = attractorOf(corner);
    const field = rows
      .filter((row) => row['kind'] === 'field')
      .map((row) => {
        const [across, up] = [Number(row['next_s']) - Number(row['s']), Number(row['next_t']) - Number(row['t'])];
        const half = Number(row['spacing']) / 2;
        const [left, low] = [Number(row['s']) - half, Number(row['t']) - half];
        const box = { left, right: left + 2 * half, low, high: low + 2 * half };
        // Clockwise from the vertical, as the marks are turned.
        return { ...row, ...box, angle: (Math.atan2(across, up) * 180) / Math.PI, length: Math.hypot(across, up) };
      });
    const path = rows.filter((row) => row['kind'] === 'path');
    const { a, b, c, d } = corner;
    return {
      ...heading(
        'Where lin-RFM goes from every start',
        `3 × 2 matrices, a = ${a}, b = ${b}, c = ${c}, d = ${d} known, φ the identity; leading eigenvalue at the attractor ${leadingEigenvalue(corner).toFixed(3)}`,
      ),
      ...{ width: 440, height: 440 },
      layer: [
        basinLayer(field),
        arrowLayer(field),
        pathLayer(path),
        {
          data: { values: [{ s, t, label: `attractor (b/a, a/b) = (${s}, ${t})` }] },
          layer: [
            { mark: { type: 'point', shape: 'circle', size: 130, filled: true, color: colours.black } },
            {
              mark: { type: 'text', dy: -14, fontSize: 12, fontWeight: 'bold' },
              encoding: { text: { field: 'label' } },
            },
          ],
          encoding: { x: axisS, y: axisT },
        },
      ],
      resolve: { scale: { color: 'independent' } },
    };
  },
};

const axisS = channel({ field: 's', title: 's, the unknown entry of row 2 over c', floor: -reach, ceiling: reach });
const axisT = channel({ field: 't', title: 't, the unknown entry of row 3 over d', floor: -reach, ceiling: reach });

function basinLayer(values: readonly object[]): object {
  const scale = { domain: [inside, outside], range: ['#d6e8f5', '#f7d9c9'] };
  return {
    data: { values },
    mark: { type: 'rect', clip: true },
    encoding: {
      x: { ...channel({ field: 'left', title: '', floor: -reach, ceiling: reach }), title: null },
      x2: { field: 'right' },
      y: { ...channel({ field: 'low', title: '', floor: -reach, ceiling: reach }), title: null },
      y2: { field: 'high' },
      color: { field: 'basin', type: 'nominal', scale, legend: { title: 'start', orient: 'right' } },
    },
  };
}

function arrowLayer(values: readonly object[]): object {
  return {
    data: { values },
    mark: { type: 'point', shape: 'arrow', filled: true, clip: true },
    encoding: {
      ...{ x: axisS, y: axisT },
      angle: { field: 'angle', type: 'quantitative', scale: { domain: [-180, 180], range: [-180, 180] } },
      size: {
        ...{ field: 'length', type: 'quantitative', legend: { title: 'length of the step', orient: 'right' } },
        scale: { type: 'sqrt', domain: [0, 6], range: [40, 320], clamp: true },
      },
      color: { value: '#5b6b78' },
    },
  };
}

function pathLayer(values: readonly object[]): object {
  return {
    data: { values },
    mark: { type: 'line', point: { size: 30, filled: true, color: colours.red }, strokeWidth: 2, color: colours.red },
    encoding: { x: axisS, y: axisT, order: { field: 'step' } },
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
