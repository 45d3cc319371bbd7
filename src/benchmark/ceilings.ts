/** What a device can do at most, measured on the active backend: copying memory, and multiplying matrices. */
import * as tf from '@tensorflow/tfjs';
import { matrixProduct } from '../../kernels/matrix-product/index.js';
import { disposeReal, uploadReal } from '../../kernels/real.js';
import type { Precision } from '../../kernels/real.js';
import { median } from './median.js';

export interface Ceilings {
  /** Bytes read and written a second by the quickest op that copies a large float32 array. */
  readonly copyBandwidth: number;
  /** Multiplications and additions a second of a matrix product; float64 where the backend computes in it. */
  readonly productRate: Readonly<Partial<Record<Precision, number>>>;
}

/** How far the sizes may go. */
export interface CeilingSizes {
  /** Floats copied: beyond the caches of a processor. */
  readonly copied: readonly [least: number, most: number];
  /** Side of the square matrices. */
  readonly side: readonly [least: number, most: number];
  /** Seconds of one call at which a size is large enough. */
  readonly enough: number;
}

export const fullSizes: CeilingSizes = { copied: [2 ** 24, 2 ** 26], side: [256, 4096], enough: 0.02 };
export const tinySizes: CeilingSizes = { copied: [2 ** 12, 2 ** 12], side: [16, 16], enough: 0.001 };
const runs = 5;

/** Measures the active backend. Frees all it made. */
export async function measureCeilings(precisions: readonly Precision[], sizes: CeilingSizes): Promise<Ceilings> {
  const copy = await growing(sizes.copied, sizes.enough, measureCopy);
  const rates: [Precision, number][] = [];
  for (const precision of precisions) {
    const product = await growing(sizes.side, sizes.enough, (side) => measureProduct(side, precision));
    rates.push([precision, (2 * product.size ** 3) / product.seconds]);
  }
  return { copyBandwidth: (8 * copy.size) / copy.seconds, productRate: Object.fromEntries(rates) };
}

/** Doubles the size until a call takes long enough to be told from its overhead. */
async function growing(
  [least, most]: readonly [number, number],
  enough: number,
  measure: (size: number) => Promise<number>,
): Promise<{ readonly size: number; readonly seconds: number }> {
  for (let size = least; ; size *= 2) {
    const seconds = await measure(size);
    if (seconds >= enough || 2 * size > most) return { size, seconds };
  }
}

/**
 * The quicker of two ops that read and write every number once: a negation, and joining two halves. (A clone only shares
 * its data; and which op the stock backends do well differs.)
 */
async function measureCopy(count: number): Promise<number> {
  const source = tf.ones([count]);
  const halves = [tf.ones([count / 2]), tf.ones([count / 2])];
  try {
    return Math.min(await secondsOf(() => source.neg()), await secondsOf(() => tf.concat(halves)));
  } finally {
    tf.dispose([source, ...halves]);
  }
}

async function measureProduct(side: number, precision: Precision): Promise<number> {
  const values = Float64Array.from({ length: side ** 2 }, (_, k) => ((k * 7) % 13) / 13 - 0.5);
  const matrix = uploadReal(values, [side, side], precision);
  try {
    return await secondsOf(() => matrixProduct(matrix, matrix).tensor);
  } finally {
    disposeReal(matrix);
  }
}

/** Median seconds of a call that ends with a number read back; the first, which compiles, is not timed. */
async function secondsOf(compute: () => tf.Tensor): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const began = performance.now();
    const result = compute();
    // One number read waits for what was launched.
    const end = tf.tidy(() => result.flatten().slice([0], [1]));
    await end.data();
    if (run > 0) times.push((performance.now() - began) / 1000);
    tf.dispose([result, end]);
  }
  return median(times);
}
