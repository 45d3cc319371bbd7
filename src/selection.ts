/**
 * Noisy data: which model, which offsets and how many steps, chosen on observations held out of the fit; then the fit on
 * all of them. Nothing here sees anything but the observations that the user gave.
 */
import type { Precision } from '../kernels/real.js';
import type { Observations } from './data/observations.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import type { OffsetChoice, Offsets } from './data/offsets.js';
import { splitObservations } from './data/split.js';
import type { Split } from './data/split.js';
import { InputError } from './errors.js';
import { createSparseProblem, largestRank } from './sparse-problem.js';
import type { SparseProblem } from './sparse-problem.js';
import { meanOf, varianceOf } from './solvers/posterior/estimate.js';
import type { PosteriorEstimate } from './solvers/posterior/estimate.js';
import { climbingPosterior } from './solvers/posterior/climbing-posterior.js';
import { posteriorFactors } from './solvers/posterior/posterior-factors.js';
import { metricOf, posteriorMetric } from './solvers/posterior/posterior-metric.js';
import { solve } from './solvers/solve.js';
import type { SolveResult } from './solvers/solve.js';
import type { Progress, Solver } from './solvers/solver.js';
import { atMostSteps, firstOf, whenConverged } from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';

export interface SelectionOptions {
  readonly precision: Precision;
  readonly hasFloat64: boolean;
  readonly offsets: OffsetChoice | 'auto';
  /** Components at most; what the observations bear unless given. */
  readonly rank?: number;
  /** Standard deviation of the noise, where it is known. */
  readonly noise?: number;
  readonly seed: number;
  /** Ends whatever solve is under way: limits on time and steps. */
  readonly limit: StopRule;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Selection {
  readonly solver: string;
  readonly run: SolveResult<PosteriorEstimate>;
  readonly offsets: Offsets;
  readonly offsetChoice: OffsetChoice;
  /** Root mean square error on the held-out observations of the fit without them. */
  readonly heldOutRmse: number;
  /** What standard errors are multiplied by, so that nine in ten held-out observations lie within 1.645 of them. */
  readonly calibration: number;
  /** Share of the held-out observations within 1.645 uncalibrated standard errors. */
  readonly coverage: number;
}

/** A posterior solver, made anew for every problem: values are scaled by it. */
interface Candidate {
  readonly name: string;
  readonly offsets: OffsetChoice;
  /** Runs until it no longer changes, instead of being stopped where the held-out error is least. */
  readonly settles: boolean;
  /** The held-out error must shrink by this share within `patience` sweeps for more of them to be worth their time. */
  readonly leastGain: number;
  readonly solver: MakeSolver;
  /** Of a solver that learns a metric: goes on from a trial's, which saves most sweeps of all the observations. */
  readonly resume?: (trial: PosteriorEstimate) => MakeSolver;
}

type MakeSolver = (problem: SparseProblem) => Solver<unknown, SparseProblem, PosteriorEstimate>;

/** How a candidate did on the held-out observations. */
interface Trial {
  readonly candidate: Candidate;
  readonly steps: number;
  readonly rmse: number;
  readonly estimate: PosteriorEstimate;
  readonly offsets: Offsets;
}

const heldOutShare = 0.1;
const mostSweeps = 60;
/** Sweeps without a better held-out error after which a candidate is done. */
const patience = 3;
/** Sweeps of the dense metric are dear. */
const metricGain = 1e-3;
/** …and this many from the trial's metric are as good as all of them anew. */
const sweepsResumed = 4;
/** A held-out error must be this much smaller for a later candidate to be preferred. */
const clearlyBetter = 0.998;
const settled = whenConverged({ change: 1e-4, residual: Infinity });
const mostComponents = 20;
/** In units of the data: more noise leaves as little of them, and its square must not overflow. */
const mostNoise = 1e8;
/** …and less is as good as none. */
const leastNoise = 1e-6;
/** A factor's covariances take rank² reals a row. */
const mostCovariances = 5e7;
/** The climb takes a dozen sweeps a component before the first one that a person sees. */
const mostForClimb = 3e4;
/** Closer to square than this the dense metric overfits, unless so large a share of the entries is observed. */
const leastSlenderness = 2;
const denseEnough = 0.4;
/** Multiply-adds of a sweep of the dense metric that a person waits for, and its side. */
const mostMetricWork = 1.5e10;
const largestMetricSide = 512;

export async function selectPosterior(observations: Observations, options: SelectionOptions): Promise<Selection> {
  const split = spared(observations, options.seed);
  if (split === undefined) return fitAlone(observations, options);
  const choices: OffsetChoice[] = options.offsets === 'auto' ? ['both', 'none'] : [options.offsets];
  let best: Trial | undefined;
  const consider = async (candidate: Candidate): Promise<void> => {
    const trial = await tryCandidate(candidate, split.kept, split.heldOut, options);
    if (best === undefined || trial.rmse < clearlyBetter * best.rmse) best = trial;
  };
  for (const offsets of choices) await consider(factors(observations, options, offsets, 1));
  const offsetChoice = best?.candidate.offsets ?? 'both';
  await consider(factors(observations, options, offsetChoice, 0.1));
  if (observations.value.length <= mostForClimb) await consider(factors(observations, options, offsetChoice, 'climb'));
  if (options.rank === undefined && bearsMetric(observations)) await consider(metric(options, offsetChoice));
  if (best === undefined) throw new Error('selectPosterior: expected a candidate, got none');
  const { candidate, steps, rmse } = best;
  const { calibration, coverage } = calibrate(best, split.heldOut);
  const offsets = fitOffsets(observations, candidate.offsets);
  // Where the held-out error never turned, neither does the fit on all: let it converge.
  const resumed = candidate.resume?.(best.estimate);
  const sweeps = resumed === undefined ? steps : Math.min(steps, sweepsResumed);
  const stop = firstOf(
    options.limit,
    ...(candidate.settles ? [settled, atMostSteps(mostSweeps)] : [atMostSteps(sweeps)]),
  );
  const run = await runOn(resumed ?? candidate.solver, subtractOffsets(observations, offsets), options, stop);
  const chosen = { solver: candidate.name, offsets, offsetChoice: candidate.offsets };
  return { ...chosen, run, heldOutRmse: rmse, calibration, coverage };
}

/** Undefined where every observation is needed to see all rows and columns. */
function spared(observations: Observations, seed: number): Split | undefined {
  try {
    return splitObservations(observations, heldOutShare, seed);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

const sweepsAlone = 10;

/** Too few observations to choose by: offsets and what the posterior makes of the rest. */
async function fitAlone(observations: Observations, options: SelectionOptions): Promise<Selection> {
  const offsetChoice = options.offsets === 'auto' ? 'both' : options.offsets;
  const offsets = fitOffsets(observations, offsetChoice);
  const stop = firstOf(options.limit, atMostSteps(sweepsAlone));
  const candidate = factors(observations, options, offsetChoice, 1);
  const run = await runOn(candidate.solver, subtractOffsets(observations, offsets), options, stop);
  const unknown = { heldOutRmse: NaN, calibration: 1, coverage: NaN };
  return { solver: candidate.name, run, offsets, offsetChoice, ...unknown };
}

function factors(
  { shape, value }: Observations,
  { precision, rank, noise }: SelectionOptions,
  offsets: OffsetChoice,
  start: number | 'climb',
): Candidate {
  const bearable = Math.floor(Math.sqrt(mostCovariances / (shape[0] + shape[1])));
  const components = Math.max(1, Math.min(rank ?? mostComponents, largestRank(shape, value.length), bearable));
  return {
    ...{ name: 'posterior', offsets, settles: start === 'climb', leastGain: 0 },
    solver: ({ scale }) => {
      const known = noise === undefined ? {} : { noise: Math.max(leastNoise, Math.min(noise / scale, mostNoise)) ** 2 };
      const common = { rank: components, precision, ...known };
      return start === 'climb' ? climbingPosterior(common) : posteriorFactors({ ...common, startShare: start });
    },
  };
}

function metric({ precision }: SelectionOptions, offsets: OffsetChoice): Candidate {
  const make = (given?: Parameters<typeof posteriorMetric>[1]) =>
    posteriorMetric(precision, given) as ReturnType<MakeSolver>;
  return {
    ...{ name: 'posterior-metric', offsets, settles: false, leastGain: metricGain },
    solver: () => make(),
    resume: (trial) => () => make((problem) => metricOf(trial, problem)),
  };
}

/** Whether the dense metric of the short side is worth a try: small, and with enough to learn it from. */
function bearsMetric({ shape, value }: Observations): boolean {
  const [short, long] = [Math.min(...shape), Math.max(...shape)];
  const work = value.length * short ** 2 + 1.2 * long * short ** 3;
  const isDense = value.length >= 0.05 * short * long;
  const isBorne = long >= leastSlenderness * short || value.length >= denseEnough * short * long;
  return (
    isBorne && short <= largestMetricSide && work <= mostMetricWork && isDense && long * short ** 2 <= mostCovariances
  );
}

async function runOn(
  makeSolver: MakeSolver,
  observations: Observations,
  { hasFloat64, signal, onProgress }: SelectionOptions,
  stop: StopRule,
  look?: (estimate: PosteriorEstimate) => boolean,
): Promise<SolveResult<PosteriorEstimate>> {
  const problem = createSparseProblem(observations, hasFloat64);
  try {
    const solver = makeSolver(problem);
    const inspect = async (state: unknown) =>
      look?.(await solver.estimate(problem, state)) === true ? ('converged' as const) : undefined;
    const run = await solve(solver, problem, {
      stop,
      inspect,
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    // As many sweeps as held-out observations asked for is what was wanted, not a limit that cut the solve short.
    return run.status === 'max-steps' && look === undefined ? { ...run, status: 'converged' } : run;
  } finally {
    problem.dispose();
  }
}

async function tryCandidate(
  candidate: Candidate,
  kept: Observations,
  heldOut: Observations,
  options: SelectionOptions,
): Promise<Trial> {
  const offsets = fitOffsets(kept, candidate.offsets);
  let best: Trial | undefined;
  let steps = 0;
  let gained = { steps: 0, rmse: Infinity };
  const look = (estimate: PosteriorEstimate): boolean => {
    steps += 1;
    const rmse = errorOf(estimate, offsets, heldOut);
    if (best === undefined || candidate.settles || rmse < best.rmse)
      best = { candidate, steps, rmse, estimate, offsets };
    if (candidate.settles || rmse < (1 - candidate.leastGain) * gained.rmse) gained = { steps, rmse };
    return steps - gained.steps >= patience;
  };
  const stop = firstOf(options.limit, settled, atMostSteps(mostSweeps));
  const run = await runOn(candidate.solver, subtractOffsets(kept, offsets), options, stop, look);
  return best ?? { candidate, steps: 1, rmse: Infinity, estimate: run.estimate, offsets };
}

function errorOf(estimate: PosteriorEstimate, offsets: Offsets, { row, column, value }: Observations): number {
  let squares = 0;
  value.forEach((target, k) => {
    const [i, j] = [row[k] as number, column[k] as number];
    squares += (meanOf(estimate, i, j) + offsets.at(i, j) - target) ** 2;
  });
  return Math.sqrt(squares / value.length);
}

/** Standard normal quantile of a two-sided nine in ten. */
const ninety = 1.6449;

function calibrate(
  { estimate, offsets }: Trial,
  { row, column, value }: Observations,
): { calibration: number; coverage: number } {
  const ratios = value.map((target, k) => {
    const [i, j] = [row[k] as number, column[k] as number];
    const gap = Math.abs(meanOf(estimate, i, j) + offsets.at(i, j) - target);
    return gap / Math.sqrt(varianceOf(estimate, i, j) + estimate.noise);
  });
  ratios.sort();
  const quantile = ratios[Math.min(ratios.length - 1, Math.floor(0.9 * ratios.length))] ?? ninety;
  const coverage = ratios.filter((ratio) => ratio <= ninety).length / Math.max(1, ratios.length);
  return { calibration: Number.isFinite(quantile) && quantile > 0 ? quantile / ninety : 1, coverage };
}
