import type { HostCall } from '../contract.js';
import type { RealArray } from '../real.js';
import { reference as normalSolve } from '../row-normal-solve/reference.js';

export type TangentAttributes = {
  readonly rows: number;
  readonly columnCount: number;
  readonly entries: number;
  readonly width: number;
  /** Of the entries that are observed: what P*P is on average. */
  readonly share: number;
  /** Added to the penalties of a row's normal matrix, which may lack observations. */
  readonly leastRidge: number;
  /** The preconditioned residual's norm shrinks to this share. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /** 1: precondition by the inverse normal matrix of every row and column; 0: by the sampling rate. */
  readonly hasBlocks: number;
};

export type TangentReals = 'gradientLeft' | 'gradientRight' | 'left' | 'right' | 'side' | 'core';
export type TangentIntegers = 'starts' | 'columns' | 'rowOf' | 'columnStarts' | 'columnRows';

/** γ = left · vᵀ + u · rightᵀ. */
interface Pair {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

export function reference(call: HostCall<TangentReals, TangentIntegers, TangentAttributes>): void {
  const { tolerance, maxSteps } = call.attributes;
  const { apply, precondition } = systemOf(call);
  const residual = {
    left: Float64Array.from(call.reals.gradientLeft),
    right: Float64Array.from(call.reals.gradientRight),
  };
  const solution = { left: residual.left.map(() => 0), right: residual.right.map(() => 0) };
  let direction = precondition(residual);
  let product = dot(residual, direction);
  const enough = tolerance ** 2 * product;
  let steps = 0;
  for (; product > enough && steps < maxSteps; steps += 1) {
    const applied = apply(direction);
    const length = product / dot(direction, applied);
    addScaled(solution, direction, length);
    addScaled(residual, applied, -length);
    const next = precondition(residual);
    const following = dot(residual, next);
    addScaled(next, direction, following / product);
    [direction, product] = [next, following];
  }
  call.output.set(solution.left);
  call.output.set(solution.right, solution.left.length);
  call.output[solution.left.length + solution.right.length] = steps;
}

function systemOf({ reals, integers, attributes: a }: HostCall<TangentReals, TangentIntegers, TangentAttributes>) {
  const { left: u, right: v, side, core } = reals;
  const { starts, columns } = integers;
  const { width, share } = a;
  const inverses = a.hasBlocks ? blockInverses(reals, integers, a) : undefined;
  const sideOf = (k: number): number => side[k % width] ?? 0;

  function apply(direction: Pair): Pair {
    const { left, right } = direction;
    const [data, sums] = [new Float64Array(left.length), new Float64Array(right.length)];
    for (let i = 0; i < a.rows; i += 1) {
      for (let k = starts[i] ?? 0; k < (starts[i + 1] ?? 0); k += 1) {
        const [row, column] = [i * width, (columns[k] ?? 0) * width];
        let value = 0;
        for (let c = 0; c < width; c += 1) {
          value += (left[row + c] ?? 0) * (v[column + c] ?? 0) + (u[row + c] ?? 0) * (right[column + c] ?? 0);
        }
        for (let c = 0; c < width; c += 1) {
          data[row + c] = (data[row + c] ?? 0) + value * (v[column + c] ?? 0);
          sums[column + c] = (sums[column + c] ?? 0) + value * (u[row + c] ?? 0);
        }
      }
    }
    const weighted = inner(u, left, width).map((value, k) => value * ((core[k] ?? 0) - sideOf(k)));
    const penalty = plusTimes(
      left.map((value, k) => value * sideOf(k)),
      u,
      weighted,
      1,
    );
    const across = plusTimes(sums, v, inner(v, sums, width), -1);
    return {
      left: data.map((value, k) => value + (penalty[k] ?? 0)),
      right: across.map((value, k) => value + (right[k] ?? 0) * sideOf(k)),
    };
  }

  function precondition({ left, right }: Pair): Pair {
    const times = (blocks: Float64Array | undefined, vectors: Float64Array): Float64Array =>
      vectors.map((value, at) => {
        if (blocks === undefined) return value / (sideOf(at) + share);
        const [line, first] = [Math.floor(at / width), at - (at % width)];
        let sum = 0;
        for (let c = 0; c < width; c += 1) {
          sum +=
            (vectors[first + c] ?? 0) * (blocks[line * width * (width + 1) + width + c * width + (at % width)] ?? 0);
        }
        return sum;
      });
    const within = inner(u, left, width);
    const solved = times(inverses?.rows, plusTimes(left, u, within, -1));
    const back = inner(u, solved, width);
    const inside = within.map((value, k) => value / ((core[k] ?? 0) + share) - (back[k] ?? 0));
    const other = times(inverses?.columns, right);
    return { left: plusTimes(solved, u, inside, 1), right: plusTimes(other, v, inner(v, other, width), -1) };
  }
  return { apply, precondition };
}

/** For every row and column a solution that is not used and the inverse of its normal matrix. */
function blockInverses(
  { left, right, side }: Readonly<Record<TangentReals, RealArray>>,
  { starts, columns, columnStarts, columnRows }: Readonly<Record<TangentIntegers, Int32Array>>,
  { rows, columnCount, entries, width, leastRidge }: TangentAttributes,
): { rows: Float64Array; columns: Float64Array } {
  const ridge = Float64Array.from(side, (penalty) => penalty + leastRidge);
  const solve = (factor: RealArray, from: Int32Array, to: Int32Array, count: number): Float64Array => {
    const output = new Float64Array(count * width * (width + 1));
    normalSolve({
      reals: { values: new Float64Array(entries), right: factor, moments: ridge, ridge },
      integers: { starts: from, columns: to, rowOf: to },
      attributes: { rows: count, columnCount: factor.length / width, entries, width, withMoments: 0, withInverse: 1 },
      output,
    });
    return output;
  };
  return { rows: solve(right, starts, columns, rows), columns: solve(left, columnStarts, columnRows, columnCount) };
}

/** aᵀ·b, row-major [width, width]. */
function inner(a: RealArray, b: RealArray, width: number): Float64Array {
  const sums = new Float64Array(width * width);
  for (let at = 0; at < a.length; at += width) {
    for (let k = 0; k < sums.length; k += 1) {
      sums[k] = (sums[k] ?? 0) + (a[at + Math.floor(k / width)] ?? 0) * (b[at + (k % width)] ?? 0);
    }
  }
  return sums;
}

/** base + scale · matrix · small. */
function plusTimes(base: RealArray, matrix: RealArray, small: Float64Array, scale: number): Float64Array {
  const width = Math.sqrt(small.length);
  return Float64Array.from(base, (value, at) => {
    let sum = 0;
    for (let k = 0; k < width; k += 1) {
      sum += (matrix[at - (at % width) + k] ?? 0) * (small[k * width + (at % width)] ?? 0);
    }
    return value + scale * sum;
  });
}

function dot(a: Pair, b: Pair): number {
  const half = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0);
  return half(a.left, b.left) + half(a.right, b.right);
}

/** to += scale · more. */
function addScaled(to: Pair, more: Pair, scale: number): void {
  more.left.forEach((value, k) => (to.left[k] = (to.left[k] ?? 0) + scale * value));
  more.right.forEach((value, k) => (to.right[k] = (to.right[k] ?? 0) + scale * value));
}
