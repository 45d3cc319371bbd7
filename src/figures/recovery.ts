/** The methods of matrix completion that figures 3, 4 and the phase transition compare, and their errors. */
import { complete, solverNames } from '../complete.js';
import type { CompleteOptions } from '../complete.js';
import type { Observations } from '../data/observations.js';
import { degreesOfFreedom, generateProblem } from '../data/synthetic.js';
import type { Truth } from '../data/synthetic.js';
import { createProblem } from '../problem.js';
import { defaultEpsilon } from '../solvers/defaults.js';
import { linRfm, rowsOnly } from '../solvers/lin-rfm.js';
import { constant } from '../solvers/schedules.js';
import { solve } from '../solvers/solve.js';
import { atMostSteps, firstOf, whenConverged } from '../solvers/stop-rules.js';
import { colours } from './charts.js';
import type { Curve } from './charts.js';

export interface Method extends Curve {
  /** The whole matrix, row-major, from observations said to be exact and nothing else. */
  readonly recover: (observations: Observations, steps: number) => Promise<Float64Array>;
}

/** By one of the solvers of `complete`. */
function byName(curve: Curve, options: CompleteOptions): Method[] {
  const { solver = 'auto' } = options;
  if (!solverNames.includes(solver)) return [];
  const recover = async (observations: Observations, maxSteps: number): Promise<Float64Array> => {
    const { completion } = await complete(observations, { noise: 0, offsets: 'none', maxSteps, ...options });
    return completion.rows(0, observations.shape[0]);
  };
  return [{ ...curve, recover }];
}

/** The algorithm as published: rows alone are reweighted. */
async function oneSided(observations: Observations, steps: number): Promise<Float64Array> {
  const problem = createProblem(observations, 'float64');
  try {
    const epsilon = defaultEpsilon(0.5, 'float64', 'one');
    const solver = linRfm({ alpha: 0.5, epsilon, ridge: constant(0), sides: rowsOnly, keepObserved: true });
    const stop = firstOf(whenConverged({ change: 1e-6, residual: 1e-3 }), atMostSteps(steps));
    return (await solve(solver, problem, { stop })).estimate;
  } finally {
    problem.dispose();
  }
}

const alternating = (label: string, alpha: number, colour: string): Method[] =>
  byName({ label: `lin-RFM, α = ${label}`, colour }, { solver: 'lin-rfm', alpha });

/** Adding a method is a line here; those whose solver is not there are left out. */
export const completionMethods: readonly Method[] = [
  ...byName({ label: 'nuclear norm', colour: colours.black, shape: 'square' }, { solver: 'nuclear-norm' }),
  ...alternating('1/4', 0.25, colours.sky),
  ...alternating('1/2', 0.5, colours.blue),
  ...alternating('3/4', 0.75, colours.green),
  ...alternating('1', 1, colours.orange),
  { label: 'lin-RFM, α = 1/2, one side', colour: colours.grey, dash: [2, 2], recover: oneSided },
  ...byName({ label: 'lin-RFM, α = 1/2, two-sided', colour: colours.red, shape: 'diamond' }, { solver: 'two-sided' }),
  ...byName(
    { label: 'deep linear network', colour: colours.pink, dash: [5, 3], shape: 'triangle-up' },
    { solver: 'deep-linear' },
  ),
];

/** Those of the methods with these labels, in this order. */
export function methodsNamed(...labels: readonly string[]): Method[] {
  return labels.flatMap((label) => completionMethods.filter((method) => method.label === label));
}

/** Mean squared error on the entries that were not observed; the entries' own mean square is 1. */
export function hiddenError(estimate: Float64Array, observations: Observations, truth: Truth): number {
  const [rows, columns] = truth.shape;
  const exact = truth.rows(0, rows);
  const squares = exact.map((value, at) => ((estimate[at] ?? NaN) - value) ** 2);
  observations.row.forEach((row, k) => (squares[row * columns + (observations.column[k] ?? 0)] = 0));
  const hidden = rows * columns - observations.value.length;
  return hidden === 0 ? 0 : squares.reduce((sum, square) => sum + square, 0) / hidden;
}

/**
 * A seeded problem. @param isSolvable Masks are drawn anew until every row and column has as many observations as the
 * rank: with fewer nobody can recover it.
 */
export function drawProblem(size: number, rank: number, observed: number, draw: number, isSolvable = false) {
  for (let attempt = 0; ; attempt += 1) {
    const problem = generateProblem({ shape: [size, size], rank, observed, seed: draw + 1000 * attempt });
    const { row, column } = problem.observations;
    if (!isSolvable || attempt === 999 || Math.min(fewest(row, size), fewest(column, size)) >= rank) return problem;
  }
}

function fewest(indices: Int32Array, size: number): number {
  const counts = new Int32Array(size);
  for (const index of indices) counts[index] = (counts[index] ?? 0) + 1;
  return Math.min(...counts);
}

/** Observations for so many per degree of freedom, no more than there are entries. */
export function observedFor(size: number, rank: number, ratio: number): number {
  return Math.min(size * size, Math.round(ratio * degreesOfFreedom([size, size], rank)));
}
