/** Conjugate gradients in one call: against the float64 reference on every backend that has them, and composed of ops. */
import * as tf from '@tensorflow/tfjs';
import { shareWorkFrom, leastSharedWork, useThreads } from '../../kernels/backends/wasm-threads.js';
import { asReal, downloadReal, uploadReal } from '../../kernels/real.js';
import type { Precision } from '../../kernels/real.js';
import { tangentInputs, tangentSolveKernel } from '../../kernels/tangent-solve/index.js';
import type { TangentSolveInputs } from '../../kernels/tangent-solve/index.js';
import { createRandom } from '../../src/data/random.js';
import { createSparseProblem, generateProblem, useBackend } from '../../src/index.js';
import { padRandom } from '../../src/linalg/leading-singular.js';
import { innerProducts, orthonormalise, tall, timesSmall } from '../../src/linalg/tall.js';
import type { Tall } from '../../src/linalg/tall.js';
import { correctByOps } from '../../src/solvers/correction-by-ops.js';
import { leastRidge, penaltiesOf } from '../../src/solvers/tangent-penalties.js';
import { relativeError } from '../support/errors.js';

const [rows, columns] = [41, 29];
const { observations } = generateProblem({ shape: [rows, columns], rank: 3, observed: 700, seed: 4 });

function tallOf(count: number, width: number, seed: number): Tall {
  return padRandom(tall(count, 0), width, createRandom(seed));
}

/** A point and a gradient whose right half is orthogonal to the right basis. */
function setting(width: number) {
  const left = orthonormalise(tallOf(rows, width, 1)).basis;
  const right = orthonormalise(tallOf(columns, width, 2)).basis;
  const values = Float64Array.from({ length: width }, (_, k) => 3 / (k + 1));
  const point = { left, right, values, epsilon: 0.9 * (values.at(-1) ?? 1) };
  const loose = tallOf(columns, width, 3);
  const gradient = {
    left: tallOf(rows, width, 4),
    right: timesSmall(right, innerProducts(right, loose), width, -1, loose),
  };
  return { point, gradient };
}

function inputsOf(width: number, blocks: boolean, precision: Precision, steps: number) {
  const { point, gradient } = setting(width);
  const problem = createSparseProblem(observations, true);
  const { core, side } = penaltiesOf(point);
  const upload = ({ values, count }: Tall) => uploadReal(values, [count, width], precision);
  const reals: TangentSolveInputs = {
    gradientLeft: upload(gradient.left),
    gradientRight: upload(gradient.right),
    left: upload(point.left),
    right: upload(point.right),
    side: uploadReal(side, [width], precision),
    core: uploadReal(core, [width, width], precision),
  };
  const share = observations.value.length / (rows * columns);
  const options = { share, leastRidge: leastRidge * share, tolerance: 1e-12, maxSteps: steps, blocks };
  return { inputs: tangentInputs(reals, problem.rows.pattern, problem.columns.pattern, options), problem };
}

async function solveOn(width: number, blocks: boolean, precision: Precision, steps: number): Promise<Float64Array> {
  const { inputs, problem } = inputsOf(width, blocks, precision, steps);
  const solved = tangentSolveKernel.run(inputs);
  const values = await downloadReal(solved);
  tf.dispose([solved.tensor, ...Object.values(inputs.reals).map(({ tensor }) => tensor)]);
  problem.dispose();
  return values;
}

const cases = [1, 3, 4, 8, 11, 15, 17].flatMap((width) => [false, true].map((blocks) => ({ width, blocks })));

describe('against the reference', () => {
  const expected = new Map<string, Float64Array>();
  const nameOf = (width: number, blocks: boolean): string => `${width} ${blocks}`;

  beforeAll(async () => {
    await useBackend('cpu');
    for (const { width, blocks } of cases)
      expected.set(nameOf(width, blocks), await solveOn(width, blocks, 'float64', 4));
    await useBackend('wasm');
  });

  it.each([1, 2, 3])('on %i threads', async (threads) => {
    const usual = leastSharedWork();
    shareWorkFrom(1);
    await useThreads(threads);
    try {
      for (const { width, blocks } of cases) {
        const reference = expected.get(nameOf(width, blocks))!;
        expect(relativeError(await solveOn(width, blocks, 'float64', 4), reference)).toBeLessThan(1e-11);
        expect(relativeError(await solveOn(width, blocks, 'float32', 4), reference)).toBeLessThan(2e-4);
      }
    } finally {
      shareWorkFrom(usual);
      await useThreads(1);
    }
  });
});

it('solves the system it says it solves, and counts its steps', async () => {
  await useBackend('wasm');
  const many = await solveOn(3, true, 'float64', 300);
  const more = await solveOn(3, true, 'float64', 301);
  expect(many.at(-1)).toBeLessThan(200);
  expect(relativeError(many, more)).toBe(0);
  const few = await solveOn(3, false, 'float64', 5);
  expect(few.at(-1)).toBe(5);
});

it.each([false, true])('agrees with the composition of ops, blocks %s', async (blocks) => {
  await useBackend('wasm');
  const { point, gradient } = setting(3);
  const problem = createSparseProblem(observations, true);
  const before = tf.memory().numTensors;
  const composed = await correctByOps(problem, point, gradient, { tolerance: 1e-4, maxSteps: 100, blocks });
  expect(tf.memory().numTensors).toBe(before);
  problem.dispose();
  const solved = await solveOn(3, blocks, 'float64', 300);
  expect(composed.steps).toBeGreaterThan(2);
  expect(relativeError([...composed.left.values, ...composed.right.values], solved.subarray(0, -1))).toBeLessThan(2e-4);
});

it('refuses shapes that disagree', async () => {
  await useBackend('wasm');
  const { inputs, problem } = inputsOf(3, false, 'float32', 2);
  const wrong = { ...inputs.reals, core: asReal(tf.zeros([2, 3]), 'float32') };
  const settings = { share: 1, leastRidge: 0, tolerance: 0.1, maxSteps: 1, blocks: false };
  expect(() => tangentInputs(wrong, problem.rows.pattern, problem.columns.pattern, settings)).toThrow('tangentSolve');
  problem.dispose();
});
