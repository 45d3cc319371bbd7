import { createRandom, sampleWithout } from '../../src/data/random.js';

// 0: sorts from the first number on; a bound of 2^24 otherwise.
it.each([
  [1, 1],
  [30, 30],
  [30, 1000],
  [500, 510],
])('%i distinct ascending numbers below %i, by sorting as by a set', (count, bound) => {
  for (const most of [0, undefined]) {
    const sample = [...sampleWithout(createRandom(1), count, bound, most)];
    expect(sample).toHaveLength(count);
    expect(new Set(sample).size).toBe(count);
    expect(sample).toEqual([...sample].sort((a, b) => a - b));
    expect(sample.every((value) => Number.isInteger(value) && value >= 0 && value < bound)).toBe(true);
  }
});

it('every subset is equally likely, by sorting too', () => {
  const random = createRandom(2);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw += 1) {
    const key = sampleWithout(random, 2, 4, 0).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Six standard deviations about 1000.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(175);
});
