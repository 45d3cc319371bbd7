/** What each regression solver makes of a noise level. */
import type { Precision } from '../../../kernels/real.js';
import { defaultEpsilon, noisyEpsilon } from '../defaults.js';
import { basisPursuit } from './basis-pursuit.js';
import { deepDiagonal } from './deep-diagonal.js';
import type { RegressionProblem } from './problem.js';
import { sparseLinRfm } from './sparse-lin-rfm.js';
import type { Solver } from '../solver.js';
import type { StopRule } from '../stop-rules.js';

export interface RegressionSettings {
  readonly alpha: number;
  readonly depth: number;
  readonly precision: Precision;
  /** Standard deviation of the noise in units of the scaled targets; 0 for exact data. */
  readonly noise: number;
}

/** A solver, and when it is done besides converging. */
export interface RegressionMethod {
  readonly run: <Result>(use: <State>(solver: Solver<State, RegressionProblem>) => Promise<Result>) => Promise<Result>;
  /** Where the noise level ends the solve rather than shapes it. */
  readonly stop?: StopRule;
}

/** Gap of a solve in float32, and in float64. */
const reachableGap: Readonly<Record<Precision, number>> = { float32: 1e-3, float64: 1e-8 };

/** Regression methods by name: all see one problem through one loop. */
export const regressionMethods: Readonly<
  Record<string, (settings: RegressionSettings, problem: RegressionProblem) => RegressionMethod>
> = {
  'lin-rfm': ({ alpha, precision, noise }, problem) => ({
    run: (use) => {
      const epsilon = noise > 0 ? noisyEpsilon(alpha, precision) : defaultEpsilon(alpha, precision, 'both');
      return use(sparseLinRfm({ alpha, epsilon, ridge: regressionRidge(noise, alpha, problem.samples) }));
    },
  }),
  'basis-pursuit': ({ precision, noise }, problem) => ({
    run: (use) => {
      const accuracy = { gap: reachableGap[precision], residual: reachableGap[precision] };
      return use(basisPursuit({ penalty: lassoPenalty(noise, problem), ...accuracy }));
    },
  }),
  // The noise is what gradient descent must not fit: it stops there.
  'deep-diagonal': ({ depth, noise }) => ({
    run: (use) => use(deepDiagonal({ depth })),
    ...(noise > 0 && {
      stop: (progress) => ((progress.at(-1)?.residual ?? Infinity) <= noise ? 'converged' : undefined),
    }),
  }),
};

/**
 * λ for a noise of standard deviation `noise` in scaled units. A scaled column has a norm of about √samples, so that a
 * weight is known to s = noise/√samples; a weight of that size is shrunk by half: λ = samples · s^{4α}.
 * For α = 1/2 that is the noise variance.
 */
export function regressionRidge(noise: number, alpha: number, samples: number): number {
  return samples * (noise / Math.sqrt(samples)) ** (4 * alpha);
}

/**
 * The universal penalty noise·√(2·samples·log features), which noise alone rarely exceeds.
 * @see Chen, Donoho and Saunders, "Atomic decomposition by basis pursuit", section 5.2.
 */
export function lassoPenalty(noise: number, { samples, features }: RegressionProblem): number {
  return noise * Math.sqrt(2 * samples * Math.log(Math.max(2, features)));
}
