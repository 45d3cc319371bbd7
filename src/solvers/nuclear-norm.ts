/**
 * The convex baseline: the matrix of least nuclear norm that meets the observations, or with a ridge
 *
 *   min  ‖X‖_* + ‖P(X) − y‖² / 2λ,       λ = 0:  min ‖X‖_*  subject to  P(X) = y,
 *
 * by the alternating direction method of multipliers (Douglas–Rachford splitting). With X = Z and scaled multipliers U, U
 * lives on the observed positions alone and Z differs from X only there, so that
 *
 *   A = X + P(Z − U − X),   X ← A with its singular values shrunk by τ,
 *   Z ← (τ·y + λ·(P(X) + U)) / (τ + λ),   U ← U + γ·(P(X) − Z)
 *
 * needs the leading singular triplets of low rank plus sparse, and nothing of the size of X. Float64 throughout.
 *
 * @see Boyd et al., "Distributed optimization and statistical learning via ADMM", 2011, sections 3 and 5; Lin, Chen and
 *   Ma, "The augmented Lagrange multiplier method for exact recovery of corrupted low-rank matrices", 2010.
 */
import type { Factors } from '../completion.js';
import { createRandom } from '../data/random.js';
import { InputError } from '../errors.js';
import { leadingTriplets, lowRankPlus, padRandom } from '../linalg/leading-singular.js';
import type { Triplets } from '../linalg/leading-singular.js';
import {
  columnsOf,
  frobeniusNorm,
  joinColumns,
  multiplySmall,
  orthonormalise,
  scaleColumns,
  tall,
  transposeSmall,
} from '../linalg/tall.js';
import type { Tall } from '../linalg/tall.js';
import type { SparseProblem } from '../sparse-problem.js';
import type { Progress, Solver, Step } from './solver.js';

export interface NuclearNormOptions {
  /** λ in units of the observations' root mean square times singular values of their pattern; 0, exact, unless given. */
  readonly ridge?: number;
}

export interface NuclearNormState {
  /** X: left carries the scale. */
  readonly left: Tall;
  readonly right: Tall;
  /** Singular values of X, all positive, descending. */
  readonly values: Float64Array;
  /** P(X). */
  readonly fitted: Float64Array;
  /** U. */
  readonly multipliers: Float64Array;
  /** Z − U on the observed positions. */
  readonly proposed: Float64Array;
  /** Where the coming power steps start: right singular vectors of A, some beyond the rank. */
  readonly block: Tall;
  /** τ. */
  readonly threshold: number;
}

/** τ as a share of the zero-filled matrix's largest singular value, scaled up by the sampling rate. */
const thresholdShare = 0.1;
/** γ; the method converges below 1.618. */
const multiplierStep = 1.6;
/**
 * Every so many steps τ is looked at: where X still moves this many times as far as it is from Z it doubles, the other
 * way round it halves. Not for ever, since the method converges for a fixed τ only.
 */
const balanceEvery = 10;
const balanceRatio = 4;
const lastBalance = 1000;
/** Triplets beyond the rank, so that one that comes up is seen. */
const spare = 5;
const firstWidth = 10;
const firstPowerSteps = 5;
const powerSteps = 1;

export function nuclearNorm({ ridge = 0 }: NuclearNormOptions = {}): Solver<NuclearNormState, SparseProblem, Factors> {
  if (!(ridge >= 0 && Number.isFinite(ridge))) throw new InputError('ridge', 'a number of at least 0', `${ridge}`);

  async function init({ shape, rows, residuals, observed }: SparseProblem): Promise<NuclearNormState> {
    const width = Math.min(firstWidth, ...shape);
    const observedOnly = residuals.holding(rows.values);
    const start = padRandom(tall(shape[1], 0), width, createRandom(0));
    const { values, right: block } = await leadingTriplets(observedOnly, start, firstPowerSteps);
    observedOnly.dispose();
    const share = observed / (shape[0] * shape[1]);
    const zeros = new Float64Array(observed);
    return {
      ...{ left: tall(shape[0], 0), right: tall(shape[1], 0), values: new Float64Array(0), block },
      ...{ fitted: zeros, multipliers: zeros, proposed: rows.values },
      threshold: (thresholdShare * (values[0] || 1)) / share,
    };
  }

  async function step(
    problem: SparseProblem,
    state: NuclearNormState,
    progress: readonly Progress[],
  ): Promise<Step<NuclearNormState>> {
    const { threshold, multipliers, proposed } = state;
    const target = problem.rows.values;
    const triplets = await tripletsAbove(problem, state, threshold);
    const rank = triplets.values.filter((value) => value > threshold).length;
    const values = triplets.values.slice(0, rank).map((value) => value - threshold);
    const left = scaleColumns(columnsOf(triplets.left, 0, rank), values);
    const right = columnsOf(triplets.right, 0, rank);
    const fitted = await fittedBy(problem, left, right);
    const split = fitted.map((value, k) => {
      const given = value + (multipliers[k] as number);
      return (threshold * (target[k] as number) + ridge * given) / (threshold + ridge);
    });
    const apart = fitted.map((value, k) => value - (split[k] as number));
    const raised = multipliers.map((value, k) => value + multiplierStep * (apart[k] as number));
    const moved = distance(left, right, state.left, state.right);
    const misfit = fitted.map((value, k) => value - (target[k] as number));
    // What the shrinking took from A is τ times a subgradient of the nuclear norm; on the observations it is a dual point.
    const dual = fitted.map((value, k) => ((proposed[k] as number) - value) / threshold);
    const norm = values.reduce((sum, value) => sum + value, 0);
    const gap = gapOf({ norm, misfit, ridge, target, dual, bound: 1 + moved / threshold });
    const factor = balance(progress.length, moved, frobeniusNorm(apart));
    // The multipliers themselves are U/τ: they stay.
    const next = raised.map((value) => value * factor);
    return {
      state: {
        ...{ left, right, values, fitted, threshold: threshold * factor, multipliers: next },
        proposed: split.map((value, k) => value - (next[k] as number)),
        block: columnsOf(triplets.right, 0, Math.min(triplets.values.length, rank + spare)),
      },
      measures: {
        change: moved === 0 ? 0 : moved / (frobeniusNorm(values) || problem.norm),
        ...{ residual: frobeniusNorm(misfit) / problem.norm, epsilon: 0, rank, gap },
      },
    };
  }

  function estimate({ scale }: SparseProblem, { left, right, values }: NuclearNormState): Promise<Factors> {
    const scaled = left.values.map((value) => value * scale);
    return Promise.resolve({ left: { ...left, values: scaled }, right, values: values.map((value) => value * scale) });
  }

  return { name: 'nuclear-norm', init, step, estimate, dispose: () => undefined };
}

