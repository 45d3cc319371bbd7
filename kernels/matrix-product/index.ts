import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { ProductAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

/** Block sizes of the AssemblyScript implementation; `assembly.ts` has the same. */
const innerBlock = 256;
const rowBlock = 64;

export const matrixProductKernel = defineKernel<'left' | 'right', never, ProductAttributes>({
  name: 'LinRfmMatrixProduct',
  reals: ['left', 'right'],
  integers: [],
  outputShape: ({ rows, columns }) => [rows, columns],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'matrixProduct32',
    float64: 'matrixProduct64',
    scratchBytes: ({ columns }, realBytes) => (innerBlock * (columns + 8) + rowBlock * innerBlock + 64) * realBytes,
    parameters: ({ reals, attributes: a, output, scratch }) => [
      ...[reals.left, reals.right, output, scratch, a.rows, a.columns, a.inner],
      ...[a.transposeLeft, a.transposeRight, a.symmetric, a.scale, a.shift],
    ],
  },
});

export interface ProductOptions {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
  /** The caller knows the result to be symmetric: half the work, and symmetric to the last bit. */
  readonly symmetric?: boolean;
  /** 1 unless given. */
  readonly scale?: number;
  /** 0 unless given. */
  readonly shift?: number;
}

/**
 * Computes scale · op(left) · op(right) + shift · I.
 * @param left [rows, inner], or [inner, rows] when transposed.
 * @param right [inner, columns], or [columns, inner] when transposed.
 * @returns [rows, columns]; the caller disposes.
 * @throws InputError when the shapes disagree, or when a shifted or symmetric result is not square.
 */
export function matrixProduct(left: RealTensor, right: RealTensor, options: ProductOptions = {}): RealTensor {
  return matrixProductKernel.run(productInputs(left, right, options));
}

/** Checks the shapes of a product and lays out its inputs for the kernel. */
export function productInputs(left: RealTensor, right: RealTensor, options: ProductOptions = {}) {
  const { transposeLeft = false, transposeRight = false, symmetric = false, scale = 1, shift = 0 } = options;
  const [leftRows, leftColumns] = matrixShape(left, 'left');
  const [rightRows, rightColumns] = matrixShape(right, 'right');
  const [rows, inner] = transposeLeft ? [leftColumns, leftRows] : [leftRows, leftColumns];
  const [rightInner, columns] = transposeRight ? [rightColumns, rightRows] : [rightRows, rightColumns];
  if (inner !== rightInner) {
    throw new InputError('matrixProduct', `right with ${inner} rows`, `${rightInner}`, 'check shapes and transposes');
  }
  if ((symmetric || shift !== 0) && rows !== columns) {
    throw new InputError('matrixProduct', 'a square result for symmetric or shift', `${rows}x${columns}`);
  }
  return {
    reals: { left, right },
    integers: {},
    attributes: {
      ...{ rows, columns, inner, scale, shift },
      ...{ transposeLeft: Number(transposeLeft), transposeRight: Number(transposeRight), symmetric: Number(symmetric) },
    },
  };
}

function matrixShape(matrix: RealTensor, name: string): [number, number] {
  const [rows, columns] = matrix.shape;
  if (matrix.shape.length === 2 && rows !== undefined && columns !== undefined) return [rows, columns];
  throw new InputError('matrixProduct', `${name} of rank 2`, `shape [${matrix.shape.join(', ')}]`);
}
