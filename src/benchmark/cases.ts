/** The problems of `lin-rfm benchmark`: P1 to P6, on which published completers were compared, or a size of one's own. */
import { degreesOfFreedom } from '../data/synthetic.js';
import type { SyntheticOptions } from '../data/synthetic.js';
import { parseShape } from '../data/observations.js';
import { InputError } from '../errors.js';

export interface BenchmarkCase {
  readonly name: string;
  readonly problem: SyntheticOptions;
}

interface Square {
  readonly size: number;
  readonly rank: number;
  /** Observations per degree of freedom. */
  readonly ratio: number;
  readonly conditionNumber?: number;
}

const squares: Readonly<Record<string, Square>> = {
  P1: { size: 500, rank: 5, ratio: 2 },
  P2: { size: 1000, rank: 5, ratio: 3 },
  P3: { size: 2000, rank: 10, ratio: 3 },
  P4: { size: 1000, rank: 10, ratio: 1.5 },
  P5: { size: 1000, rank: 10, ratio: 2.5, conditionNumber: 1e6 },
  P6: { size: 5000, rank: 10, ratio: 4 },
};

export const caseNames: readonly string[] = Object.keys(squares);
/** Those that take seconds. */
export const quickCases = 'P1,P2,P4';

const expected = `names of ${caseNames.join(', ')}, or ROWSxCOLUMNS:RANK:RATIO with RATIO observations per degree of freedom`;

/**
 * Reads `P1,P4`, `all`, or sizes such as `5000x4000:10:4`.
 * @throws InputError for anything else, and for a size that has not so many entries.
 */
export function parseCases(text: string, seed: number, place: string): BenchmarkCase[] {
  const words = text === 'all' ? caseNames : text.split(',').map((word) => word.trim());
  const twice = words.find((word, k) => words.indexOf(word) < k);
  if (twice !== undefined) throw new InputError(place, 'every case once', `${twice} again`);
  return words.map((word) => {
    const known = squares[word];
    if (known === undefined) return parseSize(word, seed, place);
    const { size, rank, ratio, conditionNumber } = known;
    return caseOf(word, [size, size], rank, ratio, {
      seed,
      ...(conditionNumber !== undefined && { conditionNumber }),
    });
  });
}

function parseSize(word: string, seed: number, place: string): BenchmarkCase {
  const [shapeText = '', rankText = '', ratioText = '', ...rest] = word.split(':');
  const [rank, ratio] = [Number(rankText), Number(ratioText)];
  const isWhole = Number.isSafeInteger(rank) && rank >= 1;
  if (!isWhole || !(ratio > 0 && Number.isFinite(ratio)) || rest.length > 0) {
    throw new InputError(place, expected, word || 'nothing');
  }
  const shape = parseShape(shapeText, place);
  const made = caseOf(word, shape, rank, ratio, { seed });
  const [most, entries] = [Math.min(...shape), shape[0] * shape[1]];
  if (rank > most) throw new InputError(place, `a rank of at most ${most}`, word);
  if (made.problem.observed > entries) {
    throw new InputError(place, `at most ${entries} observed entries`, `${made.problem.observed}`, 'lower the ratio');
  }
  return made;
}

function caseOf(
  name: string,
  shape: readonly [number, number],
  rank: number,
  ratio: number,
  more: Pick<SyntheticOptions, 'seed' | 'conditionNumber'>,
): BenchmarkCase {
  return { name, problem: { shape, rank, observed: Math.round(ratio * degreesOfFreedom(shape, rank)), ...more } };
}
