import type { Backend } from '../kernels/backends/index.js';
import { bytesPerReal } from '../kernels/real.js';
import type { Precision } from '../kernels/real.js';
import type { Observations, Shape } from './data/observations.js';
import { InputError } from './errors.js';
import { blockBytes } from './problem.js';

/** Metric-sized arrays alive at once in the square root: matrix, root, inverse, product, square, polynomial, next root. */
const metricsAtOnce = 8;
/** Estimates alive at once: last, groups, joined, with observed values put back. */
const estimatesAtOnce = 4;

/**
 * Bytes of device memory that the exact solver needs at its peak.
 * @param metricSide Side of the largest metric: the long side when both sides are solved for, the short one when only the
 *   vectors along it are.
 */
export function exactSolverBytes([rows, columns]: Shape, metricSide: number, precision: Precision): number {
  const reals = metricsAtOnce * metricSide ** 2 + estimatesAtOnce * rows * columns;
  // The blocks of a batch and the factor of one; a vector may be observed whole.
  const blocks = 2 * Math.max(blockBytes, metricSide ** 2 * bytesPerReal(precision));
  return reals * bytesPerReal(precision) + blocks;
}

/**
 * Whether both sides of a matrix can be solved for, or only the vectors of its short side's length, whose metric is small.
 * Decided before anything is allocated.
 * @throws InputError where the backend has not the memory for either.
 */
export function fittingSides(shape: Shape, precision: Precision, backend: Backend): 'both' | 'one' {
  const available = backend.memoryBytes();
  const [shortSide, longSide] = [Math.min(...shape), Math.max(...shape)];
  if (exactSolverBytes(shape, longSide, precision) <= available) return 'both';
  const needed = exactSolverBytes(shape, shortSide, precision);
  if (needed <= available) return 'one';
  throw new InputError(
    'memory',
    `a problem within ${gibibytes(available)} on backend ${backend.name}`,
    `${shape.join('x')}, which needs ${gibibytes(needed)}`,
    'complete a part of the matrix, or use precision float32',
  );
}

function gibibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}

/** Bytes a solver of factors takes for each observation, its position twice and values several times, and for each row. */
const bytesPerObservation = 60;
const bytesPerLine = 3000;

/** Bytes that a solver of factors needs at its peak; nothing grows with rows · columns. */
export function factorSolverBytes({ shape, value }: Observations): number {
  return bytesPerObservation * value.length + bytesPerLine * (shape[0] + shape[1]);
}

/** @throws InputError where the backend has not the memory for the observations and factors. */
export function checkFactorMemory(observations: Observations, backend: Backend): void {
  const [needed, available] = [factorSolverBytes(observations), backend.memoryBytes()];
  if (needed <= available) return;
  const given = `${observations.value.length} observations of ${observations.shape.join('x')}, which need ${gibibytes(needed)}`;
  throw new InputError('memory', `a problem within ${gibibytes(available)} on backend ${backend.name}`, given);
}
