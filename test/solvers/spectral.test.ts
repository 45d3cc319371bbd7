/** Spectral functions that are no powers, starts other than the identity, and the penalties they amount to. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import {
  atMostSteps,
  constant,
  createProblem,
  firstOf,
  generateProblem,
  geometric,
  linRfm,
  penaltyOf,
  rowsOnly,
  solve,
  spectralLinRfm,
  useBackend,
  whenConverged,
} from '../../src/index.js';
import type { LinRfmOptions } from '../../src/index.js';
import { relativeError } from '../support/errors.js';

beforeAll(() => useBackend('auto'));

const shape = [13, 9] as const;
const { observations } = generateProblem({ shape, rank: 2, observed: 70, seed: 7 });
const shared = { epsilon: constant(0.3), ridge: constant(0), sides: rowsOnly, keepObserved: false };

describe('the penalty', () => {
  it.each([0, 0.1, 0.25, 0.4, 0.49])('has the closed form r^(2 − 4α)/(2 − 4α) at α = %p', (alpha) => {
    const psi = penaltyOf((value) => value ** alpha);
    const exponent = 2 - 4 * alpha;
    for (const r of [0, 1e-3, 0.5, 1, 30]) {
      const expected = r ** exponent / exponent;
      expect(Math.abs(psi(r) - expected)).toBeLessThanOrEqual(1e-5 * expected);
    }
  });

  it.each([0.5, 0.75, 1])('is infinite at α = %p without smoothing, and finite with it', (alpha) => {
    expect(penaltyOf((value) => value ** alpha)(1)).toBe(Infinity);
    expect(penaltyOf((value) => value ** alpha)(0)).toBe(0);
    const epsilon = 0.1;
    const exponent = 1 - 2 * alpha;
    const primitive = (t: number): number => (exponent === 0 ? Math.log(t) : t ** exponent / exponent);
    const expected = (primitive(4 + epsilon ** 2) - primitive(epsilon ** 2)) / 2;
    expect(penaltyOf((value) => value ** alpha, epsilon)(2)).toBeCloseTo(expected, 8);
  });
});

describe('lin-RFM with a spectral function', () => {
  const run = async (solver: ReturnType<typeof linRfm>, steps: number) => {
    const problem = createProblem(observations, 'float64');
    try {
      const stop = firstOf(whenConverged({ change: 1e-13, residual: 1e-9 }), atMostSteps(steps));
      return { ...(await solve(solver, problem, { stop })), scale: problem.scale };
    } finally {
      problem.dispose();
    }
  };

  it('is the power where the function is one', async () => {
    const power = await run(linRfm({ ...shared, alpha: 0.3 }), 20);
    const given = await run(
      spectralLinRfm((value) => value ** 0.3, shared),
      20,
    );
    expect(relativeError(given.estimate, power.estimate)).toBeLessThan(1e-9);
  });

  it('ends at a critical point of its own penalty (Theorem 1)', async () => {
    const phi = (value: number): number => Math.log1p(value) + 0.1 * value;
    const { status, estimate, scale } = await run(spectralLinRfm(phi, shared), 20000);
    expect(status).toBe('converged');
    const matrix = Matrix.from1DArray(...shape, estimate).div(scale);
    const agop = matrix.transpose().mmul(matrix).div(shape[0]).add(Matrix.eye(shape[1]).mul(0.09));
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(agop, { assumeSymmetric: true });
    const inverse = Matrix.diag(realEigenvalues.map((value) => phi(value) ** -2));
    const gradient = matrix.mmul(eigenvectorMatrix).mmul(inverse).mmul(eigenvectorMatrix.transpose());
    const observed = new Set(observations.row.map((i, k) => i * shape[1] + observations.column[k]!));
    const off = gradient.to1DArray().filter((_, at) => !observed.has(at));
    expect(Math.hypot(...off) / gradient.norm('frobenius')).toBeLessThan(1e-7);
  });

  it('ends as non-finite where the function is not positive', async () => {
    expect(
      (
        await run(
          spectralLinRfm(() => -1, shared),
          5,
        )
      ).status,
    ).toBe('non-finite');
  });
});

describe('another start', () => {
  const options: LinRfmOptions = { ...shared, alpha: 0.5, epsilon: geometric({ start: 1, decay: 0.9, floor: 0.1 }) };
  const identity = Float64Array.from(Matrix.eye(9).to1DArray());

  async function first(startMetric?: Float64Array): Promise<Float64Array> {
    const problem = createProblem(observations, 'float64');
    const solver = linRfm({ ...options, ...(startMetric && { startMetric }) });
    const state = await solver.init(problem);
    const estimate = await solver.estimate(problem, state);
    solver.dispose(state);
    problem.dispose();
    return estimate;
  }

  it('is the usual one for the identity', async () => {
    expect(relativeError(await first(identity), await first())).toBeLessThan(1e-14);
  });

  it('solves every row with the metric that is given, in the order of the observations', async () => {
    const metric = Matrix.eye(9, 9).mul(0.5);
    for (let i = 0; i < 9; i += 1) for (let j = 0; j < 9; j += 1) metric.set(i, j, metric.get(i, j) + 1 / (1 + i + j));
    const estimate = Matrix.from1DArray(...shape, await first(Float64Array.from(metric.to1DArray())));
    const seen = [...observations.row.keys()].filter((k) => observations.row[k] === 4);
    const columns = seen.map((k) => observations.column[k]!);
    seen.forEach((k) => expect(estimate.get(4, observations.column[k]!)).toBeCloseTo(observations.value[k]!, 9));
    // x = K[:, Ω] c for some c: what the observed part fixes, the rest follows.
    const { solve: solveLinear } = await import('ml-matrix');
    const values = Matrix.columnVector(seen.map((k) => observations.value[k]!));
    const expected = metric.subMatrixColumn(columns).mmul(solveLinear(metric.selection(columns, columns), values));
    expect(relativeError(estimate.getRow(4), expected.to1DArray())).toBeLessThan(1e-9);
  });

  it('refuses a metric of the wrong size', async () => {
    await expect(first(new Float64Array(4))).rejects.toThrow('startMetric: expected 9 x 9 entries, got 4');
  });
});
