/**
 * How two-sided lin-RFM finds the rank: which smoothing and which rank a step has, when an attempt is given up, and which
 * rank is attempted next. Pure functions of what the steps measured; no tensors.
 *
 * First the fast way: the smoothing shrinks by a fifth a step, the rank is the number of singular values above it, and a
 * gap that stands still locks it. Where the rank runs into the budget instead, ranks are imposed from below, the smoothing
 * being the next singular value: too small a rank shows after a few cheap steps, and since squared residuals are convex
 * in the rank, a secant through the last two jumps ahead without jumping too far.
 */

export type Attempt =
  | { readonly kind: 'decay' }
  /** Ranks imposed from 1 upwards, each from the estimate of the one before. */
  | { readonly kind: 'climb' }
  /** A rank imposed from the start; start 0 is the observations' own singular vectors, others are random. */
  | { readonly kind: 'imposed'; readonly rank: number; readonly start: number };

export interface Search {
  readonly attempt: Attempt;
  /** Steps of this attempt. */
  readonly steps: number;
  /** Of the next step. */
  readonly epsilon: number;
  readonly rank: number;
  /** Largest gap of the last step and for how many steps it has been there. */
  readonly gap: { readonly rank: number; readonly steps: number };
  /** Relative residuals of the truncated estimate in this attempt. */
  readonly residuals: readonly number[];
  /** Largest rank that is still of interest: a doubtful fit was found there, or the budget. */
  readonly ceiling: number;
  /** Ranks imposed in vain, ascending, with their relative residual at the end. */
  readonly tried: readonly { readonly rank: number; readonly residual: number }[];
}

export interface SearchOptions {
  /** Told by the user; undefined to find it. */
  readonly rank: number | undefined;
  /** Largest rank that may be tried, from the number of observations. */
  readonly maxRank: number;
  /** Largest rank at which a fit is beyond doubt: the observations outnumber its degrees of freedom by far. */
  readonly certainRank: number;
  /** Whether to impose each rank anew where the climb has failed: near the limit, and for small problems. */
  readonly thorough: boolean;
  /** Random starts for every rank above that, once the usual one has failed for all. */
  readonly starts: number;
  /** Relative residual at which the observations count as met. */
  readonly target: number;
}

/** What a step saw. */
export interface Sight {
  /** Leading singular values of the estimate, descending, a few more than the rank. */
  readonly values: Float64Array;
  /** Relative residual of the estimate truncated to the rank of the search. */
  readonly residual: number;
}

export type Outcome = 'continue' | 'restart' | 'certified' | 'exhausted';

const decay = 0.8;
/** σ_k over σ_{k+1} that counts as a gap, and where a rank is imposed, as one below it. */
const clearGap = 10;
const certainGap = 100;
const stableFor = 2;
/** Steps at the budget without a gap after which the fast way is given up. */
const patienceAtBudget = 5;
const mostSteps = 400;
const mostDecaySteps = 100;
const decayStalledFor = 30;
/** An imposed rank is given up once its residual shrank by less than this share over so many steps. */
const stalledShare = 0.97;
const stalledFor = 8;
/** Smoothing stays above this share of the largest singular value: float64's own noise. */
const leastEpsilon = 1e-15;

export function beginSearch({ rank, maxRank }: SearchOptions): Search {
  return beginAttempt(rank === undefined ? { kind: 'decay' } : { kind: 'imposed', rank, start: 0 }, maxRank, []);
}

function beginAttempt(attempt: Attempt, ceiling: number, tried: Search['tried']): Search {
  const rank = attempt.kind === 'imposed' ? attempt.rank : 1;
  return { attempt, steps: 0, epsilon: Infinity, rank, gap: { rank: 0, steps: 0 }, residuals: [], ceiling, tried };
}

/** Smoothing and rank for the next step of an attempt. */
export function chooseStep(search: Search, { values }: Pick<Sight, 'values'>, options: SearchOptions): Search {
  const steps = search.steps + 1;
  const gap = followGap(search, values, options);
  const floor = leastEpsilon * (values[0] as number);
  if (search.attempt.kind !== 'decay') {
    // A climb that stepped down would climb the same rank again.
    const stepsDown = search.attempt.kind === 'imposed' && gap.steps >= stableFor && gap.rank < search.rank;
    const rank = stepsDown ? gap.rank : search.rank;
    const next = Math.min(search.epsilon, values[rank] ?? 0);
    return { ...search, steps, gap, rank: atLeastOne(rank, values), epsilon: Math.max(next, floor) };
  }
  let epsilon = decay * Math.min(search.epsilon, values[0] as number);
  if (gap.steps >= stableFor) epsilon = Math.min(epsilon, values[gap.rank] ?? 0);
  epsilon = Math.max(epsilon, floor);
  const above = values.filter((value) => value > epsilon).length;
  return { ...search, steps, gap, epsilon, rank: atLeastOne(Math.min(above, options.maxRank), values) };
}

/** A rank whose singular values are not nil. */
function atLeastOne(rank: number, values: Float64Array): number {
  const present = values.filter((value) => value > 10 * leastEpsilon * (values[0] as number)).length;
  return Math.max(1, Math.min(rank, present));
}

