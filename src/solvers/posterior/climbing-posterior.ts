/**
 * The posterior on both sides, started from below: rank one first, then a component at a time from the residual's leading
 * singular vectors, each rank from the posterior of the one before, until a component no longer explains anything. Near
 * the fewest observations that bear a rank, a start with too many components ends in a local optimum that this avoids.
 */
import { createRandom } from '../../data/random.js';
import { leadingTriplets, padRandom } from '../../linalg/leading-singular.js';
import type { Triplets } from '../../linalg/leading-singular.js';
import { columnsOf, joinColumns, scaleColumns, tall } from '../../linalg/tall.js';
import { thinSvd } from '../../linalg/thin-svd.js';
import type { SparseProblem } from '../../sparse-problem.js';
import type { Progress, Solver } from '../solver.js';
import type { PosteriorEstimate } from './estimate.js';
import { posteriorFactors } from './posterior-factors.js';
import type { PosteriorFactorsOptions, PosteriorFactorsState, PosteriorStart } from './posterior-factors.js';

const sweepsPerRank = 15;
/** Relative change of a sweep at which a rank has settled enough for the next. */
const settledChange = 1e-3;
/** A component must lower the standard deviation of the noise by this share, or it is the last. */
const leastGain = 0.01;
/** The residual's leading vectors converge faster beside a few more. */
const besideTheFirst = 3;
const powerSteps = 4;

/** As `posteriorFactors`, but `rank` is the most components, and the start is found by climbing. */
export function climbingPosterior(
  options: Omit<PosteriorFactorsOptions, 'start' | 'startShare'>,
): Solver<PosteriorFactorsState, SparseProblem, PosteriorEstimate> {
  const plain = { ...options, startShare: 1 };
  return {
    ...posteriorFactors(plain),
    init: async (problem) => posteriorFactors({ ...plain, start: await climb(problem, plain) }).init(problem),
  };
}

async function climb(problem: SparseProblem, options: PosteriorFactorsOptions): Promise<PosteriorStart> {
  const most = Math.min(options.rank, ...problem.shape);
  let start: PosteriorStart = { triplets: await withNext(problem), noise: 1 };
  let noise = Infinity;
  for (;;) {
    const settled = await settle(problem, { ...options, start });
    // The last component explained nothing: where the climb stood before it is as good, and smaller.
    const gained = settled.noise < (1 - leastGain) ** 2 * noise;
    if (!Number.isFinite(settled.noise) || !gained) return start;
    noise = settled.noise;
    const reached = thinSvd(settled.left, settled.right);
    start = { triplets: reached, noise };
    if (reached.values.length >= most) return start;
    start = { triplets: await withNext(problem, reached), noise };
  }
}

async function settle(problem: SparseProblem, options: PosteriorFactorsOptions) {
  const solver = posteriorFactors(options);
  let state = await solver.init(problem);
  const progress: Progress[] = [];
  while (progress.length < sweepsPerRank) {
    const { state: next, measures } = await solver.step(problem, state, progress);
    state = next;
    progress.push({ step: progress.length + 1, seconds: 0, ...measures });
    if (!(measures.change > settledChange)) break;
  }
  const { left, right } = await solver.estimate(problem, state);
  return { left: left.means, right: right.means, noise: state.noise };
}

/** The triplets and one more: the leading one of what they leave, scaled up by the sampling rate. */
async function withNext(problem: SparseProblem, triplets?: Triplets): Promise<Triplets> {
  const [rows, columns] = problem.shape;
  const left = triplets === undefined ? tall(rows, 1) : scaleColumns(triplets.left, triplets.values);
  const right = triplets?.right ?? tall(columns, 1);
  const residual = await problem.residuals.of(left, right);
  try {
    const width = Math.min(1 + besideTheFirst, rows, columns);
    const next = await leadingTriplets(residual, padRandom(tall(columns, 0), width, createRandom(0)), powerSteps);
    const size = ((next.values[0] ?? 0) * rows * columns) / problem.observed;
    const [u, v] = [columnsOf(next.left, 0, 1), columnsOf(next.right, 0, 1)];
    if (triplets === undefined) return { left: u, values: Float64Array.of(size), right: v };
    return thinSvd(joinColumns(left, scaleColumns(u, [size])), joinColumns(right, v));
  } finally {
    residual.dispose();
  }
}
