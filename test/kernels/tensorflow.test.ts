/** The backend of libtensorflow: who owns the addon's handles, and how it says what went wrong. */
import * as tf from '@tensorflow/tfjs';
import { reportBackends, useBackend } from '../../kernels/backends/index.js';
import { isNodeBackend } from '../../kernels/backends/tensorflow-binding.js';
import type { NodeBackend } from '../../kernels/backends/tensorflow-binding.js';
import { choleskySolve } from '../../kernels/cholesky-solve/index.js';
import { downloadReal, tidyReals, uploadReal } from '../../kernels/real.js';
import { rowNormalSolve } from '../../kernels/row-normal-solve/index.js';
import { sampledProduct } from '../../kernels/sampled-product/index.js';
import { disposePattern, uploadPattern } from '../../kernels/sparse-pattern.js';
import type { SparsePattern } from '../../kernels/sparse-pattern.js';
import { createSparseProblem, generateProblem, solve, twoSidedLinRfm } from '../../src/index.js';
import { factorError } from '../../benchmarks/measure.js';
import { parityCases } from './cases.js';

let absent: string | undefined;

function node(): NodeBackend {
  const backend: object = tf.backend();
  if (!isNodeBackend(backend)) throw new Error('tensorflow is not active');
  return backend;
}

/** Runs twice, since a first call keeps a few scalars for good, and counts what the second leaves behind. */
async function handlesLeft(run: () => unknown): Promise<number> {
  await run();
  const before = node().binding.getNumOfTensors();
  await run();
  return node().binding.getNumOfTensors() - before;
}

function smallPattern(): SparsePattern {
  return uploadPattern([2, 3], Int32Array.of(0, 2, 3), Int32Array.of(0, 2, 1), Int32Array.of(0, 0, 1));
}

beforeAll(async () => {
  const report = (await reportBackends()).find(({ name }) => name === 'tensorflow');
  absent = report?.works === true ? undefined : `tensorflow is absent: ${report?.reason}`;
  if (absent === undefined) await useBackend('tensorflow');
  else process.stdout.write(`skipped: ${absent}\n`);
});

it.each(['float32', 'float64'] as const)('frees every handle of every kernel in %s', async (precision) => {
  if (absent !== undefined) return;
  // One in three: every kernel, at some of its shapes.
  for (const parity of parityCases.filter(({ work }, k) => work < 1e5 && k % 3 === 0)) {
    const left = await handlesLeft(() => {
      tf.engine().startScope();
      parity.run(precision, false);
      tf.engine().endScope();
    });
    expect([parity.kernel, parity.shape, left]).toEqual([parity.kernel, parity.shape, 0]);
  }
});

it('frees what it derived from a pattern together with the pattern', async () => {
  if (absent !== undefined) return;
  const factor = uploadReal(new Float64Array(6).fill(1), [3, 2], 'float64');
  const ridge = uploadReal(Float64Array.of(1, 1), [2], 'float64');
  const left = await handlesLeft(() => {
    const pattern = smallPattern();
    const values = uploadReal(Float64Array.of(1, 2, 3), [3], 'float64');
    const during = node().binding.getNumOfTensors();
    const solved = rowNormalSolve(values, factor, ridge, pattern);
    // Positions and ones are kept for the next call.
    expect(node().binding.getNumOfTensors()).toBeGreaterThan(during + 2);
    tf.dispose([solved.tensor, values.tensor]);
    disposePattern(pattern);
  });
  expect(left).toBe(0);
  tf.dispose([factor.tensor, ridge.tensor]);
});

it('frees the handles of a call that fails, and says in one line which kernel failed', async () => {
  if (absent !== undefined) return;
  const left = uploadReal(new Float64Array(4).fill(1), [2, 2], 'float64');
  const right = uploadReal(new Float64Array(6).fill(1), [3, 2], 'float64');
  const lost = await handlesLeft(() => {
    // Indices are trusted; this one is beyond the columns.
    const pattern = uploadPattern([2, 3], Int32Array.of(0, 2, 3), Int32Array.of(0, 7, 1), Int32Array.of(0, 0, 1));
    expect(() => sampledProduct(left, right, pattern)).toThrow(/^LinRfmSampledProduct on tensorflow: [^\n]*7[^\n]*$/u);
    disposePattern(pattern);
  });
  expect(lost).toBe(0);
  tf.dispose([left.tensor, right.tensor]);
});

it('names the remedy where libtensorflow lacks an op', () => {
  if (absent !== undefined) return;
  const { binding } = node();
  const spoiled = Object.create(binding, {
    executeOp: {
      value: () => {
        throw new Error('Invalid TF_Status: 5\nMessage: Op type not registered Cholesky in binary');
      },
    },
  }) as NodeBackend['binding'];
  const backend = node() as { binding: NodeBackend['binding'] };
  const blocks = uploadReal(Float64Array.of(1), [1, 1, 1], 'float64');
  backend.binding = spoiled;
  try {
    const solving = (): unknown => choleskySolve(blocks, uploadReal(Float64Array.of(1), [1, 1], 'float64'));
    expect(solving).toThrow(/too old for it: lin-rfm backends --install tensorflow/u);
  } finally {
    backend.binding = binding;
  }
});

it('gives NaN to a block that is not positive definite, and to no other', async () => {
  if (absent !== undefined) return;
  for (const precision of ['float32', 'float64'] as const) {
    const blocks = Float64Array.of(1, 0, 0, 1, 2, 0, 0, 2, -1, 0, 0, 1, 4, 0, 0, 4);
    const { tensor } = tidyReals(() =>
      choleskySolve(
        uploadReal(blocks, [4, 2, 2], precision),
        uploadReal(new Float64Array(8).fill(4), [4, 2], precision),
      ),
    );
    const solved = await downloadReal({ tensor, shape: [4, 2], precision });
    [4, 4, 2, 2].forEach((value, k) => expect(solved[k]).toBeCloseTo(value, 5));
    expect([...solved.slice(4, 6)].every(Number.isNaN)).toBe(true);
    [1, 1].forEach((value, k) => expect(solved[6 + k]).toBeCloseTo(value, 5));
    tensor.dispose();
  }
});

it('recovers to 1e-11 in float64, and a whole solve leaves no handle', async () => {
  if (absent !== undefined) return;
  const { observations, truth } = generateProblem({ shape: [60, 50], rank: 2, observed: 900, seed: 3 });
  const left = await handlesLeft(async () => {
    const problem = createSparseProblem(observations, true);
    const { estimate, status } = await solve(twoSidedLinRfm({ target: 1e-12 }), problem, { stop: () => undefined });
    problem.dispose();
    expect(status).toBe('converged');
    expect(factorError(estimate, truth)).toBeLessThan(1e-11);
  });
  expect(left).toBe(0);
});
