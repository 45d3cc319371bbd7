/** `lin-rfm figure`: the figures of the paper and two of this project, as SVG, PNG and CSV. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { backendNames, useBackend, useThreads } from '../../kernels/backends/index.js';
import { checkWritable } from '../data/formats/index.js';
import { InputError } from '../errors.js';
import { writeFigure } from '../figures/draw.js';
import { FigureInterrupted } from '../figures/figure.js';
import type { Figure, FigureSettings } from '../figures/figure.js';
import { figures } from '../figures/table.js';
import type { Command, Parsed } from './command.js';
import { exitCode } from './io.js';
import type { Io } from './io.js';
import { choiceOption, numberOption, textOption, wholeFromOne } from './options.js';

const names = figures.map(({ name }) => name);
const all = 'all';

export const figureCommand: Command = {
  usage: 'figure <name>',
  describe: 'draw a figure of the paper: SVG, PNG, and its numbers as CSV',
  positionals: { name: `${figures.map(({ name, describe }) => `${name} (${describe})`).join('; ')}; or ${all}` },
  options: {
    out: { type: 'string', describe: 'folder, made where missing [output/figures]' },
    quick: { type: 'boolean', default: false, describe: 'smaller problems, fewer draws: seconds instead of minutes' },
    draws: { type: 'string', describe: 'random problems a point [the figure’s own]' },
    sizes: { type: 'string', describe: 'what the horizontal axis runs over, as 20,40,80 [the figure’s own]' },
    backend: { type: 'string', describe: `${backendNames.join(', ')} [auto; for speed every one that works]` },
    threads: { type: 'string', describe: 'of the CPU [all cores]' },
    quiet: { type: 'boolean', default: false, describe: 'no progress, no list of files' },
  },
  examples: [['$0 figure 2 --quick --out figures', 'sparse regression, coarsely']],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const name = choiceOption(parsed, 'name', [...names, all]);
  const chosen = figures.filter((figure) => name === all || figure.name === name);
  const out = textOption(parsed, 'out') ?? join('output', 'figures');
  const draws = numberOption(parsed, 'draws', wholeFromOne);
  const sizes = readSizes(parsed, chosen);
  if (draws !== undefined && !chosen.some(({ isRandom }) => isRandom))
    throw new InputError('--draws', 'a figure with random draws', `figure ${name}`, 'leave it out');
  const quiet = parsed['quiet'] === true;
  await makeFolder(out);
  const backend = choiceOption(parsed, 'backend', backendNames) ?? 'auto';
  await useBackend(backend);
  await useThreads(numberOption(parsed, 'threads', wholeFromOne));
  const settings: FigureSettings = {
    quick: parsed['quick'] === true,
    ...(draws !== undefined && { draws }),
    ...(backend !== 'auto' && { backend }),
    ...(sizes !== undefined && { sizes }),
    ...(io.signal && { signal: io.signal }),
  };
  for (const figure of chosen) {
    try {
      const rows = await figure.measure({ ...settings, ...(!quiet && { onPoint: showPoints(io, figure) }) });
      const paths = await writeFigure(figure, rows, join(out, stemOf(figure)));
      if (!quiet) for (const path of paths) io.stdout.write(`written  ${path}\n`);
    } catch (error) {
      if (!(error instanceof FigureInterrupted)) throw error;
      io.stderr.write(`interrupted; figure ${figure.name} was not written\n`);
      return exitCode.interrupted;
    }
  }
  return exitCode.done;
}

/** `figure-2`, and `transition` for what has a name. */
function stemOf({ name }: Figure): string {
  return /^\d+$/u.test(name) ? `figure-${name}` : name;
}

/** @throws InputError for what is not a list of positive numbers, or where the figure has no sizes. */
function readSizes(parsed: Parsed, chosen: readonly Figure[]): number[] | undefined {
  const text = textOption(parsed, 'sizes');
  if (text === undefined) return undefined;
  const [figure, ...others] = chosen;
  if (figure === undefined || others.length > 0 || figure.sizes === undefined)
    throw new InputError(
      '--sizes',
      'one figure that has sizes',
      `figure ${chosen.length > 1 ? all : figure?.name}`,
      'leave it out',
    );
  const sizes = text.split(',').map((part) => numberOption({ sizes: part }, 'sizes', figureSize) ?? NaN);
  const whole = figure.name === 'transition' || sizes.every(Number.isInteger);
  if (!whole) throw new InputError('--sizes', `whole ${figure.sizes}`, text);
  return [...sizes].sort((a, b) => a - b);
}

const figureSize = { expected: 'positive numbers with commas between them', accepts: (value: number) => value > 0 };

async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    throw new InputError('--out', 'a folder that can be made', `${out} (${code})`, 'choose another place');
  }
  await checkWritable(join(out, 'figure.csv'), 'text');
}

const secondsBetweenLines = 2;

/** A line every few seconds: how far it is, and what is being measured. */
function showPoints(io: Io, { name }: Figure): NonNullable<FigureSettings['onPoint']> {
  let shown = -Infinity;
  return (done, count, label) => {
    const now = performance.now() / 1000;
    if (done < count && now - shown < secondsBetweenLines) return;
    shown = now;
    io.stderr.write(`figure ${name}: ${done} of ${count}: ${label}\n`);
  };
}
