/** The system that reweighted least squares and interior points share: A diag(k) Aᵀ + λI. */
import { choleskySolve } from '../../../kernels/cholesky-solve/index.js';
import { expandRows } from '../../../kernels/expand-rows/index.js';
import { matrixProduct } from '../../../kernels/matrix-product/index.js';
import { concatReals, disposeReal, downloadReal, reshapeReal, tidyReals, uploadReal } from '../../../kernels/real.js';
import type { RealTensor } from '../../../kernels/real.js';
import type { RegressionProblem } from './problem.js';

export interface WeightedSystem {
  /**
   * Solves (A diag(k) Aᵀ + λI) u = right-hand side. A synchronisation point.
   * @param rightHandSide [rows].
   * @returns On the host: u [rows], and Aᵀu [features]. NaN where the system is not positive definite.
   */
  solve(rightHandSide: Float64Array | RealTensor): Promise<{ solution: Float64Array; crossed: Float64Array }>;
  dispose(): void;
}

/**
 * Forms the system on the device.
 * @param weights k, at least 0, [features].
 * @param ridge λ, at least 0.
 * @returns The system; the caller disposes.
 */
export function weightedSystem(problem: RegressionProblem, weights: Float64Array, ridge: number): WeightedSystem {
  const { rows, features, transposed, each, precision } = problem;
  const blocks = tidyReals(() => {
    const roots = uploadReal(weights.map(Math.sqrt), [features, 1], precision);
    // Every row of Aᵀ times the root of its weight.
    const weighted = expandRows(transposed, each, roots);
    const product = matrixProduct(weighted, weighted, { transposeLeft: true, symmetric: true });
    return reshapeReal(product, [1, rows, rows]);
  });
  const solve = async (rightHandSide: Float64Array | RealTensor) => {
    const both = tidyReals(() => {
      const given =
        rightHandSide instanceof Float64Array ? uploadReal(rightHandSide, [rows], precision) : rightHandSide;
      const column = reshapeReal(choleskySolve(blocks, reshapeReal(given, [1, rows]), ridge), [rows, 1]);
      return concatReals([column, matrixProduct(transposed, column)]);
    });
    try {
      const values = await downloadReal(both);
      return { solution: values.slice(0, rows), crossed: values.slice(rows) };
    } finally {
      disposeReal(both);
    }
  };
  return { solve, dispose: () => disposeReal(blocks) };
}
