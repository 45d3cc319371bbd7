import type { Backend } from '../kernels/backends/index.js';
import { bytesPerReal } from '../kernels/real.js';
import type { Precision } from '../kernels/real.js';
import type { Shape } from './data/observations.js';
import { InputError } from './errors.js';
import { blockBytes } from './problem.js';

/** Metric-sized arrays alive at once in the square root: matrix, root, inverse, product, square, polynomial, next root. */
const metricsAtOnce = 8;
/** Estimates alive at once: last, groups, joined, with observed values put back. */
const estimatesAtOnce = 4;

/** Bytes of device memory that the exact solver needs at its peak, for a matrix of the given shape. */
export function exactSolverBytes([rows, columns]: Shape, precision: Precision): number {
  const longSide = Math.max(rows, columns);
  const reals = metricsAtOnce * longSide ** 2 + estimatesAtOnce * rows * columns;
  // The blocks of a batch and the factor of one; a row may be observed whole.
  const blocks = 2 * Math.max(blockBytes, longSide ** 2 * bytesPerReal(precision));
  return reals * bytesPerReal(precision) + blocks;
}

/**
 * Refuses before anything is allocated.
 * @throws InputError where the exact solver would need more memory than the backend has.
 */
export function checkMemory(shape: Shape, precision: Precision, backend: Backend): void {
  const needed = exactSolverBytes(shape, precision);
  const available = backend.memoryBytes();
  if (needed <= available) return;
  throw new InputError(
    'memory',
    `a problem within ${gibibytes(available)} on backend ${backend.name}`,
    `${shape.join('x')}, which needs ${gibibytes(needed)}`,
    'complete a part of the matrix, or use precision float32',
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
}