/** What τ is multiplied by. */
function balance(done: number, moved: number, apart: number): number {
  if (done === 0 || done > lastBalance || done % balanceEvery !== 0) return 1;
  if (moved > balanceRatio * apart) return 2;
  return apart > balanceRatio * moved ? 0.5 : 1;
}

/** Triplets of A, at least all that are above the threshold. */
async function tripletsAbove(problem: SparseProblem, state: NuclearNormState, threshold: number): Promise<Triplets> {
  const { left, right, fitted, proposed, block } = state;
  const most = Math.min(...problem.shape);
  const sparse = problem.residuals.holding(proposed.map((value, k) => value - (fitted[k] as number)));
  const matrix = left.width === 0 ? sparse : lowRankPlus(left, right, sparse);
  try {
    for (let [start, steps] = [block, powerSteps]; ;) {
      const triplets = await leadingTriplets(matrix, start, steps);
      const { width } = start;
      if (width === most || !((triplets.values.at(-1) ?? NaN) > threshold)) return triplets;
      const wider = Math.min(most, 2 * width);
      [start, steps] = [padRandom(triplets.right, wider, createRandom(width)), firstPowerSteps];
    }
  } finally {
    sparse.dispose();
  }
}

async function fittedBy({ residuals, rows }: SparseProblem, left: Tall, right: Tall): Promise<Float64Array> {
  if (left.width === 0) return new Float64Array(rows.values.length);
  const residual = await residuals.of(left, right);
  const rest = await residual.values();
  residual.dispose();
  return rest.map((value, k) => (rows.values[k] as number) - value);
}

/** ‖left·rightᵀ − otherLeft·otherRightᵀ‖_F by orthonormal bases: nothing cancels. */
function distance(left: Tall, right: Tall, otherLeft: Tall, otherRight: Tall): number {
  const width = left.width + otherLeft.width;
  if (width === 0) return 0;
  const negative = { ...otherLeft, values: otherLeft.values.map((value) => -value) };
  const a = orthonormalise(joinColumns(left, negative)).triangle;
  const b = orthonormalise(joinColumns(right, otherRight)).triangle;
  return frobeniusNorm(multiplySmall(a, transposeSmall(b, width), width));
}

/**
 * Duality gap relative to the objective. The dual is max ⟨y, q⟩ − λ/2·‖q‖² over ‖P*(q)‖₂ ≤ 1; off the observations A − X⁺
 * is the last X less this one, so that ‖P*(dual)‖₂ ≤ bound, as far as the triplets are exact. Without a ridge X does not
 * meet the observations to the last digit: what that may be worth, ⟨q, P(X) − y⟩, is added.
 */
function gapOf(point: {
  readonly norm: number;
  readonly misfit: Float64Array;
  readonly ridge: number;
  readonly target: Float64Array;
  readonly dual: Float64Array;
  readonly bound: number;
}): number {
  const { norm, misfit, ridge, target, dual, bound } = point;
  const against = (values: Float64Array): number =>
    dual.reduce((sum, value, k) => sum + value * (values[k] as number), 0) / bound;
  const [value, missed] = [against(target), against(misfit)];
  const upper = norm + (ridge > 0 ? frobeniusNorm(misfit) ** 2 / (2 * ridge) : Math.abs(missed));
  const lower = ridge > 0 ? value - (ridge / 2) * (frobeniusNorm(dual) / bound) ** 2 : value + missed;
  return upper === 0 ? 0 : Math.max(0, upper - lower) / upper;
}
