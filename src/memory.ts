import { availableMemory } from '../kernels/backends/available-memory.js';
import type { Backend } from '../kernels/backends/index.js';
import { bytesPerReal } from '../kernels/real.js';
import type { Precision } from '../kernels/real.js';
import type { Measurements } from './data/measurements.js';
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

/** For a person: `0.21 GiB`. */
export function gibibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}

/** What a solve needs at its peak, and what there is. */
export interface MemoryEstimate {
  /** Bytes. */
  readonly needed: number;
  readonly available: number;
  /** Whose memory it is: `backend wasm` or `this process`. */
  readonly place: string;
}

/** Bytes on the device a solver of factors takes for each observation: its position twice, its values several times. */
const deviceBytesPerObservation = 64;
/** Vectors of rank reals a row or column that conjugate gradients hold there, in bytes. */
const deviceBytesPerComponent = 80;
/** In float32 the inverse normal matrix of every row and column, and while they are made once more. */
const deviceBytesPerPair = 8;
/**
 * The same in all, measured as the growth of the resident set in fresh processes (1000 to 20,000 a side, ranks 5 to 30): the
 * host's copies in float64, and what the garbage collector has not yet given back.
 */
const bytesPerObservation = 260;
const bytesPerComponent = 160;
const bytesPerPair = 8;
/** Code and buffers, whatever the problem. */
const fixedBytes = 2 ** 25;
/** The rank that is reckoned with where it is not told. */
const assumedRank = 20;

/**
 * What a solver of factors needs at its peak; nothing grows with rows · columns.
 * @param rank Where it is told.
 * @returns For the device, and for the process.
 */
export function factorMemory(
  { shape, value }: Observations,
  rank: number | undefined,
  backend: Backend,
): readonly MemoryEstimate[] {
  const count = value.length;
  const lines = shape[0] + shape[1];
  const determined = Math.max(1, Math.floor(count / lines));
  const width = Math.min(rank ?? Math.min(assumedRank, determined), ...shape);
  const device =
    deviceBytesPerObservation * count + lines * width * (deviceBytesPerComponent + deviceBytesPerPair * width);
  const whole = fixedBytes + bytesPerObservation * count + lines * width * (bytesPerComponent + bytesPerPair * width);
  return [
    { needed: device, available: backend.memoryBytes(), place: `backend ${backend.name}` },
    { needed: whole, available: availableMemory(), place: 'this process' },
  ];
}

/** The estimate that leaves the least room. */
export function tightest(estimates: readonly MemoryEstimate[]): MemoryEstimate {
  return estimates.reduce((tight, each) =>
    each.needed * tight.available > tight.needed * each.available ? each : tight,
  );
}

/** @throws InputError where the device or the process has not the memory for the observations and factors. */
export function checkFactorMemory(observations: Observations, rank: number | undefined, backend: Backend): void {
  const { needed, available, place } = tightest(factorMemory(observations, rank, backend));
  if (needed <= available) return;
  const given = `${observations.value.length} observations of ${observations.shape.join('x')}, which need ${gibibytes(needed)}`;
  const remedy = 'complete a part of the matrix, or give a smaller rank';
  throw new InputError('memory', `a problem within ${gibibytes(available)} on ${place}`, given, remedy);
}

/** Arrays of the size of the features alive at once: on the host, transposed, weighted, squared, and on the way there. */
const featuresAtOnce = 6;

/** @throws InputError where the backend has not the memory for a regression of this shape, or for its systems. */
export function checkRegressionMemory([samples, features]: Shape, precision: Precision, backend: Backend): void {
  const reals = featuresAtOnce * samples * features + 3 * Math.min(samples, features) ** 2;
  checkMemory(reals * bytesPerReal(precision), `a matrix of ${samples}x${features}`, backend);
}

/** @throws InputError where what is described needs more than the backend has. */
export function checkMemory(needed: number, what: string, backend: Backend): void {
  const available = backend.memoryBytes();
  if (needed <= available) return;
  const given = `${what}, which needs ${gibibytes(needed)}`;
  throw new InputError('memory', `a problem within ${gibibytes(available)} on backend ${backend.name}`, given);
}

/** @throws InputError where the backend has not the memory for the measurement matrices, or for their Gram matrix. */
export function checkSensingMemory(
  { shape, targets, matrices }: Measurements,
  precision: Precision,
  backend: Backend,
): void {
  const [rows, columns] = shape;
  const real = bytesPerReal(precision);
  // Both sides' stacks and the weighted one; sparse ones are weighted block by block.
  const stacks = matrices.kind === 'dense' ? 3 * matrices.values.length * real : 60 * matrices.values.length;
  const metrics = metricsAtOnce * Math.max(rows, columns) ** 2 + estimatesAtOnce * rows * columns;
  const bytes = stacks + (metrics + 3 * targets.length ** 2) * real + 3 * blockBytes;
  checkMemory(bytes, `${targets.length} measurements of ${rows}x${columns}`, backend);
}
