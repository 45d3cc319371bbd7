/** Accuracy and time of the SVD-free matrix power against a full eigendecomposition, over condition numbers. */
import { downloadReal, eigenPower, matrixPower, tidyReals, uploadReal } from '../src/index.js';
import type { Precision, RealTensor } from '../src/index.js';
import { matrixProduct } from '../kernels/matrix-product/index.js';
import { disposeReal } from '../kernels/real.js';
import { createRandom } from '../src/data/random.js';
import { symmetricEigen } from '../src/linalg/eigen-power.js';
import { markdownTable } from './measure.js';

export interface PowersOptions {
  readonly size: number;
  readonly exponents: readonly number[];
  readonly conditions: readonly number[];
}

export const full: PowersOptions = {
  size: 300,
  exponents: [0.5, 0.25, 1.5, 0.3],
  conditions: [1e1, 1e3, 1e6, 1e9, 1e12],
};
export const tiny: PowersOptions = { size: 20, exponents: [0.5], conditions: [1e1, 1e12] };

export interface PowersRow {
  readonly exponent: number;
  readonly condition: number;
  readonly precision: Precision;
  readonly error: number;
  readonly status: string;
  readonly milliseconds: number;
  readonly eigenMilliseconds: number;
}

export async function measurePowers({ size, exponents, conditions }: PowersOptions): Promise<PowersRow[]> {
  const basis = await randomBasis(size);
  const rows: PowersRow[] = [];
  for (const exponent of exponents) {
    for (const condition of conditions) {
      for (const precision of ['float64', 'float32'] as const) {
        const matrix = withSpectrum(basis, size, (k) => condition ** (-k / (size - 1)), precision);
        const expected = withSpectrum(basis, size, (k) => condition ** ((-k / (size - 1)) * exponent), 'float64');
        const range = { lower: 1 / condition, upper: 1 };
        const began = performance.now();
        const { power, status } = await matrixPower(matrix, exponent, range);
        const between = performance.now();
        const full = await eigenPower(matrix, exponent, range);
        const ended = performance.now();
        const [actual, truth] = [await downloadReal(power), await downloadReal(expected)];
        const gap = Math.hypot(...actual.map((value, k) => value - (truth[k] ?? NaN))) / Math.hypot(...truth);
        rows.push({
          exponent,
          condition,
          precision,
          error: gap,
          status,
          milliseconds: between - began,
          eigenMilliseconds: ended - between,
        });
        disposeReal(matrix, expected, power, full.power);
      }
    }
  }
  return rows;
}

/** Eigenvectors of a random symmetric matrix. */
async function randomBasis(size: number): Promise<Float64Array> {
  const random = createRandom(1);
  const draw = new Float64Array(size * size).map(() => random.normal());
  const symmetric = draw.map((value, at) => value + (draw[(at % size) * size + Math.floor(at / size)] ?? 0));
  const device = uploadReal(symmetric, [size, size], 'float64');
  const { vectors } = await symmetricEigen(device);
  disposeReal(device);
  return Float64Array.from(vectors.to1DArray());
}

function withSpectrum(
  basis: Float64Array,
  size: number,
  value: (k: number) => number,
  precision: Precision,
): RealTensor {
  return tidyReals(() => {
    const left = uploadReal(
      basis.map((entry, at) => entry * value(at % size)),
      [size, size],
      precision,
    );
    const right = uploadReal(basis, [size, size], precision);
    return matrixProduct(left, right, { transposeRight: true, symmetric: true });
  });
}

export function powersTable(rows: readonly PowersRow[]): string {
  const cells = rows.map((row) => [
    ...[`${row.exponent}`, row.condition.toExponential(0), row.precision, row.error.toExponential(1), row.status],
    ...[row.milliseconds.toFixed(0), row.eigenMilliseconds.toFixed(0)],
  ]);
  return markdownTable(
    ['exponent', 'condition', 'precision', 'relative error', 'status', 'ms', 'eigendecomposition ms'],
    cells,
  );
}
