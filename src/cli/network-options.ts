/** Options of `--solver deep-linear`. */
import type { Options } from 'yargs';
import type { CompleteOptions } from '../complete.js';
import { InputError } from '../errors.js';
import { optimisers } from '../solvers/optimisers.js';
import type { Parsed } from './command.js';
import { choiceOption, numberOption, positive, wholeFromOne } from './options.js';

const names = Object.keys(optimisers);

export const networkOptions: Readonly<Record<string, Options>> = {
  depth: { type: 'string', describe: 'deep-linear: layers, 2 to 6 [3]' },
  width: { type: 'string', describe: 'deep-linear: size of its hidden layers [the short side, at most 100]' },
  'initial-scale': { type: 'string', describe: 'deep-linear: size of the start relative to the matrix [by depth]' },
  optimiser: { type: 'string', describe: `deep-linear: ${names.join(', ')} [momentum]` },
  'learning-rate': { type: 'string', describe: 'deep-linear: relative to the data [by optimiser]' },
};

/**
 * Undefined where none is given.
 * @throws InputError for a wrong value, or any with another solver.
 */
export function readNetwork(parsed: Parsed, solver: string): CompleteOptions['network'] {
  const given = Object.keys(networkOptions).find((name) => parsed[name] !== undefined);
  if (given === undefined) return undefined;
  if (solver !== 'deep-linear')
    throw new InputError(`--${given}`, '--solver deep-linear with it', `--solver ${solver}`, `leave --${given} away`);
  const depthRule = {
    expected: 'a whole number from 2 to 6',
    accepts: (value: number) => Number.isInteger(value) && value >= 2 && value <= 6,
  };
  const depth = numberOption(parsed, 'depth', depthRule);
  const width = numberOption(parsed, 'width', wholeFromOne);
  const initialScale = numberOption(parsed, 'initial-scale', positive);
  const optimiser = choiceOption(parsed, 'optimiser', names);
  const learningRate = numberOption(parsed, 'learning-rate', positive);
  return {
    ...(depth !== undefined && { depth }),
    ...(width !== undefined && { width }),
    ...(initialScale !== undefined && { initialScale }),
    ...(optimiser !== undefined && { optimiser }),
    ...(learningRate !== undefined && { learningRate }),
  };
}
