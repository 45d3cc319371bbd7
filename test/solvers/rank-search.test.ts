/** The search for the rank, on made-up sights: what it imposes next, what it believes, and that it ends. */
import { beginSearch, chooseStep, judge } from '../../src/solvers/rank-search.js';
import type { Search, SearchOptions } from '../../src/solvers/rank-search.js';

const options: SearchOptions = {
  rank: undefined,
  maxRank: 8,
  certainRank: 5,
  starts: 1,
  target: 1e-10,
  thorough: true,
};

/** Runs the search against a world that shows singular values and a residual for every rank. */
function play(settings: SearchOptions, values: Float64Array, residual: (rank: number) => number) {
  let search: Search = chooseStep(beginSearch(settings), { values }, settings);
  const imposed: number[] = [];
  for (let step = 1; step < 5000; step += 1) {
    const chosen = chooseStep(search, { values }, settings);
    const judged = judge(chosen, { values, residual: residual(chosen.rank) }, settings);
    if (judged.outcome === 'certified' || judged.outcome === 'exhausted') return { ...judged, step, imposed };
    search = judged.search;
    if (judged.outcome === 'restart') {
      if (search.attempt.kind === 'imposed') imposed.push(search.attempt.rank);
      search = chooseStep(search, { values }, settings);
    }
  }
  throw new Error('the search did not end');
}

const flat = Float64Array.from({ length: 12 }, (_, k) => 1 - 0.01 * k);

it('believes a fit of few degrees of freedom at once', () => {
  const values = Float64Array.of(1, 0.9, 0.8, 1e-9, 1e-10, 1e-11);
  const { outcome, search, imposed } = play(options, values, (rank) => (rank >= 3 ? 1e-12 : 0.5));
  expect([outcome, search.rank, imposed]).toEqual(['certified', 3, []]);
});

it('tries every smaller rank before it believes a fit near the budget', () => {
  const { outcome, imposed } = play(options, flat, (rank) => (rank >= 7 ? 1e-12 : 1 - 0.1 * rank));
  expect(outcome).toBe('certified');
  expect(imposed[0]).toBe(1);
  expect(imposed.at(-1)).toBe(7);
});

it('gives up on data that no rank fits, sooner where the problem is large', () => {
  const small = play(options, flat, () => 0.3);
  const large = play({ ...options, thorough: false }, flat, () => 0.3);
  expect([small.outcome, large.outcome]).toEqual(['exhausted', 'exhausted']);
  expect(large.step).toBeLessThan(small.step);
  expect(large.imposed).toEqual([]);
});

it('does not search where the rank is told', () => {
  const told = { ...options, rank: 4, maxRank: 4, starts: 0 };
  const { outcome, imposed } = play(told, flat, () => 0.3);
  expect([outcome, imposed]).toEqual(['exhausted', []]);
});
