/**
 * What a GPU does: parity of every kernel with its float64 reference, bandwidth of the two sparse kernels against that of
 * a copy, and whole solves, in absolute times. Without a GPU it says why there is nothing to measure.
 *
 *     npm run benchmark -- gpu            P1, P4, P5, P6 and 100,000 x 100,000
 *     npm run benchmark -- gpu --large    and 1,000,000 x 1,000,000 with 80 million observations
 */
import * as tf from '@tensorflow/tfjs';
import { activityOf } from '../kernels/backends/webgpu-device.js';
import { disposePattern } from '../kernels/sparse-pattern.js';
import { atMostSteps, createSparseProblem, generateProblem, solve, twoSidedLinRfm } from '../src/index.js';
import { BackendError, degreesOfFreedom, sampledProduct, sparseProduct, uploadReal, useBackend } from '../src/index.js';
import type { RealTensor } from '../src/index.js';
import { measureParity } from './gpu-parity.js';
import { drawPattern } from './gpu-pattern.js';
import { factorError, markdownTable } from './measure.js';
import { problems } from './peers.js';

interface GpuCase {
  readonly name: string;
  readonly size: number;
  readonly rank: number;
  readonly observed: number;
  readonly conditionNumber?: number;
  /** Relative residual to reach; the solver's own unless given. */
  readonly target?: number;
}

export interface GpuOptions {
  readonly backend: string;
  readonly parity: { readonly side: number; readonly width: number };
  /** Floats copied. */
  readonly copied: number;
  /** Side, entries and rank of the pattern on which the sparse kernels are timed. */
  readonly sparse: { readonly side: number; readonly entries: number; readonly rank: number };
  readonly runs: number;
  readonly cases: readonly GpuCase[];
}

const compared: readonly GpuCase[] = problems
  .filter(({ name }) => ['P1', 'P4', 'P5', 'P6'].includes(name))
  .map(({ ratio, ...rest }) => ({
    ...rest,
    observed: Math.round(ratio * degreesOfFreedom([rest.size, rest.size], rest.rank)),
  }));

/** An error of 1e-5 leaves a residual under this. */
const roughTarget = 1e-6;

export const full: GpuOptions = {
  backend: 'webgpu',
  parity: { side: 3000, width: 10 },
  copied: 2 ** 26,
  sparse: { side: 100_000, entries: 10_000_000, rank: 10 },
  runs: 20,
  cases: [...compared, { name: '1e5', size: 100_000, rank: 10, observed: 10_000_000, target: roughTarget }],
};
export const large: GpuOptions = {
  ...full,
  cases: [...full.cases, { name: '1e6', size: 1_000_000, rank: 10, observed: 80_000_000, target: roughTarget }],
};
export const tiny: GpuOptions = {
  backend: 'webgpu',
  parity: { side: 40, width: 3 },
  copied: 2 ** 14,
  sparse: { side: 200, entries: 2000, rank: 2 },
  runs: 2,
  cases: [{ name: 'tiny', size: 40, rank: 1, observed: 400 }],
};

export interface GpuRow {
  readonly measured: string;
  readonly seconds?: number;
  readonly figure: string;
}

export async function measureGpu(options: GpuOptions): Promise<GpuRow[]> {
  try {
    const { device } = await useBackend(options.backend);
    const parity = await measureParity(options.parity.side, options.parity.width);
    const gaps = parity.map(({ kernel, gap }) => ({ measured: kernel, figure: `gap ${gap.toExponential(0)}` }));
    const bandwidths = await measureBandwidths(options);
    const solves: GpuRow[] = [];
    for (const one of options.cases) solves.push(await measureSolve(one));
    return [{ measured: options.backend, figure: device }, ...gaps, ...bandwidths, ...solves];
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return [{ measured: options.backend, figure: `skipped: ${error.reason}; ${error.remedy}` }];
  } finally {
    await useBackend('auto');
  }
}

