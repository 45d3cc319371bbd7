/**
 * Linear Recursive Feature Machine for sparse linear regression: the AGOP of f(a) = ⟨w, a⟩ is wwᵀ, of which the diagonal
 * is kept. Radhakrishnan, Belkin, Drusvyatskiy, arXiv:2401.04553, section 3.
 *
 *   metric   k = (w² + ε²)^{2α}
 *   weights  w = k ∘ Aᵀ (A diag(k) Aᵀ + λ·I)⁻¹ y
 *
 * α = 1/4 is reweighted ℓ₁ minimisation, α = 1/2 the logarithmic penalty; nothing is decomposed, whatever α.
 */
import { multiplyVector } from '../../data/dense-matrix.js';
import type { Schedule } from '../schedules.js';
import type { Solver } from '../solver.js';
import type { RegressionProblem } from './problem.js';
import { squaredSum } from './problem.js';
import { weightedSystem } from './weighted-solve.js';

export interface SparseLinRfmOptions {
  /** Power applied to the AGOP, in (0, 1]. */
  readonly alpha: number;
  /** Smoothing, in units of the scaled weights; positive. */
  readonly epsilon: Schedule;
  /** λ for the scaled problem, at least 0. */
  readonly ridge: number;
}

/** Weights that solve the scaled problem so far; on the host, where nothing has to be freed. */
export interface WeightsState {
  readonly weights: Float64Array;
}

/** Weights smaller than this share of the targets' norm count as zero. */
const negligibleShare = 1e-3;

/** The solver as a value. */
export function sparseLinRfm({ alpha, epsilon, ridge }: SparseLinRfmOptions): Solver<WeightsState, RegressionProblem> {
  return {
    name: 'lin-rfm',
    init: ({ features }) => Promise.resolve({ weights: new Float64Array(features) }),
    step: async (problem, state, progress) => {
      // Before the first step k = 1, as in the paper: the smoothing has nothing to smooth yet.
      const smoothing = epsilon(progress, largest(state.weights));
      const metric = state.weights.map((weight) =>
        progress.length === 0 ? 1 : (weight ** 2 + smoothing ** 2) ** (2 * alpha),
      );
      const system = weightedSystem(problem, metric, ridge);
      try {
        const { crossed } = await system.solve(problem.targets);
        const weights = crossed.map((value, k) => (metric[k] as number) * value);
        const measures = { ...compare(problem, weights, state.weights), epsilon: smoothing };
        return { state: { weights }, measures };
      } finally {
        system.dispose();
      }
    },
    estimate: (problem, { weights }) => Promise.resolve(weights.map((weight) => weight * problem.scale)),
    dispose: () => undefined,
  };
}

/** Relative change of the weights and relative residual of the data, for the loop. */
export function compare(
  problem: RegressionProblem,
  weights: Float64Array,
  before: Float64Array,
): { change: number; residual: number } {
  const moved = squaredSum(weights.map((weight, k) => weight - (before[k] as number)));
  const size = Math.max(squaredSum(weights), (negligibleShare ** 2 * problem.squaredNorm) / problem.samples);
  const misfit = squaredSum(residualOf(problem, weights)) + problem.unreachable;
  const ratio = (part: number, whole: number): number => (part === 0 ? 0 : Math.sqrt(part / whole));
  return { change: ratio(moved, size), residual: ratio(misfit, problem.squaredNorm) };
}

/** y − A w of the scaled problem, [rows]. */
export function residualOf(problem: RegressionProblem, weights: Float64Array): Float64Array {
  const fitted = multiplyVector(problem.matrix, weights);
  return problem.hostTargets.map((target, k) => target - (fitted[k] as number));
}

export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
