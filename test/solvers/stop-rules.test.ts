import {
  atMostSteps,
  constant,
  firstOf,
  followChange,
  geometric,
  statusAdvice,
  whenConverged,
  whenStagnated,
  withinSeconds,
} from '../../src/index.js';
import type { Progress } from '../../src/index.js';

const steps = (...changes: number[]): Progress[] =>
  changes.map((change, k) => ({ step: k + 1, seconds: k + 1, change, residual: 1e-9, epsilon: 0.5 }));

it('converges only after three small changes running, and a fit', () => {
  const rule = whenConverged({ change: 1e-3, residual: 1e-6 });
  expect(rule(steps(1e-4, 1e-4))).toBeUndefined();
  expect(rule(steps(1e-4, 1e-2, 1e-4))).toBeUndefined();
  expect(rule(steps(1e-2, 1e-4, 1e-4, 1e-3))).toBe('converged');
  expect(rule(steps(0, 0, 0).map((progress) => ({ ...progress, residual: 1e-3 })))).toBeUndefined();
});

it('stops at limits', () => {
  expect(atMostSteps(3)(steps(1, 1))).toBeUndefined();
  expect(atMostSteps(3)(steps(1, 1, 1))).toBe('max-steps');
  expect(withinSeconds(2)(steps(1))).toBeUndefined();
  expect(withinSeconds(2)(steps(1, 1))).toBe('time-limit');
});

it('stagnates when the smoothing stands and a window is no better than the one before', () => {
  const flat = Array.from({ length: 100 }, () => 1e-5);
  const falling = flat.map((_, k) => 0.99 ** k);
  expect(whenStagnated()(steps(...flat.slice(1)))).toBeUndefined();
  expect(whenStagnated()(steps(...flat))).toBe('stagnated');
  expect(whenStagnated()(steps(...falling))).toBeUndefined();
  const moving = steps(...flat).map((progress, k) => ({ ...progress, epsilon: 1 / (k + 1) }));
  expect(whenStagnated()(moving)).toBeUndefined();
});

it('takes the first rule that says stop, and has advice for each status', () => {
  const rule = firstOf(atMostSteps(2), withinSeconds(1));
  expect([rule(steps(1)), rule(steps(1, 1))]).toEqual(['time-limit', 'max-steps']);
  for (const advice of Object.values(statusAdvice)) expect(advice).toMatch(/^[A-Z].*\.$/u);
});

it('schedules follow their formulas', () => {
  expect(constant(3)(steps(1), 1)).toBe(3);
  const falling = geometric({ start: 1, decay: 0.5, floor: 0.2 });
  expect([falling([], 1), falling(steps(1), 1), falling(steps(1, 1, 1), 1)]).toEqual([1, 0.5, 0.2]);
  const waiting = followChange({ start: 1, decay: 0.5, ratio: 0.1, relativeFloor: 0.15 });
  expect(waiting([], 2)).toBe(1);
  expect(waiting(steps(0.06), 2)).toBe(0.5);
  expect(waiting(steps(0.04), 2)).toBe(0.3);
  expect(
    waiting(
      steps(0.04).map((progress) => ({ ...progress, epsilon: 0.8 })),
      2,
    ),
  ).toBe(0.4);
});
