/** Parses the command line, runs a command, and turns what it throws into an exit code and one line. */
import * as tf from '@tensorflow/tfjs';
import yargs from 'yargs';
import { backendFailure } from '../../kernels/backends/index.js';
import { InputError } from '../errors.js';
import { version } from '../version.js';
import { backendsCommand } from './backends.js';
import { benchmarkCommand } from './benchmark.js';
import type { Command, Parsed } from './command.js';
import { compareCommand } from './compare.js';
import { completeCommand } from './complete.js';
import { figureCommand } from './figure.js';
import { generateCommand } from './generate.js';
import { exitCode } from './io.js';
import type { Io } from './io.js';
import { regressCommand } from './regress.js';
import { senseCommand } from './sense.js';

/** Adding a command is a file and a line here. */
const commands: readonly Command[] = [
  completeCommand,
  compareCommand,
  regressCommand,
  senseCommand,
  generateCommand,
  figureCommand,
  benchmarkCommand,
  backendsCommand,
];

/**
 * Runs the command line.
 * @param argv Without node and script.
 * @returns The exit code.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  // TensorFlow.js would advertise its native addon on every start.
  tf.env().set('PROD', true);
  try {
    return await runParsed(argv, io);
  } catch (error) {
    const told = error instanceof InputError ? error : backendFailure(error, tf.getBackend());
    if (told !== undefined) {
      io.stderr.write(`${told.message}\n`);
      return exitCode.usage;
    }
    const detail = error instanceof Error ? error : new Error(String(error));
    const trace = process.env['LIN_RFM_DEBUG'] === undefined ? '' : `${detail.stack ?? ''}\n`;
    io.stderr.write(`internal error: ${detail.message}; please report it with the command that you ran\n${trace}`);
    return exitCode.internal;
  }
}

async function runParsed(argv: readonly string[], io: Io): Promise<number> {
  let chosen: { command: Command; parsed: Parsed } | undefined;
  const parser = yargs([...argv])
    .scriptName('lin-rfm')
    .usage('$0 <command> [options]: complete a low-rank matrix from some of its entries')
    .version(version)
    .strict()
    // Messages are recognised below by their English words, and this project speaks English.
    .detectLocale(false)
    // A later value does not silently replace an earlier one: `textOption` refuses both.
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false })
    .demandCommand(1, 1)
    .recommendCommands()
    .wrap(100)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? usageError(message ?? 'a wrong command line', argv);
    });
  for (const command of commands) {
    parser.command(
      command.usage,
      command.describe,
      (builder) => {
        for (const [name, describe] of Object.entries(command.positionals))
          builder.positional(name, { type: 'string', describe });
        for (const [usage, describe] of command.examples) builder.example(usage, describe);
        return builder.options(command.options);
      },
      (parsed) => {
        chosen = { command, parsed };
      },
    );
  }
  let printed = '';
  await parser.parseAsync([...argv], {}, (_error, _parsed, output) => {
    printed = output;
  });
  if (chosen !== undefined) {
    checkFlags(argv, chosen.command);
    return chosen.command.run(chosen.parsed, io);
  }
  io.stdout.write(`${printed}\n`);
  return exitCode.done;
}

/** The parser takes `--quiet=maybe` for no. @throws InputError */
function checkFlags(argv: readonly string[], { options }: Command): void {
  for (const word of argv) {
    const [, name = '', value = ''] = /^--([^=]+)=(.*)$/su.exec(word) ?? [];
    if (options[name]?.type !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new InputError(`--${name}`, 'no value', value, `write --${name} alone`);
  }
}

/** Turns the parser's own words into this project's form. */
function usageError(message: string, argv: readonly string[]): InputError {
  const help = 'see lin-rfm --help';
  const [line = ''] = message.split('\n');
  const meant = /^Did you mean (.*)\?$/u.exec(line)?.[1];
  if (meant !== undefined) {
    return new InputError('command line', 'a known command', argv[0] ?? 'none', `did you mean ${meant}?`);
  }
  const unknown = /^Unknown (argument|command)s?: (.*)$/u.exec(line);
  if (unknown?.[2] !== undefined) {
    // The parser names options without their dashes, and a mistyped command as an argument.
    const names = unknown[2]
      .split(', ')
      .map((name) => [name, `-${name}`].find((word) => argv.includes(word)) ?? `--${name}`);
    return new InputError('command line', 'a known command or option', names.join(', '), help);
  }
  if (/Not enough non-option arguments/u.test(line))
    return new InputError('command line', 'a command and its file', 'too few arguments', help);
  if (/Too many non-option arguments/u.test(line))
    return new InputError('command line', 'one command and one file', 'too many arguments', help);
  return new InputError('command line', 'a command with its options', JSON.stringify(line), help);
}
