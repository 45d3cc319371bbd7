import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/io.js';

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  const made = ['generate', '--shape', '24x20', '--rank', '1', '--oversampling', '5', '--out', file('observed.csv')];
  expect((await runCli([...made, '--quiet'])).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

it('compares on the hidden entries of a synthetic problem, in a table, a page and figures', async () => {
  const solvers = ['two-sided', 'lin-rfm@0.25', 'svd-irls', 'nuclear-norm', 'deep-linear@4'];
  const { code, stdout, stderr } = await runCli([
    ...['compare', '--shape', '24x20', '--rank', '1', '--oversampling', '5', '--assume-noise', 'none'],
    ...['--solvers', solvers.join(','), '--max-steps', '60'],
    ...['--report', file('compare.html'), '--metrics', file('compare.json')],
  ]);
  expect(code).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/^solver +held-out RMSE +seconds +steps +rank +residual +status$/u);
  expect(lines.slice(1, 1 + solvers.length).map((line) => line.split(' ')[0])).toEqual(solvers);
  for (const name of solvers) expect(stderr).toContain(`${name}\nstep 1: change`);
  const metrics = JSON.parse(await readFile(file('compare.json'), 'utf8')) as {
    observed: number;
    held_out: number;
    solvers: { name: string; held_out_rmse: number; rank: number; steps: number; seconds: number }[];
  };
  expect(metrics.observed + metrics.held_out).toBe(24 * 20);
  expect(metrics.solvers.map(({ name }) => name)).toEqual(solvers);
  for (const { held_out_rmse: error, steps, seconds } of metrics.solvers) {
    expect(error).toBeLessThan(0.05);
    expect(steps).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
  }
  const page = await readFile(file('compare.html'), 'utf8');
  expect(page).toMatch(/<svg[\s\S]*Error on held-out entries[\s\S]*How the observations were met[\s\S]*<\/svg>/u);
  expect(page.split('<tr>')).toHaveLength(solvers.length + 2);
});

it('holds out a share of a file, says what a decomposition costs, and draws the plots alone', async () => {
  const { code, stdout } = await runCli([
    ...[
      'compare',
      file('observed.csv'),
      '--hold-out',
      '0.2',
      '--solvers',
      'auto,lin-rfm,svd-irls',
      '--max-steps',
      '30',
    ],
    ...['--report', file('compare.svg'), '--metrics', file('held.json')],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^auto \(two-sided\) /mu);
  expect(stdout).toMatch(/^a step of lin-rfm takes [\d.]+ ms, with a full decomposition \(svd-irls\) [\d.]+ ms: /mu);
  expect(JSON.parse(await readFile(file('held.json'), 'utf8'))).toMatchObject({ observed: 172, held_out: 43 });
  expect(await readFile(file('compare.svg'), 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>$/u);
});

it('says which solver could not run, and runs the others', async () => {
  const { code, stdout, stderr } = await runCli([
    ...['compare', file('observed.csv'), '--solvers', 'two-sided,deep-linear@9,lin-rfm@2', '--quiet'],
  ]);
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain('warning: deep-linear@9: depth: expected a whole number from 2 to 6, got 9\n');
  expect(stderr).toContain('warning: lin-rfm@2: alpha: expected a number in (0, 1], got 2\n');
});

it('writes nothing when it is interrupted', async () => {
  const controller = new AbortController();
  controller.abort();
  const argv = ['compare', file('observed.csv'), '--metrics', file('none.json')];
  const { code, stderr } = await runCli(argv, { signal: controller.signal });
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted; nothing was written');
  await expect(readFile(file('none.json'))).rejects.toThrow('ENOENT');
});

it.each([
  [[], 'compare: expected a file, or --shape and --rank, got neither; see lin-rfm compare --help'],
  [['FILE', '--rank', '2'], '--rank: expected a file or a synthetic problem, got both; leave one of them away'],
  [['FILE', '--solvers', 'svd'], '--solvers: expected solvers of auto, '],
  [['FILE', '--solvers', 'auto,auto'], '--solvers: expected every solver once, got auto again'],
  [['FILE', '--solvers', 'nuclear-norm@1'], '--solvers: expected lin-rfm@ALPHA, svd-irls@ALPHA or deep-linear@DEPTH'],
  [['FILE', '--hold-out', '0'], '--hold-out: expected a fraction'],
  [['FILE', '--report', 'page.pdf'], '--report: expected a file ending in .html, .svg, got page.pdf'],
  [['--shape', '9x9', '--rank', '1', '--hold-out', '0.1'], '--hold-out: expected a file with it'],
])('refuses %p', async (words, message) => {
  const { code, stderr } = await runCli([
    'compare',
    ...words.map((word) => (word === 'FILE' ? file('observed.csv') : word)),
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

describe('complete', () => {
  it('takes the options of a network', async () => {
    const { code } = await runCli([
      ...[
        'complete',
        file('observed.csv'),
        '--solver',
        'deep-linear',
        '--noise',
        'none',
        '--depth',
        '4',
        '--width',
        '5',
      ],
      ...[
        '--initial-scale',
        '1e-4',
        '--optimiser',
        'momentum',
        '--learning-rate',
        '0.2',
        '--quiet',
        '--max-steps',
        '3',
      ],
    ]);
    expect(code).toBe(3);
  });

  it.each([
    [['--depth', '3'], '--depth: expected --solver deep-linear with it, got --solver auto; leave --depth away'],
    [['--solver', 'deep-linear', '--depth', '7'], '--depth: expected a whole number from 2 to 6, got 7'],
    [
      ['--solver', 'deep-linear', '--optimiser', 'sgd'],
      '--optimiser: expected one of gradient-descent, momentum, adam',
    ],
  ])('refuses %p', async (words, message) => {
    const { code, stderr } = await runCli(['complete', file('observed.csv'), ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
