/** Every kernel on every backend present, native and portable, in every precision, against the float64 reference. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend, reportBackends, useBackend } from '../../kernels/backends/index.js';
import { forceCopyingHeap, sharesHeap } from '../../kernels/backends/wasm-runtime.js';
import { leastSharedWork, shareWorkFrom, threadCount, useThreads } from '../../kernels/backends/wasm-threads.js';
import { downloadReal } from '../../kernels/real.js';
import type { Precision } from '../../kernels/real.js';
import { parityCases } from './cases.js';
import type { ParityCase } from './cases.js';

const unit: Record<Precision, number> = { float32: 2 ** -23, float64: 2 ** -52 };

/** Largest gap to the reference, relative to the largest reference value. */
async function relativeGap(parity: ParityCase, precision: Precision, portable: boolean): Promise<number> {
  const { actual, expected } = parity.run(precision, portable);
  const values = await downloadReal(actual);
  expect(values).toHaveLength(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  return values.reduce(
    (most, value, k) => (Number.isNaN(value) ? Infinity : Math.max(most, Math.abs(value - expected[k]!) / scale)),
    0,
  );
}

async function expectParity(precision: Precision, portable: boolean): Promise<void> {
  const misses: string[] = [];
  // The compositions launch one op a column: on plain JavaScript, or at great width, that is only a test of patience.
  // So is a wide matrix where a GPU is played by a CPU.
  const bearable =
    portable && tf.getBackend() === 'cpu' ? 1e6 : portable || tf.getBackend() === 'webgpu' ? 1e8 : Infinity;
  for (const parity of parityCases.filter(({ work }) => work <= bearable)) {
    tf.engine().startScope();
    // Sums of up to a few hundred terms, and the loss of a solve is its condition number.
    const allowed = 16 * unit[precision] * Math.max(1, parity.condition);
    const gap = await relativeGap(parity, precision, portable);
    if (!(gap <= allowed))
      misses.push(`${parity.kernel} ${parity.shape}: ${gap.toExponential(1)} > ${allowed.toExponential(1)}`);
    tf.engine().endScope();
  }
  expect(misses).toEqual([]);
}

// A GPU that a CPU plays is slow, most of all when the machine is busy.
jest.setTimeout(300000);

describe.each(['tensorflow', 'webgpu', 'wasm', 'cpu'])('on %s', (name) => {
  let absent: string | undefined;

  beforeAll(async () => {
    const report = (await reportBackends()).find((candidate) => candidate.name === name);
    absent = report?.works === true ? undefined : `${name} is absent: ${report?.reason}`;
    if (absent === undefined) await useBackend(name);
    else process.stdout.write(`skipped: ${absent}\n`);
  });

  afterEach(() => forceCopyingHeap(false));

  it('computes what the references compute, in each of its precisions', async () => {
    if (absent !== undefined) return;
    for (const precision of activeBackend().precisions) await expectParity(precision, false);
  });

  it('computes the same by the portable compositions', async () => {
    if (absent !== undefined) return;
    await expectParity('float32', true);
  });

  it.each([2, 3])('computes the same on %i threads', async (threads) => {
    if (absent !== undefined || name !== 'wasm') return;
    expect(await useThreads(threads)).toBe(threads);
    const usual = leastSharedWork();
    shareWorkFrom(1);
    try {
      for (const precision of activeBackend().precisions) await expectParity(precision, false);
    } finally {
      shareWorkFrom(usual);
      await useThreads(1);
    }
    expect(threadCount()).toBe(1);
  });

  it('shares the heap of TensorFlow.js on wasm, and computes the same in one of its own', async () => {
    if (absent !== undefined || name !== 'wasm') return;
    expect(sharesHeap(tf.backend())).toBe(true);
    forceCopyingHeap(true);
    expect(sharesHeap(tf.backend())).toBe(false);
    for (const precision of activeBackend().precisions) await expectParity(precision, false);
  });
});