async function measureBandwidths({ copied, sparse, runs }: GpuOptions): Promise<GpuRow[]> {
  const { side, entries, rank } = sparse;
  const source = tf.ones([copied]);
  const copy = await time(runs, () => source.neg());
  source.dispose();
  const pattern = drawPattern(side, side, Math.round(entries / side));
  const count = pattern.entries;
  const real = (...shape: number[]): RealTensor =>
    uploadReal(new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(0.5), shape, 'float32');
  // As conjugate gradients call them: bases and directions side by side, then products with bases.
  const wide = [real(side, 2 * rank), real(side, 2 * rank)] as const;
  const thin = [real(side, rank), real(side, rank)] as const;
  const values = real(count);
  const sampled = await time(runs, () => sampledProduct(...wide, pattern).tensor);
  const product = await time(runs, () => sparseProduct(values, ...thin, pattern).tensor);
  tf.dispose([...wide, ...thin, values].map(({ tensor }) => tensor));
  disposePattern(pattern);
  const copyRate = (8 * copied) / copy;
  const row = (measured: string, seconds: number, bytes: number): GpuRow => {
    const share = ((100 * bytes) / seconds / copyRate).toFixed(0);
    return { measured, seconds, figure: `${(bytes / seconds / 1e9).toFixed(1)} GB/s, ${share} % of the copy` };
  };
  const shape = `${count} entries of ${side}x${side}, rank ${rank}`;
  return [
    { measured: `copy of ${copied} floats`, seconds: copy, figure: `${(copyRate / 1e9).toFixed(1)} GB/s` },
    // Row, column, result and the gathered row of each entry; rows of the other side once.
    row(`sampled product, ${shape}`, sampled, 4 * count * (3 + 2 * rank) + 8 * side * rank),
    // Both ways: value, index and gathered row of each entry, and its place in one; sums once.
    row(`sparse product, ${shape}`, product, 4 * count * (5 + 2 * rank) + 8 * side * rank),
  ];
}

/** Seconds of one call, when calls follow one another; the first, which compiles, is not timed. */
async function time(runs: number, compute: () => tf.Tensor): Promise<number> {
  const run = async (count: number): Promise<number> => {
    const began = performance.now();
    let last: tf.Tensor | undefined;
    for (let k = 0; k < count; k += 1) {
      last?.dispose();
      last = compute();
    }
    // One number read waits for all that was launched.
    const end = tf.tidy(() => last?.flatten().slice([0], [1]));
    await end?.data();
    tf.dispose([last, end].filter((tensor) => tensor !== undefined));
    return (performance.now() - began) / 1000;
  };
  await run(1);
  return (await run(runs)) / runs;
}

async function measureSolve(given: GpuCase): Promise<GpuRow> {
  const { name, size, rank, observed, conditionNumber, target } = given;
  const condition = conditionNumber === undefined ? {} : { conditionNumber };
  const { observations, truth } = generateProblem({ shape: [size, size], rank, observed, seed: 1, ...condition });
  const problem = createSparseProblem(observations, false);
  try {
    const before = activityOf(tf.backend());
    const solver = twoSidedLinRfm(target === undefined ? {} : { target });
    const { estimate, progress } = await solve(solver, problem, { stop: atMostSteps(1000) });
    const after = activityOf(tf.backend());
    const innerSteps = progress.reduce((sum, step) => sum + (step.innerSteps ?? 0), 0);
    const each = (was?: number, is?: number): string => (((is ?? NaN) - (was ?? NaN)) / innerSteps).toFixed(1);
    return {
      measured: `${name}: ${size}x${size}, rank ${rank}, ${observed} observations`,
      seconds: progress.at(-1)?.seconds ?? NaN,
      figure: [
        ...[`error ${factorError(estimate, truth).toExponential(0)}`, `rank ${estimate.values.length}`],
        ...[`${progress.length} steps`, `${innerSteps} CG steps`],
        `each ${each(before?.launches, after?.launches)} launches and ${each(before?.reads, after?.reads)} reads`,
      ].join(', '),
    };
  } finally {
    problem.dispose();
  }
}

export function gpuTable(rows: readonly GpuRow[]): string {
  const cells = rows.map(({ measured, seconds, figure }) => [measured, seconds?.toPrecision(3) ?? '-', figure]);
  return markdownTable(['measured', 'seconds', 'figure'], cells);
}
