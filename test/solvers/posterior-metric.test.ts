/** The dense metric of the short side: where it starts, and how it goes on from a trial's. */
import {
  createObservations,
  createSparseProblem,
  meanOf,
  posteriorMetric,
  useBackend,
  varianceOf,
} from '../../src/index.js';
import { atMostSteps, solve } from '../../src/index.js';
import type { PosteriorEstimate, SparseProblem } from '../../src/index.js';
import { createRandom } from '../../src/data/random.js';
import { identity, tall } from '../../src/linalg/tall.js';
import { startFromPairs } from '../../src/solvers/posterior/pair-moments.js';
import type { MetricStart } from '../../src/solvers/posterior/pair-moments.js';
import { metricOf } from '../../src/solvers/posterior/posterior-metric.js';

beforeAll(() => useBackend('auto'));

const side = 14;
const factors = 3;
const noise = 0.4;

/** Rows are independent Gaussian vectors with a known covariance; half of their entries are hidden. */
function gaussianRows(count: number, seed: number) {
  const random = createRandom(seed);
  const loadings = Array.from({ length: side * factors }, () => random.normal());
  const covariance = identity(side).map((one, at) => {
    const [j, l] = [Math.floor(at / side), at % side];
    let sum = one * noise ** 2;
    for (let k = 0; k < factors; k += 1) sum += loadings[j * factors + k]! * loadings[l * factors + k]!;
    return sum;
  });
  const [seen, hidden] = [0, 1].map(() => ({ row: [] as number[], column: [] as number[], value: [] as number[] }));
  for (let i = 0; i < count; i += 1) {
    const scores = Array.from({ length: factors }, () => random.normal());
    for (let j = 0; j < side; j += 1) {
      const clean = scores.reduce((sum, score, k) => sum + score * loadings[j * factors + k]!, 0);
      const into = random.uniform() < 0.5 ? seen! : hidden!;
      into.row.push(i);
      into.column.push(j);
      into.value.push(clean + noise * random.normal());
    }
  }
  const observations = createObservations({ shape: [count, side], ...seen! });
  return { problem: createSparseProblem(observations, true), covariance, hidden: hidden! };
}

const start = (problem: SparseProblem): MetricStart | undefined => startFromPairs(problem.rows, side);

async function sweep(problem: SparseProblem, steps: number, from?: MetricStart): Promise<PosteriorEstimate> {
  const solver = posteriorMetric('float64', from && (() => from));
  return (await solve(solver, problem, { stop: atMostSteps(steps) })).estimate;
}

function errorOf(estimate: PosteriorEstimate, hidden: ReturnType<typeof gaussianRows>['hidden']): number {
  const squares = hidden.value.map((value, k) => (value - meanOf(estimate, hidden.row[k]!, hidden.column[k]!)) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

/** What the solver began with before it looked at pairs. */
const fromIdentity: MetricStart = {
  basis: tall(
    side,
    side,
    identity(side).map((one) => one * Math.SQRT1_2),
  ),
  noise: 0.5,
};

it('starts near the covariance that the pairs show', () => {
  const { problem, covariance } = gaussianRows(600, 1);
  const { basis, noise: first } = start(problem)!;
  let [gap, size] = [0, 0];
  covariance.forEach((expected, at) => {
    const [j, l] = [Math.floor(at / side), at % side];
    if (j === l) return;
    let found = 0;
    for (let k = 0; k < side; k += 1) found += basis.values[j * side + k]! * basis.values[l * side + k]!;
    gap += (found * problem.scale ** 2 - expected) ** 2;
    size += expected ** 2;
  });
  problem.dispose();
  expect(Math.sqrt(gap / size)).toBeLessThan(0.25);
  expect(first).toBeGreaterThan(0);
});

it.each<[string, number[], number[]]>([
  ['no two entries of a vector are observed', [0, 1, 2, 3], [1, -1, 2, 1]],
  ['all is zero', [0, 0, 1, 1], [0, 0, 0, 0]],
])('has no pairs to start from where %s', (_, row, value) => {
  const problem = createSparseProblem(createObservations({ shape: [9, 4], row, column: [0, 1, 2, 3], value }), true);
  expect(startFromPairs(problem.rows, 4)).toBeUndefined();
  problem.dispose();
});

it('does not trust pairs that few vectors observe', () => {
  const [few, enough] = [gaussianRows(10, 1), gaussianRows(60, 1)].map(({ problem }) => problem);
  expect(start(few!)).toBeUndefined();
  expect(start(enough!)).toBeDefined();
  [few, enough].forEach((problem) => problem!.dispose());
});

it('needs fewer sweeps from the pairs than from the identity', async () => {
  const { problem, hidden } = gaussianRows(400, 2);
  const few = errorOf(await sweep(problem, 3), hidden);
  const [fewer, many] = [await sweep(problem, 3, fromIdentity), await sweep(problem, 12, fromIdentity)];
  problem.dispose();
  expect(few).toBeLessThan(0.9 * errorOf(fewer, hidden));
  expect(few).toBeLessThan(1.02 * errorOf(many, hidden));
});

it('counts as noise what the metric has of the identity, and predicts the same', async () => {
  const { problem, hidden } = gaussianRows(120, 3);
  const trial = await sweep(problem, 5);
  const plain = { basis: trial.right.means, noise: trial.noise / problem.scale ** 2 };
  const moved = metricOf(trial, problem);
  expect(moved.noise).toBeGreaterThan(1.01 * plain.noise);
  const [before, after] = [await sweep(problem, 1, plain), await sweep(problem, 1, moved)];
  problem.dispose();
  hidden.row.slice(0, 50).forEach((row, k) => {
    const column = hidden.column[k]!;
    expect(meanOf(after, row, column)).toBeCloseTo(meanOf(before, row, column), 8);
    // Less of the metric, as much more noise: the noise that was solved with, not the one learnt by the sweep.
    const [all, rest] = [
      varianceOf(before, row, column) + plain.noise * problem.scale ** 2,
      varianceOf(after, row, column) + moved.noise * problem.scale ** 2,
    ];
    expect(rest).toBeCloseTo(all, 8);
  });
});
