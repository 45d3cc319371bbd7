import fc from 'fast-check';
import {
  createObservations,
  degreesOfFreedom,
  emptyColumns,
  emptyRows,
  fitOffsets,
  foldObservations,
  generateProblem,
  parseShape,
  splitObservations,
  subtractOffsets,
  transposeObservations,
} from '../../src/index.js';
import { createRandom, sampleWithout, shuffled } from '../../src/data/random.js';
import { singularValues } from '../../src/linalg/singular-values.js';

const entries = fc.uniqueArray(
  fc.record({ row: fc.nat(30), column: fc.nat(20), value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  { minLength: 1, selector: ({ row, column }) => `${row},${column}` },
);
const columnsOf = (list: readonly { row: number; column: number; value: number }[]) => ({
  row: list.map(({ row }) => row),
  column: list.map(({ column }) => column),
  value: list.map(({ value }) => value),
});

describe('observations', () => {
  it('keep every entry, sorted by row and then column', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const { row, column, value } = createObservations(columnsOf(list));
        const expected = [...list].sort((a, b) => a.row - b.row || a.column - b.column);
        expect([...row]).toEqual(expected.map((entry) => entry.row));
        expect([...column]).toEqual(expected.map((entry) => entry.column));
        expect([...value]).toEqual(expected.map((entry) => entry.value));
      }),
    );
  });

  it('come back when transposed twice', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const observations = createObservations({ shape: [31, 21], ...columnsOf(list) });
        const transposed = transposeObservations(observations);
        expect(transposed.shape).toEqual([21, 31]);
        expect(transposeObservations(transposed)).toEqual(observations);
        expect(emptyRows(transposed)).toEqual(emptyColumns(observations));
      }),
    );
  });

  it('sort where there are more rows than it pays to count', () => {
    const { row } = createObservations({ row: [2_000_000_000, 5, 100_000_000], column: [0, 0, 0], value: [1, 2, 3] });
    expect([...row]).toEqual([5, 100_000_000, 2_000_000_000]);
  });

  it.each([
    [
      { row: [0], column: [0, 1], value: [1] },
      'observations: expected as many rows as columns and values, got 1, 2 and 1',
    ],
    [{ row: [], column: [], value: [] }, 'observations: expected at least one observed value, got none'],
    [
      { row: [-1], column: [0], value: [1] },
      'observations[0]: expected a whole row from 0 to 2147483646, got -1; indices start at 0; check the shape',
    ],
    [
      { row: [0.5], column: [0], value: [1] },
      'observations[0]: expected a whole row from 0 to 2147483646, got 0.5; indices start at 0; check the shape',
    ],
    [
      { shape: [2, 2] as const, row: [0], column: [2], value: [1] },
      'observations[0]: expected a column below 2, got 2; indices start at 0; check the shape',
    ],
    [
      { row: [0], column: [0], value: [NaN] },
      'observations[0]: expected a finite value, got NaN; leave missing entries out',
    ],
    [
      { row: [1, 1], column: [3, 3], value: [1, 2] },
      'observations[1]: expected every position once, got row 1, column 3 again (first at observations[0]); keep one of them',
    ],
    [
      { shape: [0, 2] as const, row: [0], column: [0], value: [1] },
      'observations: expected a shape of whole numbers from 1 to 2147483647, got 0x2',
    ],
  ])('refuse %p', (source, message) => {
    expect(() => createObservations(source)).toThrow(new Error(message));
  });

  it('read a shape', () => {
    expect(parseShape('610x9724', '--shape')).toEqual([610, 9724]);
    expect(() => parseShape('610,9724', '--shape')).toThrow(
      '--shape: expected ROWSxCOLUMNS, got 610,9724; write it like 610x9724',
    );
  });
});

