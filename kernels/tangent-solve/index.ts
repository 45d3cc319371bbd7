import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import { checkFactor, patternIntegers } from '../sparse-pattern.js';
import type { SparsePattern } from '../sparse-pattern.js';
import type { RealTensor } from '../real.js';
import { reference } from './reference.js';
import type { TangentAttributes, TangentIntegers, TangentReals } from './reference.js';

/** Conjugate gradient steps that a solve mostly takes: what its work is reckoned by. */
const usualSteps = 5;

/** Has no portable composition: its number of steps is only known on the way. Ask `isNative` before. */
export const tangentSolveKernel = defineKernel<TangentReals, TangentIntegers, TangentAttributes>({
  name: 'LinRfmTangentSolve',
  reals: ['gradientLeft', 'gradientRight', 'left', 'right', 'side', 'core'],
  integers: ['starts', 'columns', 'rowOf', 'columnStarts', 'columnRows'],
  outputShape: ({ rows, columnCount, width }) => [(rows + columnCount) * width + 1],
  reference,
  assembly: {
    float32: 'tangentSolve32',
    float64: 'tangentSolve64',
    // As laid out in assembly.ts: each part's own, its share of sums, its normal equations; five vectors and two bases;
    // sums by column; blocks.
    scratchBytes: ({ rows, columnCount, width, hasBlocks }, realBytes, parts) => {
      const padded = (width + 3) & ~3;
      const stride = padded * realBytes;
      const own = 512 + 4 * stride + 4 * width * stride;
      const shares = 64 + 3 * width * stride;
      const lines = 5 + hasBlocks * width;
      return (
        parts * (own + shares + padded * stride + columnCount * stride) + lines * (rows + columnCount) * stride + 64
      );
    },
    ignores: ['rowOf'],
    parallel: {
      work: ({ rows, columnCount, entries, width, hasBlocks }) =>
        usualSteps * entries * 4 * width + hasBlocks * (2 * entries * width ** 2 + (rows + columnCount) * width ** 3),
    },
    parameters: ({ reals, integers, attributes: a, output, scratch }) => [
      ...[reals.gradientLeft, reals.gradientRight, reals.left, reals.right, reals.side, reals.core],
      ...[integers.starts, integers.columns, integers.columnStarts, integers.columnRows, output, scratch],
      ...[a.rows, a.columnCount, a.width, a.share, a.leastRidge, a.tolerance, a.maxSteps, a.hasBlocks],
    ],
  },
});

export interface TangentSolveInputs {
  /** Right-hand side: γ = gradientLeft · rightᵀ + left · gradientRightᵀ with gradientRightᵀ · right = 0. */
  readonly gradientLeft: RealTensor;
  readonly gradientRight: RealTensor;
  /** Orthonormal bases, [rows, width] and [columns, width]. */
  readonly left: RealTensor;
  readonly right: RealTensor;
  /** Penalty on the left half outside `left` and on the right half, by column, [width]. */
  readonly side: RealTensor;
  /** Penalty on leftᵀ · (left half), [width, width]. */
  readonly core: RealTensor;
}

/**
 * Lays out the inputs of conjugate gradients for (P_T P* P P_T + penalties) γ = gradient in the tangent space of a low-rank
 * matrix. The output holds γ's left half [rows, width], its right half [columns, width], and the number of steps.
 * @param columnPattern The transposed pattern.
 * @throws InputError when the shapes disagree.
 */
export function tangentInputs(
  reals: TangentSolveInputs,
  pattern: SparsePattern,
  columnPattern: SparsePattern,
  options: Pick<TangentAttributes, 'share' | 'leastRidge' | 'tolerance' | 'maxSteps'> & { readonly blocks: boolean },
) {
  const [rows, columnCount] = pattern.shape;
  const width = checkFactor('tangentSolve', 'left', reals.left, rows);
  checkFactor('tangentSolve', 'right', reals.right, columnCount, width);
  checkFactor('tangentSolve', 'gradientLeft', reals.gradientLeft, rows, width);
  checkFactor('tangentSolve', 'gradientRight', reals.gradientRight, columnCount, width);
  checkFactor('tangentSolve', 'core', reals.core, width, width);
  if (reals.side.shape.join() !== `${width}`) {
    throw new InputError('tangentSolve', `side [${width}]`, `[${reals.side.shape.join(', ')}]`);
  }
  const { share, leastRidge, tolerance, maxSteps, blocks } = options;
  return {
    reals: { ...reals },
    integers: {
      ...patternIntegers(pattern),
      columnStarts: columnPattern.starts,
      columnRows: columnPattern.columns,
    },
    attributes: {
      ...{ rows, columnCount, entries: pattern.entries, width },
      ...{ share, leastRidge, tolerance, maxSteps, hasBlocks: Number(blocks) },
    },
  };
}
