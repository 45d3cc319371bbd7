/** `lin-rfm generate --kind regression|sensing`. */
import { checkWritable, writeMatrix } from '../data/formats/index.js';
import { writeWeights } from '../data/formats/dense.js';
import { measurementExtensions, writeMeasurements } from '../data/formats/measurements.js';
import { writeText } from '../data/formats/atomic.js';
import { degreesOfFreedom } from '../data/synthetic.js';
import { generateRegression, generateSensing } from '../data/synthetic-linear.js';
import type { Shape } from '../data/observations.js';
import { InputError } from '../errors.js';
import type { Parsed } from './command.js';
import { numberOption, required, textOption, wholeFromOne } from './options.js';
import { checkOutputFiles } from './run.js';

interface Asked {
  readonly shape: Shape;
  readonly noise: number;
  readonly seed: number;
}

/** Writes features, targets and true weights. @returns One line that says what. */
export async function generateRegressionFiles(parsed: Parsed, { shape, noise, seed }: Asked): Promise<string> {
  const [samples, features] = shape;
  const nonzeros = required(numberOption(parsed, 'nonzeros', wholeFromOne), 'nonzeros', 'a whole number of at least 1');
  if (nonzeros > features) throw new InputError('--nonzeros', `a whole number from 1 to ${features}`, `${nonzeros}`);
  const { out, targetsPath, truth } = await outputs(parsed, 'text');
  await checkWritable(out, 'write');
  const { matrix, targets, weights } = generateRegression({ samples, features, nonzeros, noise, seed });
  const rows = (start: number, stop: number) => matrix.values.subarray(start * features, stop * features);
  // Named columns: three of whole numbers would be taken for triplets.
  const columnLabels = Array.from({ length: features }, (_, k) => `feature${k}`);
  await writeMatrix(out, { shape, rows }, { columnLabels });
  await writeText(targetsPath, `target\n${targets.join('\n')}\n`);
  if (truth !== undefined) await writeWeights(truth, weights, columnLabels);
  return `${samples} samples, ${features} features, ${nonzeros} of them used: ${out}, ${targetsPath}\n`;
}

/** Writes measurement matrices, targets and the true matrix. @returns One line that says what. */
export async function generateSensingFiles(parsed: Parsed, { shape, noise, seed }: Asked): Promise<string> {
  const rank = required(numberOption(parsed, 'rank', wholeFromOne), 'rank', 'a whole number of at least 1');
  const most = Math.min(...shape);
  if (rank > most)
    throw new InputError('--rank', `a whole number from 1 to ${most}`, `${rank}`, 'the shape allows no more');
  const asked = numberOption(parsed, 'measurements', wholeFromOne);
  const count = asked ?? Math.min(shape[0] * shape[1], 2 * degreesOfFreedom(shape, rank));
  const { out, targetsPath, truth: truthPath } = await outputs(parsed, 'write');
  if (!/\.csv$/iu.test(out)) throw new InputError('--out', `a file ending in ${measurementExtensions[0]}`, out);
  const { measurements, truth } = generateSensing({ shape, rank, measurements: count, noise, seed });
  await writeMeasurements(out, targetsPath, measurements);
  if (truthPath !== undefined) await writeMatrix(truthPath, truth);
  return `${shape.join(' x ')}, rank ${rank}, ${count} measurements: ${out}, ${targetsPath}\n`;
}

async function outputs(parsed: Parsed, truthUse: 'write' | 'text') {
  const out = required(textOption(parsed, 'out'), 'out', 'a file');
  const targetsPath = required(textOption(parsed, 'targets'), 'targets', 'a file for the targets');
  if (!/\.csv$/iu.test(targetsPath)) throw new InputError('--targets', 'a file ending in .csv', targetsPath);
  const truth = textOption(parsed, 'truth');
  await checkOutputFiles([], {
    out: { path: out, use: 'text' },
    targets: { path: targetsPath, use: 'text' },
    truth: { path: truth, use: truthUse },
  });
  return { out, targetsPath, truth };
}
