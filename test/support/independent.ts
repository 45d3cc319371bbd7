/** lin-RFM once more, independently of src/: nested arrays, LU solves and an eigendecomposition by ml-matrix, float64. */
import { EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import type { Observations } from '../../src/index.js';

export interface IndependentOptions {
  readonly alpha: number;
  readonly epsilon: (step: number) => number;
  readonly ridge: (step: number) => number;
  /** True for a row step; by the number of steps done. */
  readonly solvesRows: (done: number) => boolean;
  /** What the Gram matrix is divided by. */
  readonly samples: (shape: readonly [number, number]) => number;
  readonly keepObserved: boolean;
  readonly steps: number;
}

/** Symmetric matrix power by eigendecomposition. */
export function symmetricPower(matrix: Matrix, exponent: number): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  return eigenvectorMatrix
    .mmul(Matrix.diag(realEigenvalues.map((value) => value ** exponent)))
    .mmul(eigenvectorMatrix.transpose());
}

/** The estimate after the given number of steps, row-major. */
export function independentLinRfm(observations: Observations, options: IndependentOptions): Float64Array {
  const { shape, row, column, value } = observations;
  const scale = Math.sqrt(value.reduce((sum, entry) => sum + entry * entry, 0) / value.length);
  let estimate = Matrix.zeros(...shape);
  const putBack = (): void => value.forEach((entry, k) => estimate.set(row[k]!, column[k]!, entry / scale));
  putBack();
  for (let step = 0; step < options.steps; step += 1) {
    const byRows = options.solvesRows(step);
    const current = byRows ? estimate : estimate.transpose();
    const [lines, crossing] = byRows ? [row, column] : [column, row];
    const gram = current.transpose().mmul(current).div(options.samples(shape));
    gram.add(Matrix.eye(current.columns).mul(options.epsilon(step) ** 2));
    const metric = symmetricPower(gram, 2 * options.alpha);
    const next = Matrix.zeros(current.rows, current.columns);
    for (let line = 0; line < current.rows; line += 1) {
      const seen = [...lines.keys()].filter((k) => lines[k] === line);
      if (seen.length === 0) continue;
      const indices = seen.map((k) => crossing[k]!);
      const block = metric.selection(indices, indices).add(Matrix.eye(indices.length).mul(options.ridge(step)));
      const coefficients = solve(block, Matrix.columnVector(seen.map((k) => value[k]! / scale)));
      const columns = metric.subMatrixColumn(indices);
      next.setRow(line, columns.mmul(coefficients).to1DArray());
    }
    estimate = byRows ? next : next.transpose();
    if (options.keepObserved) putBack();
  }
  return Float64Array.from(estimate.to1DArray(), (entry) => entry * scale);
}
