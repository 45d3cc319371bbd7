/** `lin-rfm sense`: a low-rank matrix from linear measurements of it. */
import { extensionsFor, writeMatrix } from '../data/formats/index.js';
import { measurementExtensions, readMeasurements } from '../data/formats/measurements.js';
import { parseShape } from '../data/observations.js';
import { sense } from '../sense.js';
import type { Command, Parsed } from './command.js';
import type { Io } from './io.js';
import { required, textOption } from './options.js';
import { reading } from './paths.js';
import { checkOutputFiles, readRunOptions, runOptions, runSolve } from './run.js';

export const senseCommand: Command = {
  usage: 'sense <measurements> <targets>',
  describe: 'find a low-rank matrix from linear measurements of it',
  positionals: {
    measurements: `CSV measurement,row,column,coefficient, or .npy [measurements, rows, columns]: ${measurementExtensions.join(', ')}`,
    targets: `what was measured, one number each: ${extensionsFor('read').join(', ')}`,
  },
  options: {
    shape: { type: 'string', describe: 'ROWSxCOLUMNS [from the file]' },
    ...runOptions,
    out: { type: 'string', describe: `the matrix: ${extensionsFor('write').join(', ')}` },
  },
  examples: [['$0 sense measurements.csv targets.csv --shape 30x20 --out matrix.npy', 'exact or noisy, found out']],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const input = required(textOption(parsed, 'measurements'), 'measurements', 'a file');
  const targetsPath = required(textOption(parsed, 'targets'), 'targets', 'a file');
  const shapeText = textOption(parsed, 'shape');
  const shape = shapeText === undefined ? undefined : parseShape(shapeText, '--shape');
  const out = textOption(parsed, 'out');
  const options = readRunOptions(parsed);
  await checkOutputFiles([input, targetsPath], {
    out: { path: out, use: 'write' },
    metrics: { path: textOption(parsed, 'metrics'), use: 'text' },
  });
  const readBegan = performance.now();
  const measurements = await reading(input, () => readMeasurements(input, targetsPath, { shape }));
  return runSolve({
    ...{ parsed, io, shape: measurements.shape, secondsToRead: (performance.now() - readBegan) / 1000 },
    solve: (more) => sense(measurements, { ...options, ...more }),
    write: async ({ completion }) => {
      if (out !== undefined) await writeMatrix(out, completion);
    },
    describe: ({ rank, singularValues }) => ({
      rows: [
        ['matrix', `${measurements.shape.join(' x ')}, ${measurements.targets.length} measurements`],
        ['solver', `lin-rfm, alpha ${options.alpha ?? 0.5}`],
        ['rank', singularValues.length === 0 ? 'not computed for a matrix of this size' : `${rank}`],
      ],
      metrics: { measurements: measurements.targets.length, rank: singularValues.length === 0 ? null : rank },
    }),
  });
}
