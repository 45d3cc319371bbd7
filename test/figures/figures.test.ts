/** The figures: what they claim, checked; and every one of them drawn at a tiny size. */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { atMostSteps, constant, createObservations, createProblem } from '../../src/index.js';
import { linRfm, rowsOnly, solve, useBackend } from '../../src/index.js';
import { attractorOf, leadingEigenvalue, stepOf, stepsToAttractor } from '../../src/figures/basins.js';
import type { Corner, Point } from '../../src/figures/basins.js';
import { csvOf } from '../../src/figures/draw.js';
import { FigureInterrupted, measurePoints, medians } from '../../src/figures/figure.js';
import { psi } from '../../src/figures/functions.js';
import { completionMethods, drawProblem, hiddenError, observedFor } from '../../src/figures/recovery.js';
import { figures } from '../../src/figures/table.js';
import { runCli } from '../support/io.js';

beforeAll(() => useBackend('auto'));

const corners: Corner[] = [
  { a: 1, b: 1, c: 1, d: 1 },
  { a: 2, b: 1, c: 0.5, d: 1.5 },
  { a: -1, b: 3, c: 2, d: 0.7 },
];

describe('basins of attraction', () => {
  it.each(corners)('the attractor has rank one and is a fixed point: %p', (corner) => {
    const [s, t] = attractorOf(corner);
    const { a, b, c, d } = corner;
    expect(a * c * s - b * c).toBeCloseTo(0, 12);
    expect(a * d - b * d * t).toBeCloseTo(0, 12);
    const next = stepOf(corner, [s, t]);
    expect([next[0] - s, next[1] - t].every((gap) => Math.abs(gap) < 1e-12)).toBe(true);
  });

  it.each(corners)('the eigenvalues of the Jacobian are those of the paper: %p', (corner) => {
    const [s, t] = attractorOf(corner);
    const width = 1e-5;
    const slope = (axis: 0 | 1): [number, number] => {
      const moved = (by: number): Point => (axis === 0 ? [s + by, t] : [s, t + by]);
      const [ahead, behind] = [stepOf(corner, moved(width)), stepOf(corner, moved(-width))];
      return [(ahead[0] - behind[0]) / (2 * width), (ahead[1] - behind[1]) / (2 * width)];
    };
    const jacobian = new Matrix([slope(0), slope(1)]).transpose();
    const eigenvalues = [...new EigenvalueDecomposition(jacobian).realEigenvalues].sort((x, y) => x - y);
    expect(eigenvalues[0]).toBeCloseTo(0, 7);
    expect(eigenvalues[1]).toBeCloseTo(leadingEigenvalue(corner), 7);
    expect(leadingEigenvalue(corner)).toBeLessThan(1);
  });

  it('a step is the step of the solver', async () => {
    const { a, b, c, d } = corners[1]!;
    const observations = createObservations({
      ...{ shape: [3, 2], row: [0, 0, 1, 2], column: [0, 1, 0, 1], value: [a, b, c, d] },
    });
    const problem = createProblem(observations, 'float64');
    const settings = { alpha: 1, epsilon: constant(1e-6), ridge: constant(0), sides: rowsOnly, keepObserved: true };
    let expected: Point = [0, 0];
    for (let steps = 1; steps <= 4; steps += 1) {
      expected = stepOf(corners[1]!, expected);
      const { estimate } = await solve(linRfm(settings), problem, { stop: atMostSteps(steps) });
      expect(estimate[3]! / c).toBeCloseTo(expected[0], 8);
      expect(estimate[4]! / d).toBeCloseTo(expected[1], 8);
    }
    problem.dispose();
  });

  it('starts reach the attractor, or leave', () => {
    const one = corners[0]!;
    expect(stepsToAttractor(one, [0, 0])).toBeLessThan(60);
    expect(stepsToAttractor(one, [-3.9, 0])).toBe(Infinity);
    let at: Point = [-3.9, 0];
    for (let step = 0; step < 1000; step += 1) at = stepOf(one, at);
    expect(Math.abs(at[0])).toBeGreaterThan(500);
  });
});

it.each([1 / 8, 1 / 4, 1 / 2, 3 / 4, 1])('psi is the integral of s / φ(s²)², alpha %p', (alpha) => {
  const [smoothing, pieces] = [0.05, 4000];
  const inner = (s: number): number => s * (s ** 2 + smoothing ** 2) ** (-2 * alpha);
  let sum = 0;
  for (let k = 0; k < pieces; k += 1) sum += inner((0.7 * (k + 0.5)) / pieces) * (0.7 / pieces);
  expect(psi(0, alpha, smoothing)).toBeCloseTo(0, 12);
  expect(psi(0.7, alpha, smoothing) / sum).toBeCloseTo(1, 4);
});

it('every method of completion meets easy data and sees no hidden entry', async () => {
  const { observations, truth } = drawProblem(16, 1, observedFor(16, 1, 7), 1);
  expect(completionMethods.length).toBeGreaterThanOrEqual(6);
  for (const method of completionMethods) {
    const estimate = await method.recover(observations, 300);
    expect([method.label, hiddenError(estimate, observations, truth) < 1e-3]).toEqual([method.label, true]);
  }
});

