import * as tf from '@tensorflow/tfjs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCeilings, tinySizes } from '../../src/benchmark/ceilings.js';
import { caseNames, parseCases } from '../../src/benchmark/cases.js';
import { reportBackends, useBackend } from '../../src/index.js';
import { runCli } from '../support/io.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
});
afterAll(() => rm(folder, { recursive: true }));

const tiny = ['benchmark', '--cases', '40x30:2:4', '--repeats', '2', '--quick-ceilings'];

it('puts every solver and backend in one table, under the measured limits, and the same figures in JSON', async () => {
  const metrics = join(folder, 'benchmark.json');
  const argv = [...tiny, '--solvers', 'two-sided,lin-rfm@0.5', '--backends', 'wasm,cpu', '--metrics', metrics];
  const { code, stdout, stderr } = await runCli(argv);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^wasm: copy bandwidth and matrix products\nwasm: 40x30:2:4, two-sided\n/u);
  const [machine, wasm, cpu, blank, header, ...rows] = stdout.split('\n\nGB/s: ')[0]!.split('\n');
  expect(machine).toMatch(/^\d+ x .*, Node .*; medians of 2$/u);
  const rates = 'copy [\\d.]+ GB/s; matrix product float32 [\\d.e-]+ GFLOP/s, float64 [\\d.e-]+ GFLOP/s';
  expect(wasm).toMatch(new RegExp(`^wasm \\(CPU with SIMD, \\d+ threads?\\): ${rates}$`, 'u'));
  expect(cpu).toMatch(new RegExp(`^cpu \\(plain JavaScript, 1 thread\\): ${rates}$`, 'u'));
  expect([blank, header?.split(/ {2,}/u).slice(0, 4)]).toEqual(['', ['case', 'solver', 'backend', 'seconds']]);
  expect(rows.map((row) => row.split(/ {2,}/u).slice(1, 3).join(' '))).toEqual([
    ...['two-sided wasm', 'two-sided cpu', 'lin-rfm@0.5 wasm', 'lin-rfm@0.5 cpu'],
  ]);
  const written = JSON.parse(await readFile(metrics, 'utf8')) as {
    backends: { copy_bytes_per_second: number; product_flops_per_second: Record<string, number> }[];
    rows: Record<string, number | string | null>[];
  };
  for (const { copy_bytes_per_second: copy, product_flops_per_second: rate } of written.backends) {
    expect(copy).toBeGreaterThan(1e6);
    expect(rate['float64']).toBeGreaterThan(1e5);
  }
  for (const row of written.rows) {
    expect(row['status']).toBe('converged');
    expect(row['rank']).toBe(2);
    expect(row['seconds']).toBeGreaterThan(0);
    if (row['solver'] !== 'two-sided') {
      // Bytes are reckoned for conjugate gradients only.
      expect([row['bytes_per_second'], row['share_of_copy']]).toEqual([null, null]);
      continue;
    }
    expect(row['relative_error']).toBeLessThan(1e-8);
    expect(row['inner_steps']).toBeGreaterThan(row['steps'] as number);
    // 2 indices, 2 values, 2r and 3r reals of 4 bytes for each of the 544 observations.
    const moved = (row['inner_steps'] as number) * 544 * 4 * (4 + 5 * 2);
    expect(row['bytes_per_second']).toBeCloseTo(moved / (row['seconds'] as number), 0);
  }
});

it('takes every backend but GPUs in software, and says what it leaves out', async () => {
  const reports = await reportBackends();
  const { code, stdout, stderr } = await runCli([...tiny, '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  const measured = [...stdout.matchAll(/two-sided +(\w+)/gu)].map(([, name]) => name);
  const expected = reports.filter(({ works, processor }) => works && processor !== 'software GPU');
  expect(measured).toEqual(expected.map(({ name }) => name));
  for (const { name, works, reason, processor } of reports) {
    if (!works) expect(stdout).toContain(`${name}: absent, ${reason}\n`);
    else if (processor === 'software GPU') expect(stdout).toContain(`${name}: left out, a GPU in software (`);
  }
});

it('a case that a solver cannot take is a row without figures, a warning and exit code 3', async () => {
  const argv = ['benchmark', '--cases', '40x30:2:4,60000x50000:1:1', '--solvers', 'lin-rfm', '--repeats', '1'];
  const { code, stdout, stderr } = await runCli([...argv, '--backends', 'wasm', '--quick-ceilings', '--quiet']);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^60000x50000:1:1 +lin-rfm +wasm( +-){8}$/mu);
  expect(stderr).toMatch(/^warning: 60000x50000:1:1, lin-rfm: memory: expected a problem within .*\n$/u);
});

it('measures without leaving a tensor behind', async () => {
  await useBackend('wasm');
  const before = tf.memory().numTensors;
  await measureCeilings(['float32', 'float64'], tinySizes);
  expect(tf.memory().numTensors).toBe(before);
});

it('P1 to P6 are the problems that peers were compared on', () => {
  const cases = parseCases('all', 1, '--cases');
  expect(cases.map(({ name }) => name)).toEqual([...caseNames]);
  expect(cases.map(({ problem }) => problem.observed)).toEqual([9950, 29925, 119700, 29850, 49750, 399600]);
});

it.each([
  ['--cases P9', '--cases: expected names of P1, P2, P3, P4, P5, P6, or ROWSxCOLUMNS:RANK:RATIO'],
  ['--cases P1,P1', '--cases: expected every case once, got P1 again'],
  ['--cases 5x5:9:1', '--cases: expected a rank of at most 5, got 5x5:9:1'],
  ['--cases 5x5:1:9', '--cases: expected at most 25 observed entries, got 81; lower the ratio'],
  ['--solvers fast', '--solvers: expected solvers of auto, two-sided'],
  ['--backends wasm,fpga', '--backends: expected auto, all, or names of tensorflow, webgpu, wasm, cpu, got fpga'],
  ['--backends wasm,wasm', '--backends: expected every name once, got wasm again'],
  ['--repeats 0', '--repeats: expected a whole number of at least 1, got 0'],
])('benchmark %s', async (line, message) => {
  const { code, stdout, stderr } = await runCli(['benchmark', ...line.split(' ')]);
  expect([code, stdout, stderr.startsWith(message), stderr.split('\n').length]).toEqual([2, '', true, 2]);
});
