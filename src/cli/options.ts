/** Reading option values: every mistake is one line `--option: expected, got; remedy`. */
import { InputError } from '../errors.js';
import type { Parsed } from './command.js';

/** The text of an option, undefined where it was not given. */
export function textOption(parsed: Parsed, name: string): string | undefined {
  const value = parsed[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new InputError(`--${name}`, 'one value', Array.isArray(value) ? `${value.length} values` : 'none');
}

export interface NumberRule {
  /** In words: `a number in (0, 1]`. */
  readonly expected: string;
  readonly accepts: (value: number) => boolean;
}

export const positive: NumberRule = { expected: 'a positive number', accepts: (value) => value > 0 };
export const wholeFromOne: NumberRule = {
  expected: 'a whole number of at least 1',
  accepts: (value) => Number.isSafeInteger(value) && value >= 1,
};
export const wholeFromZero: NumberRule = {
  expected: 'a whole number of at least 0',
  accepts: (value) => Number.isSafeInteger(value) && value >= 0,
};

export const alphaRule: NumberRule = {
  expected: 'a number in (0, 1]',
  accepts: (value: number) => value > 0 && value <= 1,
};
export const fractionRule: NumberRule = {
  expected: 'a fraction of at least 0 and below 1',
  accepts: (value: number) => value >= 0 && value < 1,
};
export const toleranceRule: NumberRule = {
  expected: 'a number in (0, 1)',
  accepts: (value) => value > 0 && value < 1,
};

/** Not the hexadecimal, binary and blank texts that `Number` takes. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu;

export function numberOption(parsed: Parsed, name: string, rule: NumberRule): number | undefined {
  const text = textOption(parsed, name);
  if (text === undefined) return undefined;
  const value = decimal.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value) && rule.accepts(value)) return value;
  throw new InputError(`--${name}`, rule.expected, text);
}

export function choiceOption<Choice extends string>(
  parsed: Parsed,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textOption(parsed, name);
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new InputError(`--${name}`, `one of ${choices.join(', ')}`, text);
}

/** @throws InputError where a required option was not given. */
export function required<T>(value: T | undefined, name: string, expected: string): T {
  if (value !== undefined) return value;
  throw new InputError(`--${name}`, expected, 'nothing');
}

/** 0 where the data are exact, undefined where the level is to be found. */
export function readNoise(parsed: Parsed, name = 'noise'): number | undefined {
  if (parsed[name] === 'none') return 0;
  if (parsed[name] === 'auto') return undefined;
  const rule = { expected: 'auto, none or a positive number', accepts: (value: number) => value > 0 };
  return numberOption(parsed, name, rule);
}
