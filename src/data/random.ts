/** Seeded random numbers: the same seed gives the same problem on every machine. */
import seedrandom from 'seedrandom';

export interface Random {
  /** In [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** In 0 … bound − 1; bound at most 2^53. */
  below(bound: number): number;
}

export function createRandom(seed: number): Random {
  // Not the bare number: ARC4 takes a repeated key for the same, 22 for 2.
  const generator = seedrandom(`lin-rfm ${seed}`);
  const uniform = (): number => generator.double();
  // Box–Muller; 1 − u keeps the logarithm finite.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, below: (bound) => Math.floor(uniform() * bound) };
}

/** More than a Set can hold. */
const largestSet = 2 ** 24;

/** `count` distinct numbers in 0 … bound − 1, ascending, every subset equally likely (Floyd's algorithm). */
export function sampleWithout(random: Random, count: number, bound: number, most = largestSet): Float64Array {
  if (count > most) return sampleBySorting(random, count, bound);
  const chosen = new Set<number>();
  for (let top = bound - count; top < bound; top += 1) {
    const pick = random.below(top + 1);
    chosen.add(chosen.has(pick) ? top : pick);
  }
  return Float64Array.from(chosen).sort();
}

/** The same for any count: the first `count` distinct numbers of a sequence of draws. */
function sampleBySorting(random: Random, count: number, bound: number): Float64Array {
  const drawn = new Float64Array(count);
  let distinct = 0;
  while (distinct < count) {
    for (let k = distinct; k < count; k += 1) drawn[k] = random.below(bound);
    drawn.sort();
    distinct = 1;
    for (let k = 1; k < count; k += 1) {
      if (drawn[k] === drawn[distinct - 1]) continue;
      drawn[distinct] = drawn[k] as number;
      distinct += 1;
    }
  }
  return drawn;
}

/** 0 … count − 1 in random order (Fisher–Yates). */
export function shuffled(random: Random, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k -= 1) {
    const other = random.below(k + 1);
    [order[k], order[other]] = [order[other] ?? 0, order[k] ?? 0];
  }
  return order;
}
