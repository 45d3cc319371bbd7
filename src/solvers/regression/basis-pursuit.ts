/**
 * ℓ₁ minimisation by a primal–dual interior-point method with Mehrotra's correction:
 *
 *   minimise ‖w‖₁ + ‖y − A w‖² / (2δ)        (δ > 0: the lasso with penalty δ)
 *   minimise ‖w‖₁ subject to A w = y         (δ = 0: basis pursuit)
 *
 * With w = p − q, p, q ≥ 0, and dual slacks 1 − Aᵀν, 1 + Aᵀν ≥ 0, every step solves two systems
 * (A diag(p/(1 − Aᵀν) + q/(1 + Aᵀν)) Aᵀ + δI) dν = …: the system of lin-RFM with other weights. The dual start ν = 0 is
 * feasible and stays so, so that the duality gap is a bound on how far the objective is from the optimum.
 * Chen, Donoho, Saunders, "Atomic decomposition by basis pursuit", 1998; Wright, "Primal-Dual Interior-Point Methods", 1997.
 */
import { multiplyVector, transposeDense } from '../../data/dense-matrix.js';
import type { Solver, Status } from '../solver.js';
import type { RegressionProblem } from './problem.js';
import { squaredSum } from './problem.js';
import { polish } from './polish.js';
import { compare, largest, residualOf } from './sparse-lin-rfm.js';
import { weightedSystem } from './weighted-solve.js';
import type { WeightedSystem } from './weighted-solve.js';

export interface BasisPursuitOptions {
  /** δ for the scaled problem, at least 0. */
  readonly penalty: number;
  /** Duality gap, relative to the objective, at which the solve ends; 1e-8 unless given. */
  readonly gap?: number;
  /** ‖y − A w − δν‖ / ‖y‖ at which it may; 1e-8 unless given. */
  readonly residual?: number;
}

export interface BasisPursuitState {
  /** p above q, [2 · features]. */
  readonly parts: Float64Array;
  /** Slacks 1 − Aᵀν above 1 + Aᵀν. */
  readonly slacks: Float64Array;
  readonly dual: Float64Array;
  readonly weights: Float64Array;
  readonly certificate: Certificate;
}

export interface Certificate {
  /** Of the scaled problem: of these weights, and of the feasible dual. */
  readonly primal: number;
  readonly dual: number;
  /** (primal − dual) / primal. */
  readonly gap: number;
}

/** How much of the way to the boundary a step goes. */
const boundaryShare = 0.99;
/** Gap from which on the support may show. */
const polishFrom = 1e-3;
/** Ridge relative to the largest diagonal entry: keeps the factorisation of dependent rows alive. */
const relativeRidge = 1e-13;

/** The solver as a value. `state.certificate` has the duality gap. */
export function basisPursuit(options: BasisPursuitOptions): Solver<BasisPursuitState, RegressionProblem> {
  const { penalty, gap = 1e-8, residual = 1e-8 } = options;
  return {
    name: 'basis-pursuit',
    init: (problem) => init(problem, penalty),
    step: async (problem, state) => {
      const moved = await advance(problem, state, penalty);
      const isDone = (candidate: BasisPursuitState): boolean =>
        candidate.certificate.gap <= gap && violation(problem, candidate, penalty) <= residual;
      const candidates = moved.certificate.gap <= polishFrom ? [polish(problem, moved, penalty), moved] : [moved];
      const done = candidates.find(isDone);
      const next = done ?? moved;
      const verdict: { verdict?: Status } = done === undefined ? {} : { verdict: 'converged' };
      const measures = { ...compare(problem, next.weights, state.weights), epsilon: Math.abs(next.certificate.gap) };
      return { state: next, measures, ...verdict };
    },
    estimate: (problem, { weights }) => Promise.resolve(weights.map((weight) => weight * problem.scale)),
    dispose: () => undefined,
  };
}

/** From the weights of least norm, both parts lifted off the boundary. */
async function init(problem: RegressionProblem, penalty: number): Promise<BasisPursuitState> {
  const { features, rows } = problem;
  const system = weightedSystem(problem, new Float64Array(features).fill(1), Math.max(penalty, 1e-9 * features));
  try {
    const { crossed } = await system.solve(problem.targets);
    const lift = largest(crossed) || 1;
    const parts = new Float64Array(2 * features);
    crossed.forEach((weight, k) => {
      parts[k] = Math.max(weight, 0) + lift;
      parts[features + k] = Math.max(-weight, 0) + lift;
    });
    const [slacks, dual] = [new Float64Array(2 * features).fill(1), new Float64Array(rows)];
    return certified(problem, { parts, slacks, dual }, penalty);
  } finally {
    system.dispose();
  }
}

type Iterate = Pick<BasisPursuitState, 'parts' | 'slacks' | 'dual'>;

