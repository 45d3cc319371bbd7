/** From nearly optimal to exactly sparse: the equations of the optimum on the support that an interior point shows. */
import { filterRows, multiplyVector, transposeDense } from '../../data/dense-matrix.js';
import { orthonormalise } from '../../linalg/tall.js';
import type { BasisPursuitState } from './basis-pursuit.js';
import { certified } from './basis-pursuit.js';
import type { RegressionProblem } from './problem.js';
import { residualOf } from './sparse-lin-rfm.js';

/**
 * Solves A_Sᵀ(A_S w − y) + δ sign(w) = 0 on the support S, where a part outweighs its slack.
 * @returns The state with these weights, zero off the support; the state itself where signs would change or the support
 *   says too little. Its parts are on the boundary: the end of a solve, not a point to go on from.
 */
export function polish(problem: RegressionProblem, state: BasisPursuitState, penalty: number): BasisPursuitState {
  const { features, rows } = problem;
  const { parts, slacks } = state;
  const outweighs = (k: number): boolean => (parts[k] as number) > (slacks[k] as number);
  const support = Array.from({ length: features }, (_, k) => k).filter((k) => outweighs(k) || outweighs(features + k));
  if (support.length > rows) return state;
  if (support.length === 0) return withWeights(problem, state, new Float64Array(2 * features), penalty);
  const signs = support.map((k) => (outweighs(k) ? 1 : -1));
  const chosen = new Set(support);
  const across = filterRows(transposeDense(problem.matrix), (k) => chosen.has(k));
  const width = support.length;
  const { basis, triangle } = orthonormalise({ count: rows, width, values: transposeDense(across).values });
  const projected = multiplyVector(transposeDense({ shape: [rows, width], values: basis.values }), problem.hostTargets);
  const pull = forward(triangle, signs, width);
  const solution = backward(
    triangle,
    projected.map((value, k) => value - penalty * (pull[k] as number)),
    width,
  );
  if (!solution.every((weight, k) => weight * (signs[k] as number) > 0)) return state;
  const polished = new Float64Array(2 * features);
  support.forEach((k, place) => {
    const weight = solution[place] as number;
    polished[weight > 0 ? k : features + k] = Math.abs(weight);
  });
  return withWeights(problem, state, polished, penalty);
}

/** With a penalty the dual follows from the weights: ν = (y − A w)/δ. */
function withWeights(
  problem: RegressionProblem,
  { slacks, dual }: BasisPursuitState,
  parts: Float64Array,
  penalty: number,
): BasisPursuitState {
  const moved = certified(problem, { parts, slacks, dual }, penalty);
  if (penalty === 0) return moved;
  return { ...moved, dual: residualOf(problem, moved.weights).map((gap) => gap / penalty) };
}

/** Solves Rᵀ x = b for an upper triangle R, row-major. */
function forward(triangle: Float64Array, right: readonly number[], width: number): Float64Array {
  const solution = new Float64Array(width);
  for (let k = 0; k < width; k += 1) {
    let value = right[k] as number;
    for (let i = 0; i < k; i += 1) value -= (triangle[i * width + k] as number) * (solution[i] as number);
    solution[k] = value / (triangle[k * width + k] as number);
  }
  return solution;
}

/** Solves R x = b. */
function backward(triangle: Float64Array, right: Float64Array, width: number): Float64Array {
  const solution = new Float64Array(width);
  for (let k = width - 1; k >= 0; k -= 1) {
    let value = right[k] as number;
    for (let i = k + 1; i < width; i += 1) value -= (triangle[k * width + i] as number) * (solution[i] as number);
    solution[k] = value / (triangle[k * width + k] as number);
  }
  return solution;
}
