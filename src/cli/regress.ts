/** `lin-rfm regress`: sparse linear regression. */
import { extensionsFor } from '../data/formats/index.js';
import { readDense, readVector, writeWeights } from '../data/formats/dense.js';
import { InputError } from '../errors.js';
import { regress, regressionSolverNames } from '../regress.js';
import type { Command, Parsed } from './command.js';
import type { Io } from './io.js';
import { choiceOption, numberOption, required, textOption } from './options.js';
import { reading } from './paths.js';
import { checkOutputFiles, readRunOptions, runOptions, runSolve } from './run.js';

const depthRule = {
  expected: 'a whole number of at least 2',
  accepts: (value: number) => Number.isSafeInteger(value) && value >= 2,
};

export const regressCommand: Command = {
  usage: 'regress <matrix> <targets>',
  describe: 'find sparse weights: targets = matrix * weights',
  positionals: {
    matrix: `one row a sample, one column a feature: ${extensionsFor('read').join(', ')}; triplets are zero elsewhere`,
    targets: 'one number a sample, in the same formats',
  },
  options: {
    ...runOptions,
    solver: { type: 'string', describe: `${regressionSolverNames.join(', ')} [lin-rfm]` },
    depth: { type: 'string', describe: 'layers of deep-diagonal [2]' },
    out: { type: 'string', describe: 'CSV feature,weight' },
  },
  examples: [
    ['$0 regress features.csv targets.csv --out weights.csv', 'exact or noisy, found out'],
    ['$0 regress features.npy targets.npy --solver basis-pursuit --noise none', 'the smallest sum of absolute weights'],
  ],
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const input = required(textOption(parsed, 'matrix'), 'matrix', 'a file');
  const targetsPath = required(textOption(parsed, 'targets'), 'targets', 'a file');
  const out = textOption(parsed, 'out');
  const solver = choiceOption(parsed, 'solver', regressionSolverNames) ?? 'lin-rfm';
  const depth = numberOption(parsed, 'depth', depthRule);
  if (depth !== undefined && solver !== 'deep-diagonal')
    throw new InputError('--depth', '--solver deep-diagonal with it', `--solver ${solver}`, 'leave --depth out');
  if (parsed['alpha'] !== undefined && solver !== 'lin-rfm')
    throw new InputError('--alpha', '--solver lin-rfm with it', `--solver ${solver}`, 'leave --alpha out');
  const options = { ...readRunOptions(parsed), solver, ...(depth !== undefined && { depth }) };
  await checkOutputFiles([input, targetsPath], {
    out: { path: out, use: 'text' },
    metrics: { path: textOption(parsed, 'metrics'), use: 'text' },
  });
  const readBegan = performance.now();
  const matrix = await reading(input, () => readDense(input));
  const targets = await reading(targetsPath, () => readVector(targetsPath));
  const [samples, features] = matrix.shape;
  if (targets.length !== samples)
    throw new InputError(targetsPath, `${samples} numbers, one for each row of ${input}`, `${targets.length}`);
  return runSolve({
    ...{ parsed, io, shape: matrix.shape, secondsToRead: (performance.now() - readBegan) / 1000 },
    solve: (more) => regress(matrix, targets, { ...options, ...more }),
    write: async ({ weights }) => {
      if (out !== undefined) await writeWeights(out, weights, matrix.columnLabels);
    },
    describe: (result) => ({
      rows: [
        ['problem', `${samples} samples, ${features} features`],
        ['solver', solver],
        ['nonzero weights', `${result.nonzeros}`],
      ],
      metrics: { nonzeros: result.nonzeros },
    }),
  });
}
