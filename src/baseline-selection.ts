/**
 * What the baselines have to be told of noisy data, chosen on observations held out of the fit: the ridge of the nuclear
 * norm, the number of steps of a network, and whether offsets come off first. Nothing here sees anything but the
 * observations that the user gave.
 */
import type { CompleteSettings } from './complete.js';
import { factorCompletion } from './completion.js';
import type { FactorOffset, Factors } from './completion.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import type { OffsetChoice } from './data/offsets.js';
import type { Observations } from './data/observations.js';
import { splitObservations } from './data/split.js';
import type { Split } from './data/split.js';
import { InputError } from './errors.js';
import { offsetOf } from './factor-offsets.js';
import { tall } from './linalg/tall.js';
import { defaultMaxSteps } from './solvers/defaults.js';
import { nuclearNorm } from './solvers/nuclear-norm.js';
import type { NuclearNormState } from './solvers/nuclear-norm.js';
import { solve } from './solvers/solve.js';
import type { Progress, Solver, Status } from './solvers/solver.js';
import { atMostSteps, firstOf, whenConverged, whenGapCloses } from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';
import { createSparseProblem, largestSingularValue } from './sparse-problem.js';
import type { SparseProblem } from './sparse-problem.js';

export interface Selected {
  /** The ridge as a share of the largest singular value of the observed matrix, or the number of steps. */
  readonly choice: number;
  readonly offsets: OffsetChoice;
  /** Residual of the fit after that number of steps. */
  readonly residual?: number;
  /** Root mean square error on the held-out observations. */
  readonly rmse: number;
  /** What the selection took. */
  readonly seconds: number;
}

const heldOutShare = 0.1;
/** Ridges from half the largest singular value, at which little is left, each half the last. */
const mostRidges = 10;
const ridgeFactor = 0.5;
/** A ridge need not be solved to the last digit to be judged. */
const roughGap = 1e-3;
const roughSteps = 100;
/** A choice that is not better than the best by this share is no better. */
const clearlyBetter = 1e-3;
/** Ridges, and steps, without a better error after which the rest is not tried. */
const ridgePatience = 2;
const stepPatience = 40;
/** Over so many steps an error that is still worth following falls by this share. */
const stepGain = 0.02;
/** Offsets are tried where by themselves they leave less than this share of the held-out values. */
const worthwhileOffsets = 0.9;
/** Before a network has left its small start its error says nothing. */
const leftStart = 0.9;

/** What is tried on a part of the observations: the best choice and its error. */
type Trial = (problem: SparseProblem, rmseOf: (factors: Factors) => number, limit: StopRule) => Promise<Judged>;
type Judged = Pick<Selected, 'choice' | 'residual' | 'rmse'>;

/** The ridge, as a share of the largest singular value; 0 where the error still falls at the smallest. */
export function selectRidge(observations: Observations, settings: CompleteSettings): Promise<Selected | undefined> {
  const onProgress = (progress: Progress): void => settings.onProgress?.(progress);
  return select(observations, settings, async (problem, rmseOf, limit) => {
    const largest = await largestSingularValue(problem);
    let best: Judged = { choice: 0, rmse: Infinity };
    let state: NuclearNormState | undefined;
    for (let [k, worse] = [1, 0]; k <= mostRidges && worse < ridgePatience; k += 1) {
      const share = ridgeFactor ** k;
      const solver = nuclearNorm({ ridge: share * largest });
      const from = state;
      // Each ridge starts where the one before ended; the states are on the host, nobody has to free them.
      const warm = from === undefined ? solver : { ...solver, init: () => Promise.resolve(from) };
      const stop = firstOf(whenGapCloses({ gap: roughGap, residual: Infinity }), limit, atMostSteps(roughSteps));
      const inspect = (latest: NuclearNormState): Promise<undefined> => {
        state = latest;
        return Promise.resolve(undefined);
      };
      const run = await solve(warm, problem, { ...signalOf(settings), ...{ stop, inspect, onProgress } });
      const rmse = rmseOf(run.estimate);
      worse = rmse < (1 - clearlyBetter) * best.rmse ? 0 : worse + 1;
      if (worse === 0) best = { choice: k === mostRidges ? 0 : share, rmse };
      if (endedOutside(run.status)) break;
    }
    return best;
  });
}

