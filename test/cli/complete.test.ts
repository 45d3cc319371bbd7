import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { readMatrix } from '../../src/index.js';
import { main } from '../../src/cli/main.js';
import { relativeError } from '../support/errors.js';
import { runCli } from '../support/io.js';

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  const made = [
    'generate',
    '--shape',
    '40x30',
    '--rank',
    '2',
    '--oversampling',
    '4',
    '--seed',
    '3',
    '--out',
    file('observed.csv'),
    '--truth',
    file('truth.npy'),
  ];
  expect(await runCli(made)).toEqual({
    code: 0,
    stdout: `40 x 30, rank 2, 544 observed: ${file('observed.csv')}\n`,
    stderr: '',
  });
});
afterAll(() => rm(folder, { recursive: true }));

it('recovers the generated matrix and writes everything asked for', async () => {
  await writeFile(file('at.csv'), 'row,column\n0,0\n39,29\n');
  const outputs = [
    '--out',
    file('out.npy'),
    '--metrics',
    file('metrics.json'),
    '--report',
    file('report.html'),
    '--at',
    file('at.csv'),
    '--predictions',
    file('p.csv'),
  ];
  const { code, stdout, stderr } = await runCli(['complete', file('observed.csv'), ...outputs]);
  expect(code).toBe(0);
  const [completed, truth] = [await readMatrix(file('out.npy')), await readMatrix(file('truth.npy'))];
  expect(relativeError(completed.observations.value, truth.observations.value)).toBeLessThan(1e-4);
  expect(stdout).toMatch(/^matrix +40 x 30, 544 observed \(45\.3 %\)$/mu);
  expect(stdout).toMatch(/^rank +2$/mu);
  expect(stdout).toMatch(/^status +converged after \d+ steps in [\d.]+ s$/mu);
  const [backend, memory, first] = stderr.split('\n');
  expect(backend).toMatch(/^backend: wasm \(CPU with SIMD\): 544 observations, fewer than \d+ \(estimated\): /u);
  expect(memory).toMatch(/^memory: about 0\.03\d+ GiB needed, [\d.]+ GiB there \((backend wasm|this process)\)$/u);
  expect(first).toMatch(/^step 1: change \S+, residual \S+, \S+ s$/u);
  const metrics: unknown = JSON.parse(await readFile(file('metrics.json'), 'utf8'));
  expect(metrics).toMatchObject({
    status: 'converged',
    solver: 'two-sided',
    backend: 'wasm',
    shape: [40, 30],
    observed: 544,
    rank: 2,
    ridge: 0,
    held_out_rmse: null,
    memory: { needed: expect.any(Number), available: expect.any(Number) },
    seed: 0,
    version: '0.1.0',
    seconds: { read: expect.any(Number), solve: expect.any(Number), write: expect.any(Number) },
  });
  const predictions = (await readFile(file('p.csv'), 'utf8')).trim().split('\n');
  expect(predictions[0]).toBe('row,column,prediction');
  expect(Number(predictions[1]!.split(',')[2])).toBe(completed.observations.value[0]);
  expect(Number(predictions[2]!.split(',')[2])).toBe(completed.observations.value.at(-1));
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('keeps labels and the shape of a table', async () => {
  await writeFile(file('table.csv'), 'state,1990,1991,1992\nOhio,1,2,\nIowa,2,,6\nUtah,3,6,9\n');
  expect((await runCli(['complete', file('table.csv'), '--out', file('filled.csv'), '--quiet'])).code).toBe(0);
  const filled = await readMatrix(file('filled.csv'));
  expect(filled).toMatchObject({
    rowLabels: ['Ohio', 'Iowa', 'Utah'],
    columnLabels: ['1990', '1991', '1992'],
    corner: 'state',
  });
  const expected = [1, 2, 3, 2, 4, 6, 3, 6, 9];
  filled.observations.value.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 3));
});

