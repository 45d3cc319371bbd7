/** `lin-rfm generate`: a synthetic problem with known truth. Completion here, the other kinds in `generate-linear.ts`. */
import { checkWritable, extensionsFor, writeMatrix, writeObservations } from '../data/formats/index.js';
import { parseShape } from '../data/observations.js';
import { generateProblem } from '../data/synthetic.js';
import { InputError } from '../errors.js';
import type { Command, Parsed } from './command.js';
import { exitCode } from './io.js';
import type { Io } from './io.js';
import { generateRegressionFiles, generateSensingFiles } from './generate-linear.js';
import { choiceOption, numberOption, required, textOption, wholeFromZero } from './options.js';
import { placeOf } from './paths.js';
import { fromZero, readSize, readSynthetic, syntheticOptions } from './synthetic.js';

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
    ...syntheticOptions,
    shape: { type: 'string', describe: 'ROWSxCOLUMNS; for regression SAMPLESxFEATURES' },
    nonzeros: { type: 'string', describe: 'regression: weights that are not zero' },
    measurements: { type: 'string', describe: 'sensing: their number [2 per degree of freedom]' },
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
        : await generateCompletionFiles(parsed);
  if (parsed['quiet'] !== true) io.stdout.write(line);
  return exitCode.done;
}

async function generateCompletionFiles(parsed: Parsed): Promise<string> {
  const size = readSize(parsed);
  const out = required(textOption(parsed, 'out'), 'out', 'a file for the observed entries');
  const synthetic = readSynthetic(parsed, size);
  const truthPath = textOption(parsed, 'truth');
  await checkWritable(out, 'writeObservations');
  if (truthPath !== undefined) await checkWritable(truthPath, 'write');
  if (truthPath !== undefined && (await placeOf(truthPath)) === (await placeOf(out)))
    throw new InputError('--truth', 'a file of its own', `${out} again`);
  const { observations, truth } = generateProblem(synthetic);
  await writeObservations(out, observations);
  if (truthPath !== undefined) await writeMatrix(truthPath, truth);
  const { shape, rank, observed } = synthetic;
  return `${shape.join(' x ')}, rank ${rank}, ${observed} observed: ${out}\n`;
}