it('errors count hidden entries alone', () => {
  const { observations, truth } = drawProblem(5, 1, 10, 1, true);
  const estimate = truth.rows(0, 5);
  observations.row.forEach((row, k) => (estimate[row * 5 + observations.column[k]!] = 100));
  expect(hiddenError(estimate, observations, truth)).toBe(0);
  const hidden = estimate.findIndex((value) => value !== 100);
  estimate[hidden]! += 3;
  expect(hiddenError(estimate, observations, truth)).toBeCloseTo(9 / 15, 12);
});

it('medians, tables and interruptions', async () => {
  const rows = [1, 100, 4].map((error, draw) => ({ curve: 'a', x: 2, draw, error }));
  expect(medians([...rows, { curve: 'b', x: 2, draw: 0, error: 7 }], ['curve', 'x'], 'error')).toMatchObject([
    { curve: 'a', error: 4 },
    { curve: 'b', error: 7 },
  ]);
  expect(medians(rows.slice(0, 2), ['curve'], 'error')[0]).toMatchObject({ error: 10 });
  expect(
    csvOf([
      { a: 1, b: 'x, y' },
      { a: 2, c: 3 },
    ]),
  ).toBe('a,b,c\n1,"x, y",\n2,,3\n');
  const stopped = { signal: AbortSignal.abort() };
  await expect(measurePoints([1], stopped, String, () => [])).rejects.toThrow(FigureInterrupted);
});

describe('the command', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lin-rfm-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const tiny: Record<string, string> = {
    1: '',
    2: '--sizes 6,20 --draws 1',
    3: '--sizes 420,500 --draws 1',
    4: '--sizes 1 --draws 1',
    5: '',
    transition: '--sizes 3 --draws 1',
    speed: '--sizes 20,30 --draws 1 --backend wasm',
  };

  it('has all figures in its tests', () => {
    expect(Object.keys(tiny).sort()).toEqual(figures.map(({ name }) => name).sort());
  });

  it.each(Object.entries(tiny))('draws figure %s', async (name, options) => {
    const before = tf.memory().numTensors;
    const words = `figure ${name} --quick ${options} --out ${folder} --threads 1`
      .split(' ')
      .filter((word) => word !== '');
    const { code, stdout, stderr } = await runCli(words);
    expect(code).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    const stem = join(folder, /\d/u.test(name) ? `figure-${name}` : name);
    expect(stdout).toBe(['svg', 'png', 'csv'].map((ending) => `written  ${stem}.${ending}\n`).join(''));
    if (options !== '') expect(stderr).toMatch(/: done\n$/u);
    const svg = await readFile(`${stem}.svg`, 'utf8');
    expect(svg).toMatch(/^<svg[^>]*>[\s\S]*<\/svg>$/u);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/u);
    const png = await readFile(`${stem}.png`);
    expect(png.toString('latin1', 1, 4)).toBe('PNG');
    // A picture without its letters and curves would compress to much less.
    expect((await stat(`${stem}.png`)).size).toBeGreaterThan(20000);
    const lines = (await readFile(`${stem}.csv`, 'utf8')).trim().split('\n');
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBeGreaterThanOrEqual(1);
    expect(lines.length).toBeGreaterThan(2);
  });

  it('figure 2 has lin-RFM at its best with many samples, and nobody with few', async () => {
    const [header = '', ...lines] = (await readFile(join(folder, 'figure-2.csv'), 'utf8')).trim().split('\n');
    const names = header.split(',');
    const rows = lines.map((line) => {
      // Curves have a comma in their quoted names.
      const cells = [...line.matchAll(/"([^"]*)"|([^,]+)/gu)].map((match) => match[1] ?? match[2] ?? '');
      return Object.fromEntries(names.map((name, k) => [name, cells[k] ?? '']));
    });
    for (const { curve, samples, error } of rows) {
      if (samples === '6') expect(Number(error)).toBeGreaterThan(1e-2);
      else if (curve!.startsWith('lin-RFM')) expect([curve, Number(error) < 1e-6]).toEqual([curve, true]);
    }
  });

  it('leaves nothing when interrupted', async () => {
    const words = ['figure', '2', '--quick', '--out', join(folder, 'new')];
    const { code, stderr } = await runCli(words, { signal: AbortSignal.abort() });
    expect([code, stderr]).toEqual([130, 'interrupted; figure 2 was not written\n']);
    expect(await readdir(join(folder, 'new'))).toEqual([]);
  });

  it.each([
    ['figure 6', '--name: expected one of 1, 2, 3, 4, 5, transition, speed, all, got 6'],
    ['figure 1 --draws 2', '--draws: expected a figure with random draws, got figure 1; leave it out'],
    ['figure 5 --sizes 2', '--sizes: expected one figure that has sizes, got figure 5; leave it out'],
    ['figure all --sizes 2', '--sizes: expected one figure that has sizes, got figure all; leave it out'],
    ['figure 2 --sizes 2,x', '--sizes: expected positive numbers with commas between them, got x'],
    ['figure 2 --sizes 2.5', '--sizes: expected whole numbers of samples, got 2.5'],
    ['figure 2 --draws 0', '--draws: expected a whole number of at least 1, got 0'],
  ])('%s is refused', async (line, message) => {
    const { code, stdout, stderr } = await runCli([...line.split(' '), '--out', join(folder, 'never')]);
    expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
    expect(await readdir(folder)).not.toContain('never');
  });

  it('does not take a file for its folder', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, stderr } = await runCli(['figure', '1', '--out', join(folder, 'file')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^--out: expected a folder that can be made, got /u)]);
  });
});
