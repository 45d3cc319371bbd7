/** Singular value decomposition of a matrix given as factors. */
import { multiplySmall, orthonormalise, smallSvd, timesSmall, transposeSmall } from './tall.js';
import type { Tall } from './tall.js';
import type { Triplets } from './leading-singular.js';

/** The triplets of left · rightᵀ, as many as the factors are wide. */
export function thinSvd(left: Tall, right: Tall): Triplets {
  const { width } = left;
  const [a, b] = [orthonormalise(left), orthonormalise(right)];
  const svd = smallSvd(multiplySmall(a.triangle, transposeSmall(b.triangle, width), width), width);
  return {
    left: timesSmall(a.basis, svd.left, width),
    values: svd.values,
    right: timesSmall(b.basis, svd.right, width),
  };
}
