/** `lin-rfm generate`: a synthetic problem with known truth. Completion here, the other kinds in `generate-linear.ts`. */
import { checkWritable, extensionsFor, writeMatrix, writeObservations } from '../data/formats/index.js';
import { parseShape } from '../data/observations.js';
import type { Shape } from '../data/observations.js';
import { degreesOfFreedom, generateProblem } from '../data/synthetic.js';
import { InputError } from '../errors.js';
import type { Command, Parsed } from './command.js';
import { exitCode } from './io.js';
import type { Io } from './io.js';
import { generateRegressionFiles, generateSensingFiles } from './generate-linear.js';
import { choiceOption, numberOption, positive, required, textOption, wholeFromOne, wholeFromZero } from './options.js';
import { placeOf } from './paths.js';

const kinds = ['completion', 'regression', 'sensing'] as const;
/** Options that not every kind has. */
const ofKinds: Readonly<Record<string, readonly string[]>> = {
  rank: ['completion', 'sensing'],
  observed: ['completion'],
  oversampling: ['completion'],
  'condition-number': ['completion'],
  nonzeros: ['regression'],
  measurements: ['sensing'],
  targets: ['regression', 'sensing'],
};

export const generateCommand: Command = {
  usage: 'generate',
  describe: 'make a synthetic problem with known truth',
  positionals: {},
  options: {
    kind: { type: 'string', describe: `${kinds.join(', ')} [completion]` },
    shape: { type: 'string', describe: 'ROWSxCOLUMNS; for regression SAMPLESxFEATURES' },
    rank: { type: 'string', describe: 'rank of the truth' },
    observed: { type: 'string', describe: 'number of observed entries' },
    oversampling: { type: 'string', describe: 'or: observed entries per degree of freedom [3]' },
    'condition-number': { type: 'string', describe: 'singular values fall geometrically by this factor [as drawn]' },
    nonzeros: { type: 'string', describe: 'regression: weights that are not zero' },
    measurements: { type: 'string', describe: 'sensing: their number [2 per degree of freedom]' },
    noise: { type: 'string', describe: 'standard deviation; what is observed has root mean square 1 [0]' },
    seed: { type: 'string', describe: '[0]' },
    out: {
      type: 'string',
      describe: `the observed entries (${extensionsFor('writeObservations').join(', ')}), features or measurements`,
    },
    targets: { type: 'string', describe: 'regression and sensing: CSV' },
    truth: {
      type: 'string',
      describe: `the whole matrix: ${extensionsFor('write').join(', ')}; for regression CSV feature,weight`,
    },
    quiet: { type: 'boolean', default: false, describe: 'print nothing' },
  },
  examples: [
    [
      '$0 generate --shape 100x100 --rank 5 --oversampling 3 --out observed.csv --truth truth.npy',
      'the problem of the paper',
    ],
  ],
  run,
};

const fromOne = { expected: 'a number of at least 1', accepts: (value: number) => value >= 1 };
const fromZero = { expected: 'a number of at least 0', accepts: (value: number) => value >= 0 };

async function run(parsed: Parsed, io: Io): Promise<number> {
  const kind = choiceOption(parsed, 'kind', kinds) ?? 'completion';
  for (const [option, able] of Object.entries(ofKinds)) {
    if (parsed[option] === undefined || able.includes(kind)) continue;
    throw new InputError(`--${option}`, `--kind ${able.join(' or ')} with it`, `--kind ${kind}`, 'leave it out');
  }
  const shape = parseShape(required(textOption(parsed, 'shape'), 'shape', 'ROWSxCOLUMNS'), '--shape');
  const noise = numberOption(parsed, 'noise', fromZero) ?? 0;
  const seed = numberOption(parsed, 'seed', wholeFromZero) ?? 0;
  const asked = { shape, noise, seed };
  const line =
    kind === 'regression'
      ? await generateRegressionFiles(parsed, asked)
      : kind === 'sensing'
        ? await generateSensingFiles(parsed, asked)
        : await generateCompletionFiles(parsed, asked);
  if (parsed['quiet'] !== true) io.stdout.write(line);
  return exitCode.done;
}

async function generateCompletionFiles(
  parsed: Parsed,
  { shape, noise, seed }: { readonly shape: Shape; readonly noise: number; readonly seed: number },
): Promise<string> {
  const rank = required(numberOption(parsed, 'rank', wholeFromOne), 'rank', 'a whole number of at least 1');
  const most = Math.min(...shape);
  // Before the count of observations is derived from it.
  if (rank > most)
    throw new InputError('--rank', `a whole number from 1 to ${most}`, `${rank}`, 'the shape allows no more');
  const out = required(textOption(parsed, 'out'), 'out', 'a file for the observed entries');
  const truthPath = textOption(parsed, 'truth');
  const observed = observedCount(parsed, degreesOfFreedom(shape, rank), shape[0] * shape[1]);
  await checkWritable(out, 'writeObservations');
  if (truthPath !== undefined) await checkWritable(truthPath, 'write');
  if (truthPath !== undefined && (await placeOf(truthPath)) === (await placeOf(out)))
    throw new InputError('--truth', 'a file of its own', `${out} again`);
  const conditionNumber = numberOption(parsed, 'condition-number', fromOne);
  const { observations, truth } = generateProblem({
    shape,
    rank,
    observed,
    noise,
    seed,
    ...(conditionNumber !== undefined && { conditionNumber }),
  });
  await writeObservations(out, observations);
  if (truthPath !== undefined) await writeMatrix(truthPath, truth);
  return `${shape.join(' x ')}, rank ${rank}, ${observed} observed: ${out}\n`;
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
