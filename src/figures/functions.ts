/** Figure 1: the functions that lin-RFM minimises over the singular values. */
import { colours, curveChart } from './charts.js';
import type { Curve } from './charts.js';
import type { Figure, Row } from './figure.js';

/** Smoothing: without it ψ is infinite for α ≥ 1/2. */
const epsilon = 0.05;
const points = 201;
const alphas = [1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1] as const;
const names = ['1/8', '1/4 (nuclear norm)', '3/8', '1/2 (log-determinant)', '3/4', '1'] as const;
const curves: readonly Curve[] = [
  { label: 'rank', colour: colours.grey, dash: [3, 3] },
  ...[colours.sky, colours.blue, colours.green, colours.red, colours.orange, colours.pink].map((colour, k) => ({
    ...{ label: `α = ${names[k] ?? ''}`, colour },
  })),
];

/**
 * ψ(r) = ∫₀^r s (s² + ε²)^{−2α} ds, which has ψ(0) = 0.
 * @see arXiv:2401.04553, Theorem 1.
 */
export function psi(r: number, alpha: number, smoothing: number): number {
  const [squared, base] = [r ** 2 + smoothing ** 2, smoothing ** 2];
  const power = 1 - 2 * alpha;
  return power === 0 ? Math.log(squared / base) / 2 : (squared ** power - base ** power) / (2 * power);
}

export const functionsFigure: Figure = {
  name: '1',
  describe: 'the functions of the singular values that lin-RFM minimises',
  isRandom: false,
  measure: () => {
    const grid = Array.from({ length: points }, (_, k) => k / (points - 1));
    const rank: Row[] = grid.map((r) => ({ curve: 'rank', alpha: '', r, psi: r === 0 ? 0 : 1 }));
    const smooth: Row[] = alphas.flatMap((alpha, k) =>
      grid.map((r) => ({
        ...{ curve: `α = ${names[k] ?? ''}`, alpha, r },
        psi: psi(r, alpha, epsilon) / psi(1, alpha, epsilon),
      })),
    );
    return Promise.resolve([...rank, ...smooth]);
  },
  specify: (rows) =>
    curveChart({
      title: 'What lin-RFM minimises: the sum of ψ over the singular values',
      subtitle: `ψ(0) = 0, scaled to ψ(1) = 1; smoothing ε = ${epsilon}. The larger α, the closer to the rank.`,
      x: { field: 'r', title: 'singular value r', floor: 0, ceiling: 1 },
      y: { field: 'psi', title: 'ψ(r) / ψ(1)', floor: 0, ceiling: 1.02 },
      ...{ curves, rows, isSmooth: true },
    }),
};