it('says nothing with --quiet', async () => {
  expect(await runCli(['complete', file('observed.csv'), '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('measures the error on a hold-out', async () => {
  const { code } = await runCli([
    'complete',
    file('observed.csv'),
    '--hold-out',
    '0.1',
    '--seed',
    '4',
    '--metrics',
    file('held.json'),
    '--quiet',
  ]);
  expect(code).toBe(0);
  const metrics = JSON.parse(await readFile(file('held.json'), 'utf8')) as { held_out_rmse: number; observed: number };
  expect(metrics.observed).toBe(490);
  expect(metrics.held_out_rmse).toBeGreaterThan(0);
  expect(metrics.held_out_rmse).toBeLessThan(1e-3);
});

it('draws the plots alone for .svg', async () => {
  expect((await runCli(['complete', file('observed.csv'), '--report', file('plots.svg'), '--quiet'])).code).toBe(0);
  expect(await readFile(file('plots.svg'), 'utf8')).toMatch(
    /^<svg[^>]*>[\s\S]*Convergence[\s\S]*Singular values[\s\S]*<\/svg>$/u,
  );
});

it('exits with 3 when it did not converge, and writes what it has', async () => {
  const { code, stderr } = await runCli([
    'complete',
    file('observed.csv'),
    '--max-steps',
    '2',
    '--out',
    file('early.npy'),
  ]);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^warning: max-steps: The limit on the steps was reached first: raise it, or accept a looser tolerance\.$/mu,
  );
  expect((await readMatrix(file('early.npy'))).observations.value).toHaveLength(1200);
});

it('exits with 130 when it was interrupted, and writes nothing', async () => {
  const { code, stderr } = await runCli(['complete', file('observed.csv'), '--out', file('never.npy')], {
    signal: AbortSignal.abort(),
  });
  expect(code).toBe(130);
  expect(stderr).toMatch(/^backend: .*\nmemory: .*\ninterrupted after 0 steps; nothing was written\n$/u);
  expect(await readdir(folder)).not.toContain('never.npy');
});

it('exits with 1 on an error of its own', async () => {
  const written: string[] = [];
  const broken = {
    write: () => {
      throw new Error('the pipe is gone');
    },
  };
  const code = await main(['backends'], { stdout: broken, stderr: { write: (text) => written.push(text) } });
  expect(code).toBe(1);
  expect(written.join('')).toBe('internal error: the pipe is gone; please report it with the command that you ran\n');
});

it('warns of empty rows', async () => {
  await writeFile(file('gaps.csv'), 'row,column,value\n0,0,1\n0,1,2\n2,0,2\n2,1,4\n');
  const { code, stderr } = await runCli(['complete', file('gaps.csv'), '--quiet']);
  expect(code).toBe(0);
  expect(stderr).toBe('warning: no observation in row 1; predicted from offsets alone\n');
});

it('shows a bar on a terminal', async () => {
  const { Writable } = await import('node:stream');
  let text = '';
  const stderr = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    }),
    { isTTY: true, columns: 120, cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
  );
  expect(await main(['complete', file('observed.csv')], { stdout: { write: () => true }, stderr })).toBe(0);
  expect(text).toMatch(/░ 0% \| step 1 \| change/u);
  expect(text).toMatch(/█ 100% \| step \d+ \| change/u);
});

it('lists the backends, as a table and as JSON', async () => {
  const table = await runCli(['backends']);
  expect(table.code).toBe(0);
  expect(table.stdout).toMatch(/^wasm +works +CPU +CPU with SIMD +float64 +4\.22\.0 +\d+ +[\d.]+ GiB$/mu);
  expect(table.stdout).toMatch(/^cpu +works +CPU +plain JavaScript +float64/mu);
  expect(table.stdout).toMatch(/^auto: wasm; (a GPU|webgpu|tensorflow) from 1000000 observations on/mu);
  const reports = JSON.parse((await runCli(['backends', '--json'])).stdout) as {
    name: string;
    works: boolean;
    remedy?: string;
  }[];
  expect(reports.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm', 'cpu']);
  for (const { works, remedy } of reports) expect(works || remedy !== undefined).toBe(true);
});

it('prints help and its version', async () => {
  expect((await runCli(['--version'])).stdout).toBe('0.1.0\n');
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(version).toBe('0.1.0');
  const help = await runCli(['complete', '--help']);
  expect(help.code).toBe(0);
  for (const option of ['--alpha', '--noise', '--hold-out', '--time-limit']) expect(help.stdout).toContain(option);
});