function followGap(search: Search, values: Float64Array, { maxRank }: SearchOptions): Search['gap'] {
  const imposed = search.attempt.kind !== 'decay';
  const limit = Math.min(imposed ? search.rank - 1 : maxRank, values.length - 1);
  let [rank, largest] = [0, imposed ? certainGap : clearGap];
  for (let k = 1; k <= limit; k += 1) {
    const ratio = (values[k - 1] as number) / Math.max(values[k] as number, Number.MIN_VALUE);
    if (ratio > largest) [rank, largest] = [k, ratio];
  }
  return rank === 0 ? { rank, steps: 0 } : { rank, steps: rank === search.gap.rank ? search.gap.steps + 1 : 1 };
}

/** After a step: go on, start the next attempt, or end. */
export function judge(search: Search, sight: Sight, options: SearchOptions): { search: Search; outcome: Outcome } {
  const residuals = [...search.residuals, sight.residual];
  const seen = { ...search, residuals };
  const { attempt, rank } = search;
  if (sight.residual <= options.target) {
    // Near the budget wrong matrices of a higher rank fit too: only once no smaller rank fits is this one believed.
    const believed = options.rank !== undefined || attempt.kind === 'imposed' || rank <= options.certainRank;
    if (believed) return { search: seen, outcome: 'certified' };
    return { search: beginAttempt({ kind: 'imposed', rank: 1, start: 0 }, rank, []), outcome: 'restart' };
  }
  if (attempt.kind === 'decay') {
    const stuck = rank >= options.maxRank && search.gap.steps < stableFor;
    const failed =
      (stuck && search.steps >= patienceAtBudget) ||
      search.steps >= mostDecaySteps ||
      stalled(residuals, decayStalledFor, stalledShare);
    if (!failed) return { search: seen, outcome: 'continue' };
    return { search: beginAttempt({ kind: 'climb' }, search.ceiling, []), outcome: 'restart' };
  }
  if (attempt.kind === 'climb') return climb(seen, sight, options);
  if (search.steps < mostSteps && !stalled(residuals, stalledFor, stalledShare))
    return { search: seen, outcome: 'continue' };
  const tried = [...search.tried, { rank: attempt.rank, residual: Math.min(...residuals) }];
  return nextImposed({ ...seen, tried }, attempt, options);
}

/** Steps that a rank gets on the climb, and by how much the residual must shrink in them for it to stay. */
const climbFor = 4;
const climbShare = 0.85;
const mostClimbSteps = 40;
const highestJump = 3;

function climb(search: Search, { values }: Sight, options: SearchOptions): { search: Search; outcome: Outcome } {
  const slow = search.residuals.length >= mostClimbSteps;
  if (!slow && !stalled(search.residuals, climbFor, climbShare)) return { search, outcome: 'continue' };
  const tried = [...search.tried, { rank: search.rank, residual: search.residuals.at(-1) ?? NaN }];
  const rank = Math.min(secant(tried), search.rank + highestJump);
  if (rank > search.ceiling || search.steps >= mostSteps) {
    if (!options.thorough) return { search, outcome: 'exhausted' };
    return { search: beginAttempt({ kind: 'imposed', rank: 1, start: 0 }, search.ceiling, []), outcome: 'restart' };
  }
  const epsilon = Math.max(values[rank] ?? 0, leastEpsilon * (values[0] as number));
  return { search: { ...search, tried, rank: atLeastOne(rank, values), epsilon, residuals: [] }, outcome: 'continue' };
}

function stalled(residuals: readonly number[], span: number, share: number): boolean {
  const before = residuals.at(-1 - span);
  return before !== undefined && (residuals.at(-1) ?? 0) > share * before;
}

/** Where the squared residual, convex in the rank, would vanish on the line through its last two values: never too far. */
function secant(tried: Search['tried']): number {
  const [before, last] = [tried.at(-2), tried.at(-1)];
  if (last === undefined) return 1;
  const slope = before === undefined ? 0 : (before.residual ** 2 - last.residual ** 2) / (last.rank - before.rank);
  return slope > 0 ? Math.max(last.rank + 1, Math.floor(last.rank + last.residual ** 2 / slope)) : last.rank + 1;
}

function nextImposed(
  search: Search,
  { rank: last, start }: Attempt & { kind: 'imposed' },
  { rank: told, certainRank, starts }: SearchOptions,
): { search: Search; outcome: Outcome } {
  const { ceiling } = search;
  const restart = (rank: number, from: number, tried: Search['tried']) =>
    ({ search: beginAttempt({ kind: 'imposed', rank, start: from }, ceiling, tried), outcome: 'restart' }) as const;
  if (told === undefined && last < ceiling) {
    return restart(start === 0 ? Math.min(secant(search.tried), ceiling) : last + 1, start, search.tried);
  }
  if (start >= starts) return { search, outcome: 'exhausted' };
  return restart(told ?? Math.min(certainRank + 1, ceiling), start + 1, []);
}
