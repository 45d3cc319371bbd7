import type { HostCall } from '../contract.js';

export type NormalAttributes = {
  readonly rows: number;
  readonly columnCount: number;
  readonly entries: number;
  readonly width: number;
  /** 1: the second moments of the columns are given; 0: they are the outer products of `right`. */
  readonly withMoments: number;
  /** 1: each solution is followed by the inverse of its matrix. */
  readonly withInverse: number;
};

type Call = HostCall<'values' | 'right' | 'moments' | 'ridge', 'starts' | 'columns' | 'rowOf', NormalAttributes>;

export function reference({ reals, integers, attributes, output }: Call): void {
  const { values, right, moments, ridge } = reals;
  const { starts, columns } = integers;
  const { rows, width, withMoments, withInverse } = attributes;
  const matrix = new Float64Array(width * width);
  const solutions = new Float64Array(width * (withInverse ? width + 1 : 1));
  for (let i = 0; i < rows; i += 1) {
    matrix.fill(0);
    solutions.fill(0);
    for (let k = starts[i] ?? 0; k < (starts[i + 1] ?? 0); k += 1) {
      const j = columns[k] ?? 0;
      for (let a = 0; a < width; a += 1) {
        const v = right[j * width + a] ?? 0;
        solutions[a] = (solutions[a] ?? 0) + (values[k] ?? 0) * v;
        for (let b = 0; b < width; b += 1) {
          const term = withMoments ? moments[(j * width + a) * width + b] : v * (right[j * width + b] ?? 0);
          matrix[a * width + b] = (matrix[a * width + b] ?? 0) + (term ?? 0);
        }
      }
    }
    for (let a = 0; a < width; a += 1) {
      matrix[a * width + a] = (matrix[a * width + a] ?? 0) + (ridge[a] ?? 0);
      if (withInverse) solutions[width + a * width + a] = 1;
    }
    factorise(matrix, width);
    for (let first = 0; first < solutions.length; first += width)
      substitute(matrix, solutions.subarray(first, first + width), width);
    output.set(solutions, i * solutions.length);
  }
}

/** The lower Cholesky factor, in place. */
function factorise(matrix: Float64Array, width: number): void {
  for (let a = 0; a < width; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let value = matrix[a * width + b] ?? 0;
      for (let k = 0; k < b; k += 1) value -= (matrix[a * width + k] ?? 0) * (matrix[b * width + k] ?? 0);
      matrix[a * width + b] = a === b ? Math.sqrt(value) : value / (matrix[b * width + b] ?? NaN);
    }
  }
}

/** x = L⁻ᵀ L⁻¹ x, in place. */
function substitute(factor: Float64Array, x: Float64Array, width: number): void {
  for (let a = 0; a < width; a += 1) {
    let value = x[a] ?? 0;
    for (let k = 0; k < a; k += 1) value -= (factor[a * width + k] ?? 0) * (x[k] ?? 0);
    x[a] = value / (factor[a * width + a] ?? NaN);
  }
  for (let a = width - 1; a >= 0; a -= 1) {
    let value = x[a] ?? 0;
    for (let k = a + 1; k < width; k += 1) value -= (factor[k * width + a] ?? 0) * (x[k] ?? 0);
    x[a] = value / (factor[a * width + a] ?? NaN);
  }
}
