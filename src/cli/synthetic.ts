/** What a synthetic matrix to be completed is made of, for the commands that make one. */
import type { Options } from 'yargs';
import { parseShape } from '../data/observations.js';
import { degreesOfFreedom } from '../data/synthetic.js';
import type { SyntheticOptions } from '../data/synthetic.js';
import { InputError } from '../errors.js';
import type { Parsed } from './command.js';
import { numberOption, positive, required, textOption, wholeFromOne, wholeFromZero } from './options.js';

export const syntheticOptions: Readonly<Record<string, Options>> = {
  shape: { type: 'string', describe: 'ROWSxCOLUMNS' },
  rank: { type: 'string', describe: 'rank of the truth' },
  observed: { type: 'string', describe: 'number of observed entries' },
  oversampling: { type: 'string', describe: 'or: observed entries per degree of freedom [3]' },
  'condition-number': { type: 'string', describe: 'singular values fall geometrically by this factor [as drawn]' },
  noise: { type: 'string', describe: 'standard deviation; what is observed has root mean square 1 [0]' },
  seed: { type: 'string', describe: '[0]' },
};

const fromOne = { expected: 'a number of at least 1', accepts: (value: number) => value >= 1 };
export const fromZero = { expected: 'a number of at least 0', accepts: (value: number) => value >= 0 };

/** @throws InputError for options that are missing or out of range. */
export function readSize(parsed: Parsed): Pick<SyntheticOptions, 'shape' | 'rank'> {
  const shape = parseShape(required(textOption(parsed, 'shape'), 'shape', 'ROWSxCOLUMNS'), '--shape');
  const rank = required(numberOption(parsed, 'rank', wholeFromOne), 'rank', 'a whole number of at least 1');
  const most = Math.min(...shape);
  // Before the count of observations is derived from it.
  if (rank > most)
    throw new InputError('--rank', `a whole number from 1 to ${most}`, `${rank}`, 'the shape allows no more');
  return { shape, rank };
}

/** @throws InputError for options that are missing or out of range. */
export function readSynthetic(parsed: Parsed, { shape, rank } = readSize(parsed)): SyntheticOptions {
  const observed = observedCount(parsed, degreesOfFreedom(shape, rank), shape[0] * shape[1]);
  const conditionNumber = numberOption(parsed, 'condition-number', fromOne);
  const noise = numberOption(parsed, 'noise', fromZero) ?? 0;
  const seed = numberOption(parsed, 'seed', wholeFromZero) ?? 0;
  return { shape, rank, observed, noise, seed, ...(conditionNumber !== undefined && { conditionNumber }) };
}

function observedCount(parsed: Parsed, freedom: number, entries: number): number {
  const observed = numberOption(parsed, 'observed', wholeFromOne);
  const oversampling = numberOption(parsed, 'oversampling', positive);
  if (observed !== undefined && oversampling !== undefined) {
    throw new InputError('--observed', 'a count or --oversampling', 'both', 'give one of them');
  }
  const count = observed ?? Math.round((oversampling ?? 3) * freedom);
  if (count >= 1 && count <= entries) return count;
  const option = observed === undefined ? '--oversampling' : '--observed';
  throw new InputError(option, `1 to ${entries} observed entries`, `${count}`, 'the matrix has no more');
}
