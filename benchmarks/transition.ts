/**
 * How few observations are enough: draws recovered to a relative error of 1e-3 against observations per degree of
 * freedom, the rank not told. Masks are drawn anew until every row and column has as many observations as the rank: with
 * fewer nobody can recover it, and near the limit most uniform masks have such a row.
 */
import { alternating, createProblem, createSparseProblem, degreesOfFreedom, generateProblem } from '../src/index.js';
import { atMostSteps, firstOf, linRfm, rowsOnly, solve, twoSidedLinRfm, whenConverged } from '../src/index.js';
import { constant, followChange, nuclearNorm, whenGapCloses } from '../src/index.js';
import type { Observations, Truth } from '../src/index.js';
import { factorError, markdownTable } from './measure.js';

export interface TransitionOptions {
  readonly size: number;
  readonly rank: number;
  readonly ratios: readonly number[];
  readonly draws: number;
  readonly denseSteps: number;
}

export const full: TransitionOptions = {
  ...{ size: 100, rank: 5, draws: 10, denseSteps: 400 },
  ratios: [1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3],
};
export const tiny: TransitionOptions = { size: 24, rank: 2, ratios: [2.5], draws: 2, denseSteps: 400 };

export interface TransitionRow {
  readonly method: string;
  readonly recovered: readonly number[];
}

const recoveredBelow = 1e-3;

export async function measureTransition(options: TransitionOptions): Promise<TransitionRow[]> {
  const methods: Readonly<Record<string, (observations: Observations, truth: Truth) => Promise<number>>> = {
    'one-sided': (observations, truth) => dense(observations, truth, rowsOnly, 0.01, options.denseSteps),
    alternating: (observations, truth) => dense(observations, truth, alternating, 0.05, options.denseSteps),
    'two-sided': twoSided,
    'nuclear norm': convex,
  };
  const rows: TransitionRow[] = [];
  for (const [method, errorOf] of Object.entries(methods)) {
    const recovered: number[] = [];
    for (const ratio of options.ratios) {
      let count = 0;
      for (const { observations, truth } of drawn(options, ratio)) {
        if ((await errorOf(observations, truth)) < recoveredBelow) count += 1;
      }
      recovered.push(count);
    }
    rows.push({ method, recovered });
  }
  return rows;
}

function* drawn({ size, rank, draws }: TransitionOptions, ratio: number) {
  const observed = Math.round(ratio * degreesOfFreedom([size, size], rank));
  for (let [seed, found] = [1, 0]; found < draws; seed += 1) {
    const problem = generateProblem({ shape: [size, size], rank, observed, seed });
    const fewest = (indices: Int32Array): number => {
      const counts = new Int32Array(size);
      for (const index of indices) counts[index] = (counts[index] ?? 0) + 1;
      return Math.min(...counts);
    };
    if (Math.min(fewest(problem.observations.row), fewest(problem.observations.column)) < rank) continue;
    found += 1;
    yield problem;
  }
}

async function twoSided(observations: Observations, truth: Truth): Promise<number> {
  const problem = createSparseProblem(observations, true);
  try {
    const { estimate } = await solve(twoSidedLinRfm(), problem, { stop: atMostSteps(3000) });
    return factorError(estimate, truth);
  } finally {
    problem.dispose();
  }
}

async function convex(observations: Observations, truth: Truth): Promise<number> {
  const problem = createSparseProblem(observations, true);
  try {
    const stop = firstOf(whenGapCloses({ gap: 1e-5, residual: 1e-4 }), atMostSteps(400));
    return factorError((await solve(nuclearNorm(), problem, { stop })).estimate, truth);
  } finally {
    problem.dispose();
  }
}

async function dense(
  observations: Observations,
  truth: Truth,
  sides: typeof alternating,
  ratio: number,
  steps: number,
): Promise<number> {
  const problem = createProblem(observations, 'float64');
  try {
    const epsilon = followChange({ start: 1, decay: 0.8, ratio, relativeFloor: 1e-7 });
    const solver = linRfm({ alpha: 0.5, epsilon, ridge: constant(0), sides, keepObserved: true });
    const stop = firstOf(whenConverged({ change: 1e-6, residual: 1e-3 }), atMostSteps(steps));
    const { estimate } = await solve(solver, problem, { stop });
    const exact = truth.rows(0, truth.shape[0]);
    const squares = (values: Float64Array): number => values.reduce((sum, value) => sum + value ** 2, 0);
    return Math.sqrt(squares(estimate.map((value, k) => value - (exact[k] ?? NaN))) / squares(exact));
  } finally {
    problem.dispose();
  }
}

export function transitionTable(rows: readonly TransitionRow[], { ratios, draws }: TransitionOptions): string {
  const header = [`recovered of ${draws}`, ...ratios.map(String)];
  return markdownTable(
    header,
    rows.map(({ method, recovered }) => [method, ...recovered.map(String)]),
  );
}
