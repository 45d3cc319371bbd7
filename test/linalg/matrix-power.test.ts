/** SVD-free powers against a constructed spectrum, as far as each precision allows, and honest about where it does not. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import * as tf from '@tensorflow/tfjs';
import { downloadReal, eigenPower, matrixPower, uploadReal, useBackend } from '../../src/index.js';
import type { Precision } from '../../src/index.js';
import { createRandom } from '../../src/data/random.js';
import { rootPolynomials } from '../../src/linalg/root-polynomials.js';
import { relativeError } from '../support/errors.js';

const size = 24;
const random = createRandom(5);
const { eigenvectorMatrix: basis } = new EigenvalueDecomposition(
  (() => {
    const draw = Matrix.zeros(size, size).apply(function fill(this: Matrix, i, j) {
      this.set(i, j, random.normal());
    });
    return draw.clone().add(draw.transpose());
  })(),
  { assumeSymmetric: true },
);

/** Q·diag(condition^(−k/(n−1)))^exponent·Qᵀ. */
function withCondition(condition: number, exponent: number): Float64Array {
  const values = Array.from({ length: size }, (_, k) => condition ** ((-k / (size - 1)) * exponent));
  const matrix = basis.mmul(Matrix.diag(values)).mmul(basis.transpose());
  return Float64Array.from(matrix.clone().add(matrix.transpose()).div(2).to1DArray());
}

async function powerError(precision: Precision, condition: number, exponent: number) {
  const matrix = uploadReal(withCondition(condition, 1), [size, size], precision);
  const { power, defect, status } = await matrixPower(matrix, exponent, { lower: 1 / condition, upper: 1 });
  const values = await downloadReal(power);
  tf.dispose([matrix.tensor, power.tensor]);
  return { error: relativeError(values, withCondition(condition, exponent)), defect, status };
}

const exponents = [1, 2, 0.5, 0.25, 0.75, 1.5, 1.25, 0.125, 0.375, 1 / 64, 0.3, 1.7, 0.01];
const conditions = [1, 10, 1e3, 1e6, 1e9, 1e12];
const unit: Record<Precision, number> = { float32: 6e-8, float64: 1.1e-16 };
/** Beyond it the precision cannot tell the smallest eigenvalues from rounding. */
const trusted: Record<Precision, number> = { float32: 1e6, float64: 1e14 };

describe.each(['wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(exponents)('raises to %p at every condition number that the precision holds', async (exponent) => {
    for (const precision of ['float64', 'float32'] as const) {
      for (const condition of conditions.filter((number) => number <= trusted[precision])) {
        const { error, status } = await powerError(precision, condition, exponent);
        expect({ precision, condition, status }).toEqual({ precision, condition, status: 'accurate' });
        // A square root loses the root of the condition number, and one for a root of a root loses it again: a power
        // below 1/2 of a matrix with condition 1e12 keeps seven digits or more.
        const loss = Math.sqrt(condition) * (exponent % 1 > 0 && exponent < 0.5 ? condition ** 0.25 : 1);
        expect(error).toBeLessThan(200 * unit[precision] * loss);
      }
    }
  });

  it('says ill-conditioned beyond that', async () => {
    expect((await powerError('float32', 1e12, 0.5)).status).toBe('ill-conditioned');
    expect((await powerError('float64', 1e18, 0.25)).status).toBe('ill-conditioned');
  });

  it('says ill-conditioned where the bounds do not hold', async () => {
    const matrix = uploadReal(withCondition(10, 1), [size, size], 'float64');
    const { status } = await matrixPower(matrix, 0.5, { lower: 0.01, upper: 0.1 });
    expect(status).toBe('ill-conditioned');
  });

  it('leaves no tensor behind but the power', async () => {
    const matrix = uploadReal(withCondition(10, 1), [size, size], 'float64');
    const before = tf.memory().numTensors;
    for (const exponent of exponents) {
      const { power } = await matrixPower(matrix, exponent, { lower: 0.1, upper: 1 });
      expect(tf.memory().numTensors).toBe(before + 1);
      power.tensor.dispose();
    }
  });

  it('agrees with the eigendecomposition', async () => {
    const matrix = uploadReal(withCondition(1e4, 1), [size, size], 'float64');
    const range = { lower: 1e-4, upper: 1 };
    const [free, full] = [await matrixPower(matrix, 0.7, range), await eigenPower(matrix, 0.7, range)];
    expect(relativeError(await downloadReal(free.power), await downloadReal(full.power))).toBeLessThan(1e-12);
  });

  it.each([
    [0, { lower: 0.1, upper: 1 }, 'matrixPower: expected an exponent in (0, 2], got 0'],
    [2.5, { lower: 0.1, upper: 1 }, 'matrixPower: expected an exponent in (0, 2], got 2.5'],
    [0.5, { lower: 0, upper: 1 }, 'matrixPower: expected bounds with 0 < lower <= upper, got 0 and 1'],
    [0.5, { lower: 2, upper: 1 }, 'matrixPower: expected bounds with 0 < lower <= upper, got 2 and 1'],
  ])('refuses exponent %p with bounds %p', async (exponent, range, message) => {
    const matrix = uploadReal(withCondition(10, 1), [size, size], 'float64');
    await expect(matrixPower(matrix, exponent, range)).rejects.toThrow(message);
  });
});

describe('root polynomials', () => {
  it.each([1, 0.5, 1e-2, 1e-4, 1e-7])('take [%p, 1] to 1', (lower) => {
    const polynomials = rootPolynomials(lower, 1e-16);
    for (let k = 0; k <= 400; k += 1) {
      let x = lower ** (k / 400);
      for (const { constant, linear, quadratic } of polynomials) {
        const t = x * x;
        x *= constant + linear * t + quadratic * t * t;
      }
      expect(Math.abs(x - 1)).toBeLessThan(1e-14);
    }
  });

  it('need far fewer steps than plain Newton-Schulz of the same order', () => {
    // (15 − 10t + 3t²)/8 gains a factor 15/8 a step: log(1e6)/log(1.875) is 22 steps.
    expect(rootPolynomials(1e-6, 1e-16).length).toBeLessThanOrEqual(14);
  });
});
