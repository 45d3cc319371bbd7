/** The oracle of the noise benchmark: it sees the hidden truth, which no solver does. */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Observations, Truth } from '../src/index.js';
import { createRandom } from '../src/data/random.js';
import { tall } from '../src/linalg/tall.js';
import type { Tall } from '../src/linalg/tall.js';

/** In units of the noise variance, or of the noise where that is above one half. */
const ridges = [0.03, 0.1, 0.3, 1, 3, 10, 30];
const mostSweeps = 100;
const sweepsBetweenLooks = 5;
/** Size of components beyond the true rank at the start. */
const spareSize = 0.1;

/** Root mean square error on the hidden entries at the best rank, ridge and number of sweeps. */
export function leastSquaresOracle(
  observations: Observations,
  hidden: Observations,
  truth: Truth,
  noise: number,
): number {
  let best = Infinity;
  for (let rank = Math.max(1, truth.rank - 2); rank <= truth.rank + 1; rank += 1) {
    for (const ridge of ridges) {
      let right = startOf(truth, rank);
      let last = Infinity;
      for (let sweep = 1; sweep <= mostSweeps; sweep += 1) {
        const strength = ridge * noise * Math.min(1, 2 * noise);
        const left = solveRows(observations.row, observations.column, observations, right, truth.shape[0], strength);
        right = solveRows(observations.column, observations.row, observations, left, truth.shape[1], strength);
        if (sweep % sweepsBetweenLooks !== 0) continue;
        const error = errorOf(left, right, hidden);
        best = Math.min(best, error);
        if (Math.abs(error - last) < 1e-4 * error) break;
        last = error;
      }
    }
  }
  return best;
}

function startOf({ right, rank: trueRank, shape }: Truth, rank: number): Tall {
  const random = createRandom(7);
  const start = tall(shape[1], rank);
  start.values.forEach((_, at) => {
    const [j, k] = [Math.floor(at / rank), at % rank];
    start.values[at] = k < trueRank ? (right[j * trueRank + k] ?? NaN) : spareSize * random.normal();
  });
  return start;
}

function solveRows(
  own: Int32Array,
  other: Int32Array,
  { value }: Observations,
  factor: Tall,
  count: number,
  ridge: number,
): Tall {
  const rank = factor.width;
  const matrices = Array.from({ length: count }, () => Matrix.eye(rank, rank, ridge));
  const targets = Array.from({ length: count }, () => new Matrix(rank, 1));
  value.forEach((entry, k) => {
    const [i, j] = [own[k] ?? 0, other[k] ?? 0];
    const row = Matrix.from1DArray(rank, 1, factor.values.subarray(j * rank, (j + 1) * rank));
    matrices[i]?.add(row.mmul(row.transpose()));
    targets[i]?.add(Matrix.mul(row, entry));
  });
  const solved = tall(count, rank);
  matrices.forEach((matrix, i) => {
    const target = targets[i] ?? new Matrix(rank, 1);
    solved.values.set(new CholeskyDecomposition(matrix).solve(target).to1DArray(), i * rank);
  });
  return solved;
}

function errorOf(left: Tall, right: Tall, { row, column, value }: Observations): number {
  const { width } = left;
  const squares = value.reduce((sum, target, k) => {
    let gap = -target;
    for (let c = 0; c < width; c += 1) {
      const u = left.values[(row[k] ?? 0) * width + c] ?? NaN;
      gap += u * (right.values[(column[k] ?? 0) * width + c] ?? NaN);
    }
    return sum + gap ** 2;
  }, 0);
  return Math.sqrt(squares / value.length);
}
