/**
 * lin-rfm: low-rank matrix recovery by Linear Recursive Feature Machines on TensorFlow.js.
 *
 *     import { complete, createObservations, useBackend } from 'lin-rfm';
 *     await useBackend('auto');
 *     const { completion } = await complete(createObservations({ shape: [3, 3], row, column, value }));
 */
export { BackendError, InputError } from './errors.js';
export { backendNames, reportBackends, useBackend } from '../kernels/backends/index.js';
export type { BackendReport } from '../kernels/backends/index.js';
export { complete, defaultMaxSteps, defaultTolerance, solverNames } from './complete.js';
export type { CompleteOptions, CompleteResult } from './complete.js';
export type { Completion } from './completion.js';

export {
  createObservations,
  emptyColumns,
  emptyRows,
  filterObservations,
  parseShape,
  transposeObservations,
} from './data/observations.js';
export type { ObservationSource, Observations, Shape } from './data/observations.js';
export { fitOffsets, subtractOffsets } from './data/offsets.js';
export type { OffsetChoice, Offsets } from './data/offsets.js';
export { foldObservations, splitBy, splitObservations } from './data/split.js';
export type { Split } from './data/split.js';
export { degreesOfFreedom, generateProblem } from './data/synthetic.js';
export type { SyntheticOptions, Truth } from './data/synthetic.js';
export { readMatrix, writeMatrix, writeObservations } from './data/formats/index.js';
export { readQueries, writePredictions } from './data/formats/queries.js';
export type { Labels, MatrixFile, MatrixSource } from './data/matrix-file.js';

export { createProblem } from './problem.js';
export type { Direction, Pattern, Problem } from './problem.js';
export { alternating, columnsOnly, linRfm, rowsOnly } from './solvers/lin-rfm.js';
export type { LinRfmOptions, Sides } from './solvers/lin-rfm.js';
export { constant, followChange, geometric } from './solvers/schedules.js';
export type { Schedule } from './solvers/schedules.js';
export { solve } from './solvers/solve.js';
export type { SolveOptions, SolveResult } from './solvers/solve.js';
export type { Progress, Solver, Status, Step } from './solvers/solver.js';
export {
  atMostSteps,
  firstOf,
  statusAdvice,
  whenConverged,
  whenStagnated,
  withinSeconds,
} from './solvers/stop-rules.js';
export type { StopRule } from './solvers/stop-rules.js';

export { eigenPower } from './linalg/eigen-power.js';
export { matrixPower, newtonSchulzPower } from './linalg/matrix-power.js';
export type { PowerResult, SpectralPower, SpectralRange } from './linalg/matrix-power.js';

/** Device kernels, for TensorFlow.js pipelines: real arrays in float32 or float64, and what is computed on them. */
export { choleskySolve } from '../kernels/cholesky-solve/index.js';
export { combine } from '../kernels/combine/index.js';
export { differenceNorms } from '../kernels/difference-norms/index.js';
export { expandRows } from '../kernels/expand-rows/index.js';
export { gatherBlocks } from '../kernels/gather-blocks/index.js';
export { matrixProduct } from '../kernels/matrix-product/index.js';
export { asReal, disposeReal, downloadReal, tidyReals, uploadReal } from '../kernels/real.js';
export type { Precision, RealTensor } from '../kernels/real.js';
export { version } from './version.js';
