/**
 * Theorem 1 of arXiv:2401.04553: fixed points are first-order critical points of Σ ψ(σ_i(X)) subject to the observations.
 * For a fixed smoothing the gradient of the objective is X·K(X)⁻¹; at a critical point it is a combination of the
 * constraints' gradients, so it must vanish off the observed positions. That matrix is the dual certificate.
 */
import { Matrix } from 'ml-matrix';
import {
  columnsOnly,
  constant,
  createProblem,
  firstOf,
  atMostSteps,
  generateProblem,
  linRfm,
  rowsOnly,
  solve,
  useBackend,
  whenConverged,
} from '../../src/index.js';
import { symmetricPower } from '../support/independent.js';

beforeAll(() => useBackend('wasm'));

const shape = [14, 11] as const;
const { observations } = generateProblem({ shape, rank: 2, observed: 90, seed: 7 });
const scale = Math.sqrt(observations.value.reduce((sum, value) => sum + value * value, 0) / observations.value.length);
const epsilon = 0.1;

it.each([
  [0.25, rowsOnly],
  [0.5, rowsOnly],
  [0.5, columnsOnly],
  [0.75, rowsOnly],
  [1, columnsOnly],
])('at alpha %p the gradient of the objective vanishes off the observations', async (alpha, sides) => {
  const problem = createProblem(observations, 'float64');
  const solver = linRfm({ alpha, epsilon: constant(epsilon), ridge: constant(0), sides, keepObserved: false });
  const stop = firstOf(whenConverged({ change: 1e-13, residual: 1e-9 }), atMostSteps(20000));
  const { status, estimate } = await solve(solver, problem, { stop });
  problem.dispose();
  expect(status).toBe('converged');

  const solved = new Matrix(
    Array.from({ length: shape[0] }, (_, i) => [...estimate.subarray(i * shape[1], (i + 1) * shape[1])]),
  ).div(scale);
  const line = sides === rowsOnly ? solved : solved.transpose();
  const gram = line
    .transpose()
    .mmul(line)
    .div(line.rows)
    .add(Matrix.eye(line.columns).mul(epsilon ** 2));
  const certificate = line.mmul(symmetricPower(gram, -2 * alpha));
  const gradient = sides === rowsOnly ? certificate : certificate.transpose();
  const observed = new Set(observations.row.map((i, k) => i * shape[1] + observations.column[k]!));
  const off = gradient.to1DArray().filter((_, at) => !observed.has(at));
  expect(off.length).toBe(shape[0] * shape[1] - 90);
  expect(Math.hypot(...off) / gradient.norm('frobenius')).toBeLessThan(1e-7);
});
