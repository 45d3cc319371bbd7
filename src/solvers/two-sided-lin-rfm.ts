/**
 * Two-sided lin-RFM for α = 1/2: rows and columns reweighted together, X held as low rank plus sparse, the rank found on
 * the way. For exact data; finds out by itself when no matrix of low rank meets the observations.
 *
 * A step: with T the tangent space at the leading singular vectors, correct γ ∈ T by conjugate gradients; put
 * X = γ + (y − Pγ) on the observed entries; take X's leading singular triplets; choose smoothing and rank.
 * Float64 throughout but for the correction, which is solved in float32 from an exact gradient.
 */
import { createRandom } from '../data/random.js';
import { leadingTriplets, lowRankPlus, padRandom } from '../linalg/leading-singular.js';
import type { Triplets } from '../linalg/leading-singular.js';
import type { Residual } from '../linalg/sparse-residual.js';
import {
  addTall,
  columnsOf,
  frobeniusNorm,
  innerProducts,
  joinColumns,
  scaleColumns,
  tall,
  timesSmall,
} from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import { largestRank } from '../sparse-problem.js';
import type { SparseProblem } from '../sparse-problem.js';
import type { Factors } from '../completion.js';
import { beginSearch, chooseStep, judge } from './rank-search.js';
import type { Search, SearchOptions } from './rank-search.js';
import type { Solver, Step } from './solver.js';
import { penaltiesOf } from './tangent-penalties.js';
import type { Tangent, TangentPoint } from './tangent-penalties.js';
import { solveCorrection } from './tangent-system.js';

export interface TwoSidedOptions {
  /** Found unless given. */
  readonly rank?: number;
  /** Relative residual on the observed entries at which a fit counts as exact; 1e-10 unless given. */
  readonly target?: number;
}

export interface TwoSidedState {
  readonly search: Search;
  /** Leading triplets of X, a few more than the rank. */
  readonly triplets: Triplets;
  /** X = tangent's left · rightᵀ + residual. */
  readonly left: Tall;
  readonly right: Tall;
  readonly residual: Residual;
  /** Relative size of the last correction. */
  readonly change: number;
}

/** Singular vectors kept beyond the rank: where the next one comes from. */
const spare = 4;
const firstPowerSteps = 4;
const powerSteps = 1;
/** A correction's residual shrinks to this share; the next step mends what is left. */
const correctionTolerance = 0.05;
const correctionSteps = 200;
/** A tangent space that moves more than this a step is not worth a costly preconditioner. */
const settledChange = 0.3;
/** Observations must outnumber a rank's degrees of freedom by this for a fit to mean anything. */
const leastRatio = 1.1;
/** …and by this for it to be beyond doubt. */
const certainRatio = 1.4;
/** Where a problem is small and nothing fits, each doubtful rank is started anew so many times. */
const randomStarts = 1;
const mostForStarts = 20000;
export const defaultTarget = 1e-10;