describe('random numbers', () => {
  it('repeat with their seed', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, () => createRandom(seed).normal());
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('have the moments of a standard normal', () => {
    const random = createRandom(4);
    const values = Array.from({ length: 20000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it('sample without replacement, in order, and shuffle', () => {
    expect([...sampleWithout(createRandom(1), 10, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const sample = sampleWithout(createRandom(1), 500, 1e10);
    expect(new Set(sample).size).toBe(500);
    expect([...sample]).toEqual([...sample].sort((a, b) => a - b));
    expect([...shuffled(createRandom(1), 50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, k) => k));
  });
});

describe('synthetic problems', () => {
  it('have the size, rank and condition number asked for', () => {
    const shape = [40, 25] as const;
    const { truth, observations } = generateProblem({ shape, rank: 3, observed: 300, conditionNumber: 1e4, seed: 2 });
    const values = singularValues(truth.rows(0, 40), shape);
    expect(Math.hypot(...values)).toBeCloseTo(Math.sqrt(1000), 8);
    expect(values[0]! / values[2]!).toBeCloseTo(1e4, 2);
    expect(values[0]! / values[1]!).toBeCloseTo(1e2, 4);
    expect(values[3]!).toBeLessThan(1e-5);
    expect(observations.value).toHaveLength(300);
    expect([...observations.value]).toEqual([...truth.predict(observations.row, observations.column)]);
    expect(degreesOfFreedom(shape, 3)).toBe(186);
  });

  it('have the noise asked for', () => {
    const { truth, observations } = generateProblem({
      shape: [100, 100],
      rank: 3,
      observed: 8000,
      noise: 0.5,
      seed: 2,
    });
    const exact = truth.predict(observations.row, observations.column);
    const rms = Math.sqrt(exact.reduce((sum, value, k) => sum + (value - observations.value[k]!) ** 2, 0) / 8000);
    expect(rms).toBeGreaterThan(0.48);
    expect(rms).toBeLessThan(0.52);
  });

  it('refuse what the shape does not allow', () => {
    const shape = [4, 5] as const;
    expect(() => generateProblem({ shape, rank: 5, observed: 3, seed: 0 })).toThrow(
      'rank: expected a whole number from 1 to 4, got 5',
    );
    expect(() => generateProblem({ shape, rank: 1, observed: 21, seed: 0 })).toThrow(
      'observed: expected a whole number from 1 to 20, got 21',
    );
  });
});

describe('splits', () => {
  const { observations } = generateProblem({ shape: [30, 20], rank: 2, observed: 120, seed: 9 });

  it('set aside the share asked for, and never the last of a row or column', () => {
    const { kept, heldOut } = splitObservations(observations, 0.2, 1);
    expect(kept.value.length + heldOut.value.length).toBe(120);
    expect(heldOut.value).toHaveLength(24);
    expect(emptyRows(kept)).toEqual(emptyRows(observations));
    expect(emptyColumns(kept)).toEqual(emptyColumns(observations));
    expect(splitObservations(observations, 0.2, 1)).toEqual({ kept, heldOut });
    expect(splitObservations(observations, 0.2, 2)).not.toEqual({ kept, heldOut });
  });

  it('refuse what cannot be set aside', () => {
    expect(() => splitObservations(observations, 1, 1)).toThrow('hold-out: expected a fraction in (0, 1), got 1');
    const single = createObservations({ row: [0, 1], column: [0, 1], value: [1, 2] });
    expect(() => splitObservations(single, 0.5, 1)).toThrow(
      /^hold-out: expected rows and columns with two observations/u,
    );
  });

  it('hold out every observation once over the folds', () => {
    const folds = foldObservations(observations, 5, 3);
    const positions = folds.flatMap(({ heldOut }) => [...heldOut.row].map((row, k) => row * 20 + heldOut.column[k]!));
    expect(folds.map(({ heldOut }) => heldOut.value.length)).toEqual([24, 24, 24, 24, 24]);
    expect(new Set(positions).size).toBe(120);
  });
});

describe('offsets', () => {
  const effects = { row: [1, -2, 3, 0], column: [0.5, -0.5, 0] };
  const grid = effects.row.flatMap((a, row) => effects.column.map((b, column) => ({ row, column, value: 10 + a + b })));
  const additive = createObservations(columnsOf(grid.filter((_, k) => k % 5 !== 2)));

  it('explain additive data exactly without shrinkage', () => {
    const offsets = fitOffsets(additive, 'both', 0);
    grid.forEach(({ row, column, value }) => expect(offsets.at(row, column)).toBeCloseTo(value, 6));
    subtractOffsets(additive, offsets).value.forEach((value) => expect(value).toBeCloseTo(0, 6));
  });

  it('shrink towards the mean', () => {
    const offsets = fitOffsets(additive, 'row', 5);
    const plain = fitOffsets(additive, 'row', 0);
    expect([...offsets.column]).toEqual([0, 0, 0]);
    plain.row.forEach((effect, k) => expect(Math.abs(offsets.row[k]!)).toBeLessThan(Math.abs(effect)));
  });

  it('are nothing where none are wanted, and zero for an empty row', () => {
    expect(fitOffsets(additive, 'none').at(1, 1)).toBe(0);
    const gap = createObservations({ shape: [3, 2], row: [0, 2], column: [0, 0], value: [4, 6] });
    expect(fitOffsets(gap, 'both').row[1]).toBe(0);
  });
});
