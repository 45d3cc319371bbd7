/** Completion by low-rank lin-RFM: any power of the reweighting where the whole matrix has no room. */
import { factorCompletion } from './completion.js';
import type { Completed, CompleteSettings } from './complete.js';
import type { Observations } from './data/observations.js';
import { fitOffsets, subtractOffsets } from './data/offsets.js';
import { allZero, offsetOf } from './factor-offsets.js';
import { defaultMaxSteps, defaultRidge, defaultTolerance, lowRankEpsilon } from './solvers/defaults.js';
import { lowRankLinRfm } from './solvers/low-rank-lin-rfm.js';
import { constant } from './solvers/schedules.js';
import { solve } from './solvers/solve.js';
import { atMostSteps, firstOf, whenConverged, whenStagnated, whenUnmet, withinSeconds } from './solvers/stop-rules.js';
import type { StopRule } from './solvers/stop-rules.js';
import { createSparseProblem, largestRank } from './sparse-problem.js';

/** Singular pairs that a step can afford: its cost grows with their square. */
const mostPairs = 100;

/** Singular pairs in the metric: as many as the user says, or as the observations could determine. */
export function lowRankPairs({ shape, value }: Observations, rank: number | undefined): number {
  return Math.min(rank ?? mostPairs, Math.max(1, largestRank(shape, value.length)), ...shape);
}

/** In units of the data: more noise leaves as little of them, and its powers must not overflow; less is as good as none. */
const mostNoise = 1e8;
const leastNoise = 1e-6;

export async function completeLowRank(observations: Observations, settings: CompleteSettings): Promise<Completed> {
  const { alpha, noise = 0, rank, backend, signal, onProgress } = settings;
  const choice =
    settings.offsets === undefined || settings.offsets === 'auto' ? (noise > 0 ? 'both' : 'none') : settings.offsets;
  const offsets = fitOffsets(observations, choice);
  const offset = offsetOf(observations, offsets);
  const rest = subtractOffsets(observations, offsets);
  if (rest.value.every((value) => value === 0)) return allZero(observations, 'low-rank', choice, offset);
  const began = performance.now();
  const hasFloat64 = backend.precisions.includes('float64');
  const problem = createSparseProblem(rest, hasFloat64);
  try {
    const level = noise > 0 ? Math.min(Math.max(noise / problem.scale, leastNoise), mostNoise) : 0;
    const ridge = defaultRidge(level, alpha);
    const solver = lowRankLinRfm({
      ...{ alpha, epsilon: lowRankEpsilon(), ridge: constant(ridge), rank: lowRankPairs(observations, rank) },
      precision: hasFloat64 ? 'float64' : 'float32',
    });
    const stop = stopRule(settings, ridge);
    const run = await solve(solver, problem, { stop, ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const { estimate, progress } = run;
    const last = progress.at(-1);
    // One half has the variance in the data's units; other powers, and exact data, have it by how well the metric explains
    // the observations. The larger of both: the metric is made of means, as if they were certain, and errs on the small side.
    const unit = Math.max(ridge > 0 ? level ** 2 / ridge : 0, estimate.varianceScale);
    const fitted = estimate.fitted.map((value, k) => {
      return value + offset.at(observations.row[k] as number, observations.column[k] as number);
    });
    return {
      status: run.status,
      completion: factorCompletion(observations.shape, estimate, {
        offset,
        observed: ridge > 0 ? { ...observations, value: fitted } : observations,
        variance: (row, column) => unit * estimate.variance(row, column) + noise ** 2,
      }),
      progress,
      solver: solver.name,
      offsets: choice,
      rank: numericalRank(estimate.values, (last?.epsilon ?? 0) * problem.scale, Math.max(...problem.shape)),
      singularValues: estimate.values,
      ridge,
      noise,
      residual: last?.residual ?? NaN,
      seconds: (performance.now() - began) / 1000,
      warnings: [],
    };
  } finally {
    problem.dispose();
  }
}

function stopRule(
  { maxSteps = defaultMaxSteps, tolerance = defaultTolerance, timeLimit }: CompleteSettings,
  ridge: number,
): StopRule {
  const limits = timeLimit === undefined ? [] : [withinSeconds(timeLimit)];
  // Exact data must be met by the low rank alone; how closely follows the tolerance, as for the solvers of full matrices.
  const residual = ridge > 0 ? Infinity : Math.sqrt(tolerance);
  const unmet = ridge > 0 ? [] : [whenUnmet({ change: tolerance, residual })];
  const settled = whenConverged({ change: tolerance, residual });
  return firstOf(settled, ...unmet, ...limits, whenStagnated(), atMostSteps(maxSteps));
}

/** Singular values that stand clear of the smoothing. */
function numericalRank(values: Float64Array, epsilon: number, samples: number): number {
  const threshold = Math.max(10 * epsilon * Math.sqrt(samples), 1e-12 * (values[0] ?? 0));
  return values.filter((value) => value > threshold).length;
}
