import type { Options } from 'yargs';
import type { Io } from './io.js';

/** Parsed options by name; text unless the option says otherwise. */
export type Parsed = Readonly<Record<string, unknown>>;

/** A command: one file in this folder, and a line in the table of `main.ts`. */
export interface Command {
  /** As yargs wants it: name and positional arguments. */
  readonly usage: string;
  readonly describe: string;
  readonly positionals: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [string, string])[];
  /** @returns The exit code. @throws InputError, BackendError. */
  run(parsed: Parsed, io: Io): Promise<number>;
}