/** A predictor step, which shows how far the centre may be left behind, and the corrected one. */
async function advance(
  problem: RegressionProblem,
  state: BasisPursuitState,
  penalty: number,
): Promise<BasisPursuitState> {
  const { features } = problem;
  const { parts, slacks, dual } = state;
  const at = (values: Float64Array, k: number): number => values[k] as number;
  const ratios = Float64Array.from(
    { length: features },
    (_, k) => at(parts, k) / at(slacks, k) + at(parts, features + k) / at(slacks, features + k),
  );
  const misfit = residualOf(problem, state.weights).map((gap, k) => gap - penalty * at(dual, k));
  const diagonal = rowSquares(problem, ratios);
  const system = weightedSystem(problem, ratios, penalty + relativeRidge * largest(diagonal));
  try {
    const affine = await direction(problem, system, state, misfit, new Float64Array(2 * features));
    const mean = complementarity(parts, slacks);
    const [primalStep, dualStep] = stepLengths(parts, slacks, affine, penalty > 0, 1);
    const after = complementarity(
      parts.map((part, k) => part + primalStep * at(affine.parts, k)),
      slacks.map((slack, k) => slack + dualStep * at(affine.slacks, k)),
    );
    const centre = mean * (after / mean) ** 3;
    const wanted = affine.parts.map((part, k) => centre - part * at(affine.slacks, k));
    const corrected = await direction(problem, system, state, misfit, wanted);
    const [along, dualAlong] = stepLengths(parts, slacks, corrected, penalty > 0, boundaryShare);
    const next = {
      parts: parts.map((part, k) => part + along * at(corrected.parts, k)),
      slacks: slacks.map((slack, k) => slack + dualAlong * at(corrected.slacks, k)),
      dual: dual.map((value, k) => value + dualAlong * at(corrected.dual, k)),
    };
    return certified(problem, next, penalty);
  } finally {
    system.dispose();
  }
}

/** The Newton direction towards parts · slacks = wanted and a misfit of zero. */
async function direction(
  problem: RegressionProblem,
  system: WeightedSystem,
  { parts, slacks }: Iterate,
  misfit: Float64Array,
  wanted: Float64Array,
): Promise<Iterate> {
  const { features } = problem;
  // What the parts would move by if the slacks stayed.
  const alone = parts.map((part, k) => (wanted[k] as number) / (slacks[k] as number) - part);
  const net = alone.slice(0, features).map((part, k) => part - (alone[features + k] as number));
  const fitted = multiplyVector(problem.matrix, net);
  const { solution, crossed } = await system.solve(misfit.map((gap, k) => gap - (fitted[k] as number)));
  const moves = Float64Array.from({ length: 2 * features }, (_, k) =>
    k < features ? -(crossed[k] as number) : (crossed[k - features] as number),
  );
  const partMoves = alone.map(
    (part, k) => part - ((parts[k] as number) / (slacks[k] as number)) * (moves[k] as number),
  );
  return { parts: partMoves, slacks: moves, dual: solution };
}

/** How far parts and slacks may go; together where the dual is in the primal's residual. */
function stepLengths(
  parts: Float64Array,
  slacks: Float64Array,
  along: Iterate,
  together: boolean,
  share: number,
): [number, number] {
  const [primal, dual] = [longest(parts, along.parts, share), longest(slacks, along.slacks, share)];
  return together ? [Math.min(primal, dual), Math.min(primal, dual)] : [primal, dual];
}

function longest(values: Float64Array, moves: Float64Array, share: number): number {
  let step = 1;
  for (let k = 0; k < values.length; k += 1) {
    const move = moves[k] as number;
    if (move < 0) step = Math.min(step, (-share * (values[k] as number)) / move);
    if (Number.isNaN(move)) return NaN;
  }
  return step;
}

function complementarity(parts: Float64Array, slacks: Float64Array): number {
  return parts.reduce((sum, part, k) => sum + part * (slacks[k] as number), 0) / parts.length;
}

/** Diagonal of A diag(weights) Aᵀ. */
function rowSquares({ matrix }: RegressionProblem, weights: Float64Array): Float64Array {
  return multiplyVector({ shape: matrix.shape, values: matrix.values.map((value) => value * value) }, weights);
}

/** ‖y − A w − δν‖ / ‖y‖ of the scaled problem. */
function violation(problem: RegressionProblem, { weights, dual }: BasisPursuitState, penalty: number): number {
  const gaps = residualOf(problem, weights).map((gap, k) => gap - penalty * (dual[k] as number));
  return Math.sqrt(squaredSum(gaps) / (problem.squaredNorm || 1));
}

/**
 * Adds weights and certificate to an iterate. The dual is scaled into its feasible set, and so is a true lower bound; with
 * δ > 0 the better of ν and the residual over δ, which are equal at the optimum, is taken.
 */
export function certified(problem: RegressionProblem, iterate: Iterate, penalty: number): BasisPursuitState {
  const { features } = problem;
  const weights = Float64Array.from(
    { length: features },
    (_, k) => (iterate.parts[k] as number) - (iterate.parts[features + k] as number),
  );
  const residual = residualOf(problem, weights);
  const norm = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const primal = penalty > 0 ? norm + squaredSum(residual) / (2 * penalty) : norm;
  const duals = penalty > 0 ? [iterate.dual, residual.map((gap) => gap / penalty)] : [iterate.dual];
  const dual = Math.max(...duals.map((values) => dualObjective(problem, values, penalty)));
  return { ...iterate, weights, certificate: { primal, dual, gap: primal === 0 ? 0 : (primal - dual) / primal } };
}

/** yᵀν − δ‖ν‖²/2 at ν scaled so that ‖Aᵀν‖_∞ ≤ 1. */
function dualObjective(problem: RegressionProblem, dual: Float64Array, penalty: number): number {
  const shrink = Math.max(1, largest(multiplyVector(transposeDense(problem.matrix), dual)));
  const inner = problem.hostTargets.reduce((sum, target, k) => sum + target * (dual[k] as number), 0);
  return inner / shrink - (penalty * squaredSum(dual)) / (2 * shrink ** 2);
}
