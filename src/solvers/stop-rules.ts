/** When a solve ends, and what to do about it. Rules see the progress and nothing else. */
import type { Progress, Status } from './solver.js';

/** Looks at the progress so far (never empty) and says whether to stop. */
export type StopRule = (progress: readonly Progress[]) => Status | undefined;

/** One sentence for each way to end. */
export const statusAdvice: Readonly<Record<Status, string>> = {
  converged: 'The estimate no longer changes and fits the observations.',
  'max-steps': 'The limit on the steps was reached first: raise it, or accept a looser tolerance.',
  'time-limit': 'The time limit was reached first: raise it, or accept a looser tolerance.',
  stagnated:
    'The steps stopped getting smaller above the tolerance: use mixed precision, give the noise level, or accept a looser tolerance.',
  'non-finite':
    'The step after this estimate broke down numerically: use mixed precision or a smaller alpha, or give the noise level.',
  'no-exact-fit':
    'No matrix of low rank meets the observations exactly: the data are noisy or too few; leave the noise level to be found, or give it.',
  interrupted: 'The solve was interrupted before it converged.',
};

/** Steps in a row that must be small: a full round of an alternating method, and one more. */
const patience = 3;

/** Stops once the change is small several steps running and the observations are fitted. */
export function whenConverged(tolerances: { readonly change: number; readonly residual: number }): StopRule {
  return (progress) => {
    const recent = progress.slice(-patience);
    const settled = recent.length === patience && recent.every(({ change }) => change <= tolerances.change);
    const fitted = (progress.at(-1)?.residual ?? Infinity) <= tolerances.residual;
    return settled && fitted ? 'converged' : undefined;
  };
}

/** Stops where the change is small several steps running, the smoothing has come to its end, and the observations are not met. */
export function whenUnmet(tolerances: { readonly change: number; readonly residual: number }): StopRule {
  return (progress) => {
    const recent = progress.slice(-patience);
    const settled = recent.length === patience && recent.every(({ change }) => change <= tolerances.change);
    const unmet = (progress.at(-1)?.residual ?? 0) > tolerances.residual;
    return settled && unmet && !moves(recent) ? 'no-exact-fit' : undefined;
  };
}

/** Stops once a dual point proves the objective to be this close, relative to itself, and the observations are fitted. */
export function whenGapCloses(tolerances: { readonly gap: number; readonly residual: number }): StopRule {
  return (progress) => {
    const { gap = Infinity, residual = Infinity } = progress.at(-1) ?? {};
    return gap <= tolerances.gap && residual <= tolerances.residual ? 'converged' : undefined;
  };
}

export function atMostSteps(steps: number): StopRule {
  return (progress) => (progress.length >= steps ? 'max-steps' : undefined);
}

export function withinSeconds(seconds: number): StopRule {
  return (progress) => ((progress.at(-1)?.seconds ?? 0) >= seconds ? 'time-limit' : undefined);
}

/** Steps over which the change must have shrunk. */
const stagnationWindow = 50;
/** A window whose smallest change is at least this share of the one before has not got anywhere. */
const stagnationShare = 0.9;

/** Stops once the smoothing stands still and the smallest change of a window is no better than the window before. */
export function whenStagnated(): StopRule {
  return (progress) => {
    const span = progress.slice(-2 * stagnationWindow);
    if (span.length < 2 * stagnationWindow || moves(span)) return undefined;
    const smallest = (steps: readonly Progress[]): number => Math.min(...steps.map(({ change }) => change));
    const before = smallest(span.slice(0, stagnationWindow));
    return smallest(span.slice(stagnationWindow)) >= stagnationShare * before ? 'stagnated' : undefined;
  };
}

/** Whether the smoothing was still on its way; its floor follows the estimate's size, which may move a little. */
function moves(span: readonly Progress[]): boolean {
  const values = span.map(({ epsilon }) => epsilon);
  return Math.max(...values) > 1.01 * Math.min(...values);
}

/** The first of the rules that says stop. */
export function firstOf(...rules: readonly StopRule[]): StopRule {
  return (progress) => {
    for (const rule of rules) {
      const status = rule(progress);
      if (status !== undefined) return status;
    }
    return undefined;
  };
}
