/**
 * lin-rfm: low-rank matrix recovery by Linear Recursive Feature Machines on TensorFlow.js.
 *
 *     import { complete, createObservations, useBackend } from 'lin-rfm';
 *     await useBackend('auto');
 *     const { completion } = await complete(createObservations({ shape: [3, 3], row, column, value }));
 */
export { BackendError, InputError } from './errors.js';
export {
  backendFailure,
  backendNames,
  leastObservationsForGpu,
  reportBackends,
  threadCount,
  useBackend,
  useThreads,
} from '../kernels/backends/index.js';
export type { BackendHint, BackendReport } from '../kernels/backends/index.js';
export { complete, defaultMaxSteps, defaultTolerance, estimateMemory, solverNames } from './complete.js';
export type { CompleteOptions, CompleteResult } from './complete.js';
export type { Completion, FactorOffset, Factors } from './completion.js';
export type { MemoryEstimate } from './memory.js';

export { regress, regressionSolverNames } from './regress.js';
export type { RegressOptions, RegressResult } from './regress.js';
export { sense } from './sense.js';
export type { SenseOptions, SenseResult } from './sense.js';
export {
  applyMeasurements,
  createDenseMeasurements,
  createSparseMeasurements,
  measureEntries,
} from './data/measurements.js';
export type { MeasurementSource, Measurements } from './data/measurements.js';
export { createDenseMatrix } from './data/dense-matrix.js';
export type { DenseMatrix } from './data/dense-matrix.js';

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
export { generateRegression, generateSensing } from './data/synthetic-linear.js';
export type { RegressionOptions, SensingOptions } from './data/synthetic-linear.js';
export { readMatrix, writeMatrix, writeObservations } from './data/formats/index.js';
export { readDense, readVector, writeWeights } from './data/formats/dense.js';
export { readMeasurements, writeMeasurements } from './data/formats/measurements.js';
export { readQueries, writePredictions } from './data/formats/queries.js';
export type { Labels, MatrixFile, MatrixSource } from './data/matrix-file.js';

export { createSparseProblem } from './sparse-problem.js';
export type { SparseProblem, SparseSide } from './sparse-problem.js';
export { twoSidedLinRfm } from './solvers/two-sided-lin-rfm.js';
export type { TwoSidedOptions } from './solvers/two-sided-lin-rfm.js';
export { lowRankLinRfm } from './solvers/low-rank-lin-rfm.js';
export type { LowRankEstimate, LowRankOptions } from './solvers/low-rank-lin-rfm.js';
export { posteriorFactors } from './solvers/posterior/posterior-factors.js';
export type { PosteriorFactorsOptions } from './solvers/posterior/posterior-factors.js';
export { posteriorMetric } from './solvers/posterior/posterior-metric.js';
export { meanOf, varianceOf } from './solvers/posterior/estimate.js';
export type { PosteriorEstimate } from './solvers/posterior/estimate.js';
export { compareSolvers, parseContender } from './compare.js';
export type { CompareOptions, Compared, Contender } from './compare.js';
export { deepLinear, networkLayers } from './solvers/deep-linear.js';
export type { DeepLinearOptions, DeepLinearState } from './solvers/deep-linear.js';
export { compareFeatures } from './solvers/network-features.js';
export type { LayerFeatures, LayerWeights } from './solvers/network-features.js';
export { nuclearNorm } from './solvers/nuclear-norm.js';
export type { NuclearNormOptions, NuclearNormState } from './solvers/nuclear-norm.js';
export { spectralLinRfm } from './solvers/spectral-lin-rfm.js';
export type { SpectralLinRfmOptions } from './solvers/spectral-lin-rfm.js';
export { createProblem } from './problem.js';
export type { Direction, Pattern, Problem } from './problem.js';
export { alternating, columnsOnly, linRfm, rowsOnly } from './solvers/lin-rfm.js';
export type { LinRfmOptions, Sides } from './solvers/lin-rfm.js';
export { constant, followChange, geometric } from './solvers/schedules.js';
export type { Schedule } from './solvers/schedules.js';
export { createRegressionProblem } from './solvers/regression/problem.js';
export type { RegressionProblem } from './solvers/regression/problem.js';
export { basisPursuit } from './solvers/regression/basis-pursuit.js';
export type { BasisPursuitOptions } from './solvers/regression/basis-pursuit.js';
export { deepDiagonal } from './solvers/regression/deep-diagonal.js';
export type { DeepDiagonalOptions } from './solvers/regression/deep-diagonal.js';
export { sparseLinRfm } from './solvers/regression/sparse-lin-rfm.js';
export type { SparseLinRfmOptions } from './solvers/regression/sparse-lin-rfm.js';
export { createSensingProblem } from './solvers/sensing/problem.js';
export type { SensingProblem } from './solvers/sensing/problem.js';
export { sensingLinRfm } from './solvers/sensing/sensing-lin-rfm.js';
export type { SensingLinRfmOptions } from './solvers/sensing/sensing-lin-rfm.js';
export { solve } from './solvers/solve.js';
export type { SolveOptions, SolveResult } from './solvers/solve.js';
export type { Progress, Solver, Status, Step } from './solvers/solver.js';
export {
  atMostSteps,
  firstOf,
  statusAdvice,
  whenConverged,
  whenGapCloses,
  whenStagnated,
  whenUnmet,
  withinSeconds,
} from './solvers/stop-rules.js';
export type { StopRule } from './solvers/stop-rules.js';

export { eigenFunction, eigenPower } from './linalg/eigen-power.js';
export { penaltyOf } from './linalg/penalty.js';
export type { SpectralFunction } from './linalg/penalty.js';
export { matrixPower, newtonSchulzPower } from './linalg/matrix-power.js';
export type { PowerResult, SpectralPower, SpectralRange } from './linalg/matrix-power.js';

/** Device kernels, for TensorFlow.js pipelines: real arrays in float32 or float64, and what is computed on them. */
export { choleskySolve } from '../kernels/cholesky-solve/index.js';
export { blockProduct } from '../kernels/block-product/index.js';
export { combine } from '../kernels/combine/index.js';
export { differenceNorms } from '../kernels/difference-norms/index.js';
export { expandRows } from '../kernels/expand-rows/index.js';
export { gatherBlocks } from '../kernels/gather-blocks/index.js';
export { matrixProduct } from '../kernels/matrix-product/index.js';
export { rowNormalSolve } from '../kernels/row-normal-solve/index.js';
export { sampledProduct } from '../kernels/sampled-product/index.js';
export { sampledProductGradient } from '../kernels/sampled-product/gradient.js';
export { sparseProduct } from '../kernels/sparse-product/index.js';
export { disposePattern, uploadPattern } from '../kernels/sparse-pattern.js';
export type { SparsePattern } from '../kernels/sparse-pattern.js';
export { asReal, disposeReal, downloadReal, tidyReals, uploadReal } from '../kernels/real.js';
export type { Precision, RealTensor } from '../kernels/real.js';
export { version } from './version.js';