export function twoSidedLinRfm(options: TwoSidedOptions = {}): Solver<TwoSidedState, SparseProblem, Factors> {
  const settings = (problem: SparseProblem): SearchOptions => ({
    rank: options.rank,
    target: options.target ?? defaultTarget,
    maxRank: Math.max(1, options.rank ?? largestRank(problem.shape, problem.observed, leastRatio)),
    certainRank: largestRank(problem.shape, problem.observed, certainRatio),
    thorough: problem.observed <= mostForStarts,
    starts: problem.observed <= mostForStarts ? randomStarts : 0,
  });

  /** X = P*(y) and its singular values: what the weights' identity gives. */
  async function begin(problem: SparseProblem, search: Search): Promise<TwoSidedState> {
    const [rows, columns] = problem.shape;
    const [left, right] = [tall(rows, 1), tall(columns, 1)];
    const residual = await problem.residuals.of(left, right);
    const { maxRank } = settings(problem);
    const seed = search.attempt.kind === 'imposed' ? search.attempt.start : 0;
    const width = Math.min(
      search.attempt.kind === 'imposed' ? search.rank + spare : Math.min(maxRank + 1, 16),
      rows,
      columns,
    );
    const start = padRandom(tall(columns, 0), width, createRandom(seed));
    const power = seed === 0 ? firstPowerSteps : 0;
    const triplets = await leadingTriplets(lowRankPlus(left, right, residual), start, power);
    const chosen = chooseStep(search, { values: triplets.values }, settings(problem));
    return { search: chosen, triplets, left, right, residual, change: Infinity };
  }

  const init = (problem: SparseProblem): Promise<TwoSidedState> => begin(problem, beginSearch(settings(problem)));

  async function step(problem: SparseProblem, state: TwoSidedState): Promise<Step<TwoSidedState>> {
    const { search, triplets } = state;
    const point = pointOf(triplets, search);
    const { tangent, change, innerSteps } = await correct(problem, state, point);
    const [left, right] = factorsOf(point, tangent);
    const residual = await problem.residuals.of(left, right);
    try {
      const [rows, columns] = problem.shape;
      const width = Math.min(search.rank + spare, rows, columns);
      const extra = columnsOf(triplets.right, search.rank, Math.min(width, triplets.right.width));
      const start = padRandom(joinColumns(point.right, extra), width, createRandom(search.steps));
      const next = await leadingTriplets(lowRankPlus(left, right, residual), start, powerSteps);
      const chosen = chooseStep(search, { values: next.values }, settings(problem));
      const misfit = await truncatedMisfit(problem, pointOf(next, chosen));
      const judged = judge(chosen, { values: next.values, residual: misfit }, settings(problem));
      const measures = { change, residual: misfit, epsilon: search.epsilon, rank: chosen.rank, innerSteps };
      if (judged.outcome === 'restart') {
        const begun = await begin(problem, judged.search);
        residual.dispose();
        return { state: begun, measures };
      }
      const after = { search: judged.search, triplets: next, left, right, residual, change };
      if (judged.outcome === 'continue') return { state: after, measures };
      const verdict = judged.outcome === 'certified' ? 'converged' : 'no-exact-fit';
      return { state: after, measures, verdict };
    } catch (error) {
      residual.dispose();
      throw error;
    }
  }

  function estimate(problem: SparseProblem, { search, triplets }: TwoSidedState): Promise<Factors> {
    const { left, values, right } = pointOf(triplets, search);
    return Promise.resolve({
      left: scaleColumns(
        left,
        values.map((value) => value * problem.scale),
      ),
      right,
      values: values.map((value) => value * problem.scale),
    });
  }

  return { name: 'two-sided', init, step, estimate, dispose: ({ residual }) => residual.dispose() };
}

/** ‖y − P(X_r)‖ / ‖y‖ for the truncated estimate. */
async function truncatedMisfit(problem: SparseProblem, { left, values, right }: TangentPoint): Promise<number> {
  const rest = await problem.residuals.of(scaleColumns(left, values), right);
  rest.dispose();
  return rest.norm / problem.norm;
}

function pointOf({ left, values, right }: Triplets, { rank, epsilon }: Search): TangentPoint {
  return {
    left: columnsOf(left, 0, rank),
    values: values.slice(0, rank),
    right: columnsOf(right, 0, rank),
    epsilon,
  };
}

/** γ = factors[0] · factors[1]ᵀ, of twice the rank. */
function factorsOf(point: TangentPoint, tangent: Tangent): [Tall, Tall] {
  return [joinColumns(tangent.left, point.left), joinColumns(point.right, tangent.right)];
}

/** The last X projected on the tangent space, and its correction. */
async function correct(
  problem: SparseProblem,
  { left, right, residual, change: lastChange }: TwoSidedState,
  point: TangentPoint,
): Promise<{ tangent: Tangent; change: number; innerSteps: number }> {
  // Xᵀ·U = V·diag(σ) for the triplets as they are taken: X projected on the tangent space has a left half only.
  const projected = await lowRankPlus(left, right, residual).times(point.right);
  const missing = await problem.residuals.of(projected, point.right);
  const { core, side } = penaltiesOf(point);
  const rank = point.values.length;
  const inside = innerProducts(point.left, projected);
  const insideMore = inside.map((value, k) => value * ((core[k] as number) - (side[k % rank] as number)));
  const pull = await missing.times(point.right);
  const gradient = {
    left: timesSmall(point.left, insideMore, rank, -1, addTall(pull, scaleColumns(projected, side), -1)),
    right: awayFrom(point.right, await missing.transposeTimes(point.left)),
  };
  missing.dispose();
  const correction = await solveCorrection(problem, point, gradient, {
    tolerance: correctionTolerance,
    maxSteps: correctionSteps,
    blocks: lastChange < settledChange,
  });
  const tangent = {
    left: addTall(projected, correction.left),
    right: awayFrom(point.right, correction.right),
  };
  const size = (part: Tangent): number => Math.hypot(frobeniusNorm(part.left.values), frobeniusNorm(part.right.values));
  return { tangent, change: size(correction) / (size(tangent) || 1), innerSteps: correction.steps };
}

/** (I − basis·basisᵀ) · matrix. */
function awayFrom(basis: Tall, matrix: Tall): Tall {
  return timesSmall(basis, innerProducts(basis, matrix), matrix.width, -1, matrix);
}
