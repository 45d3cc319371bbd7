/** What the correction of two-sided lin-RFM is asked for: where, with which penalties, how well. */
import type { Tall } from '../linalg/tall.js';

/** Where the tangent space is: orthonormal bases, singular values above the smoothing. */
export interface TangentPoint {
  readonly left: Tall;
  readonly values: Float64Array;
  readonly right: Tall;
  readonly epsilon: number;
}

/** γ = left · point.rightᵀ + point.left · rightᵀ. */
export interface Tangent {
  readonly left: Tall;
  readonly right: Tall;
}

export interface Penalties {
  /** For UᵀL, row-major [rank, rank]. */
  readonly core: Float64Array;
  /** For the rest of L and for R, by column, [rank]. */
  readonly side: Float64Array;
}

/**
 * Share of the sampling rate that keeps the preconditioner's blocks definite: a row with fewer observations than the rank
 * has a singular one. Above float32's rounding; more would blur directions that only the penalties see.
 */
export const leastRidge = 1e-5;

/** A weight nearer to ε² than this share of it would make its penalty infinite. */
const closest = 1e-3;

export function penaltiesOf({ values, epsilon }: TangentPoint): Penalties {
  const squared = epsilon ** 2;
  const penalty = (weight: number): number => squared / Math.max(weight - squared, closest * squared);
  const rank = values.length;
  return {
    core: Float64Array.from({ length: rank * rank }, (_, k) =>
      penalty(Math.max(values[Math.floor(k / rank)] as number, values[k % rank] as number) ** 2),
    ),
    side: values.map((value) => penalty(value ** 2)),
  };
}

export interface CorrectionOptions {
  /** The preconditioned residual's norm shrinks to this share. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /**
   * Precondition by the inverse normal matrix of every row and column instead of by the sampling rate: worth its price
   * once the tangent space has settled.
   */
  readonly blocks: boolean;
}

export interface Correction extends Tangent {
  /** Conjugate gradient steps. */
  readonly steps: number;
}