/** The number of steps, and the residual that they came to; Infinity where the error fell to the end. */
export function selectSteps<State>(
  observations: Observations,
  settings: CompleteSettings,
  solver: Solver<State, SparseProblem, Factors>,
): Promise<Selected | undefined> {
  const { tolerance = 1e-6, maxSteps = defaultMaxSteps, onProgress } = settings;
  return select(observations, settings, async (problem, rmseOf, limit) => {
    let [best, bestStep, bestResidual, done, ended, residual] = [Infinity, 0, 1, 0, false, 1];
    const inspect = async (state: State): Promise<Status | undefined> => {
      done += 1;
      const rmse = rmseOf(await solver.estimate(problem, state));
      if (rmse < (1 - stepGain) * best || residual > leftStart) [best, bestStep, bestResidual] = [rmse, done, residual];
      ended = done - bestStep >= stepPatience;
      return ended ? 'converged' : undefined;
    };
    const stop = firstOf(
      whenConverged({ change: tolerance, residual: Math.sqrt(tolerance) }),
      limit,
      atMostSteps(maxSteps),
    );
    await solve(solver, problem, {
      ...signalOf(settings),
      ...{ stop, inspect },
      onProgress: (progress) => {
        residual = progress.residual;
        onProgress?.(progress);
      },
    });
    return { choice: ended ? bestStep : Infinity, residual: bestResidual, rmse: best };
  });
}

/** Tries each choice of offsets on the same split; undefined where the observations are too few to spare any. */
async function select(
  observations: Observations,
  settings: CompleteSettings,
  trial: Trial,
): Promise<Selected | undefined> {
  const { seed = 0, offsets = 'auto', timeLimit, backend } = settings;
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  // Half of the time is left for the fit on all observations.
  const limit: StopRule =
    timeLimit === undefined ? () => undefined : () => (elapsed() >= timeLimit / 2 ? 'time-limit' : undefined);
  const split = splitOrNone(observations, seed);
  if (split === undefined) return undefined;
  const { kept, heldOut } = split;
  const nothing = { left: tall(kept.shape[0], 0), right: tall(kept.shape[1], 0), values: new Float64Array(0) };
  const alone = (choice: OffsetChoice): number => rmseAt(nothing, heldOut, offsetOf(kept, fitOffsets(kept, choice)));
  const triesBoth = offsets === 'auto' && alone('both') < worthwhileOffsets * alone('none');
  const choices: readonly OffsetChoice[] = offsets === 'auto' ? (triesBoth ? ['both', 'none'] : ['none']) : [offsets];
  let best: Omit<Selected, 'seconds'> | undefined;
  for (const choice of choices) {
    const fitted = fitOffsets(kept, choice);
    const problem = createSparseProblem(subtractOffsets(kept, fitted), backend.precisions.includes('float64'));
    try {
      const judged = await trial(problem, (factors) => rmseAt(factors, heldOut, offsetOf(kept, fitted)), limit);
      if (judged.rmse < (1 - clearlyBetter) * (best?.rmse ?? Infinity)) best = { ...judged, offsets: choice };
    } finally {
      problem.dispose();
    }
  }
  return best === undefined ? undefined : { ...best, seconds: elapsed() };
}

/** Undefined where nothing can be spared. */
function splitOrNone(observations: Observations, seed: number): Split | undefined {
  try {
    return splitObservations(observations, heldOutShare, seed);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function rmseAt(factors: Factors, { shape, row, column, value }: Observations, offset: FactorOffset): number {
  const predicted = factorCompletion(shape, factors, { offset }).predict(row, column);
  const squares = predicted.reduce((sum, entry, k) => sum + (entry - (value[k] ?? NaN)) ** 2, 0);
  return Math.sqrt(squares / predicted.length);
}

function endedOutside(status: Status): boolean {
  return status === 'interrupted' || status === 'time-limit';
}

function signalOf({ signal }: CompleteSettings) {
  return signal === undefined ? {} : { signal };
}
