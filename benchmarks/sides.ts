/**
 * One side against two: how many observations and steps lin-RFM needs when it reweights rows only, and when it alternates.
 * Success is a relative error under 1e-3; no solver knows the truth, and each stops by its own rule.
 */
import { alternating, atMostSteps, constant, createProblem, degreesOfFreedom, firstOf } from '../src/index.js';
import { generateProblem, linRfm, rowsOnly, solve, whenConverged } from '../src/index.js';
import type { Sides } from '../src/index.js';
import { denseCompletion } from '../src/completion.js';
import { defaultEpsilon } from '../src/solvers/defaults.js';
import { markdownTable, relativeError, span } from './measure.js';

export interface SidesOptions {
  readonly size: number;
  readonly rank: number;
  readonly draws: number;
  readonly oversampling: readonly number[];
  readonly maxSteps: number;
}

export const full: SidesOptions = {
  size: 60,
  rank: 4,
  draws: 6,
  oversampling: [3, 2.5, 1.75, 1.5, 1.25],
  maxSteps: 1500,
};
export const tiny: SidesOptions = { size: 30, rank: 2, draws: 2, oversampling: [3], maxSteps: 400 };

export interface SidesRow {
  readonly oversampling: number;
  readonly method: string;
  readonly recovered: number;
  readonly steps: readonly number[];
  readonly errors: readonly number[];
}

const methods: readonly { name: string; sides: Sides; reweighted: 'one' | 'both' }[] = [
  { name: 'rows only', sides: rowsOnly, reweighted: 'one' },
  { name: 'alternating', sides: alternating, reweighted: 'both' },
];

export async function measureSides(options: SidesOptions): Promise<SidesRow[]> {
  const { size, rank, draws, maxSteps } = options;
  const shape = [size, size] as const;
  const rows: SidesRow[] = [];
  for (const oversampling of options.oversampling) {
    for (const { name, sides, reweighted } of methods) {
      const [steps, errors]: [number[], number[]] = [[], []];
      for (let seed = 0; seed < draws; seed += 1) {
        const observed = Math.round(oversampling * degreesOfFreedom(shape, rank));
        const { observations, truth } = generateProblem({ shape, rank, observed, seed });
        const problem = createProblem(observations, 'float64');
        const epsilon = defaultEpsilon(0.5, 'float64', reweighted);
        const solver = linRfm({ alpha: 0.5, epsilon, ridge: constant(0), sides, keepObserved: true });
        const stop = firstOf(whenConverged({ change: 1e-6, residual: 1e-3 }), atMostSteps(maxSteps));
        const { estimate, progress } = await solve(solver, problem, { stop });
        problem.dispose();
        steps.push(progress.length);
        errors.push(relativeError(denseCompletion(shape, estimate), truth));
      }
      rows.push({
        oversampling,
        method: name,
        recovered: errors.filter((error) => error < 1e-3).length,
        steps,
        errors,
      });
    }
  }
  return rows;
}

export function sidesTable(rows: readonly SidesRow[]): string {
  const cells = rows.map(({ oversampling, method, recovered, steps, errors }) => [
    ...[`${oversampling}`, method, `${recovered}/${errors.length}`, span(steps)],
    Math.max(...errors).toExponential(0),
  ]);
  return markdownTable(['observations / dof', 'method', 'recovered', 'steps', 'largest error'], cells);
}
