/** What a careless command line gets wrong: other names of one file, odd numbers and flags, unreadable input. */
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../src/index.js';
import { reading } from '../../src/cli/paths.js';
import { showProgress } from '../../src/cli/progress.js';
import { runCli } from '../support/io.js';

const observed = 'row,column,value\n0,0,1\n0,1,2\n1,0,2\n';
let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  await mkdir(file('real'));
  await writeFile(file('real/in.csv'), observed);
  await symlink(file('real'), file('link'));
  await symlink(file('real/in.csv'), file('alias.csv'));
});
afterAll(() => rm(folder, { recursive: true }));

const own = 'a file of its own';
const command = 'command line: expected';
/** @ stands for the folder. */
const wrong: [string, string][] = [
  [
    'complete @/real/in.csv --out @/link/in.csv',
    `--out: expected ${own}, got @/link/in.csv, which is an input; choose another name`,
  ],
  [
    'complete @/alias.csv --out @/real/in.csv',
    `--out: expected ${own}, got @/real/in.csv, which is an input; choose another name`,
  ],
  [
    'complete @/real/in.csv --metrics @/real/m.html --report @/link/m.html',
    `--report: expected ${own}, got @/link/m.html, which is that of --metrics; choose another name`,
  ],
  [
    'generate --shape 9x9 --rank 2 --observed 40 --out @/real/g.csv --truth @/link/g.csv',
    `--truth: expected ${own}, got @/real/g.csv again`,
  ],
  [
    'generate --shape 9x9 --rank 10 --out @/g.csv',
    '--rank: expected a whole number from 1 to 9, got 10; the shape allows no more',
  ],
  ['complete @/real/in.csv --quiet=maybe', '--quiet: expected no value, got maybe; write --quiet alone'],
  ['complete @/real/in.csv -x', `${command} a known command or option, got -x; see lin-rfm --help`],
  ['compelte @/real/in.csv', `${command} a known command, got compelte; did you mean complete?`],
  ['complete @/real/in.csv --max-steps 0x10', '--max-steps: expected a whole number of at least 1, got 0x10'],
  ['complete @/real/in.csv --seed 1e20', '--seed: expected a whole number of at least 0, got 1e20'],
  ['complete @/real/in.csv --alpha NaN', '--alpha: expected a number in (0, 1], got NaN'],
  ['complete @/real/in.csv --tolerance 1e-400', '--tolerance: expected a number in (0, 1), got 1e-400'],
];

it.each(wrong)('lin-rfm %s', async (line, message) => {
  const { code, stdout, stderr } = await runCli(line.replaceAll('@', folder).split(' '));
  expect({ code, stdout, stderr: stderr.replaceAll(folder, '@') }).toEqual({
    code: 2,
    stdout: '',
    stderr: `${message}\n`,
  });
  expect((await readdir(folder)).sort()).toEqual(['alias.csv', 'link', 'real']);
  expect(await readdir(file('real'))).toEqual(['in.csv']);
  expect(await readFile(file('real/in.csv'), 'utf8')).toBe(observed);
});

it('replaces a link that is an output, never the input it points to', async () => {
  await symlink(file('real/in.csv'), file('out.csv'));
  expect((await runCli(['complete', file('real/in.csv'), '--out', file('out.csv'), '--quiet'])).code).toBe(0);
  expect(await readFile(file('real/in.csv'), 'utf8')).toBe(observed);
  expect(await readFile(file('out.csv'), 'utf8')).toMatch(/^1,2\n2,/u);
  await rm(file('out.csv'));
});

it('speaks English whatever the locale', async () => {
  const before = process.env['LC_ALL'];
  process.env['LC_ALL'] = 'de_DE.UTF-8';
  try {
    const { stderr } = await runCli(['complete', file('real/in.csv'), '--frob', '2']);
    expect(stderr).toBe(`${command} a known command or option, got --frob; see lin-rfm --help\n`);
  } finally {
    if (before === undefined) delete process.env['LC_ALL'];
    else process.env['LC_ALL'] = before;
  }
});

it("takes an input the system refuses for the caller's mistake, and a bug for its own", async () => {
  const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  const failed = await reading('a.csv', () => Promise.reject(refused)).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(InputError);
  expect(failed).toMatchObject({
    message: 'a.csv: expected a file that can be read, got EACCES; check its permissions and size',
  });
  const bug = new TypeError('x is undefined');
  await expect(reading('a.csv', () => Promise.reject(bug))).rejects.toBe(bug);
});

it('writes the first line of progress, one a second, and the last, once each', () => {
  let text = '';
  const io = { stdout: { write: () => true }, stderr: { write: (more: string) => (text += more) } };
  const display = showProgress(io, 1e-6, false);
  for (let step = 1; step <= 25; step += 1) {
    display.update({ step, seconds: step / 10, change: 1 / step, residual: 0, epsilon: 1 });
  }
  display.finish();
  const steps = [...text.matchAll(/^step (\d+): change \S+, residual \S+, \S+ s$/gmu)].map(([, step]) => Number(step));
  expect(steps).toEqual([1, 11, 21, 25]);
  expect(text.split('\n')).toHaveLength(5);
});
