/** Values of a low-rank matrix at the observations. */
import { disposeReal, downloadReal, tidyReals, uploadReal } from '../../../kernels/real.js';
import type { Precision } from '../../../kernels/real.js';
import { sampledProduct } from '../../../kernels/sampled-product/index.js';
import type { Tall } from '../../linalg/tall.js';
import type { SparseSide } from '../../sparse-problem.js';

/** @returns In the order of the side's pattern. */
export async function fittedValues(
  side: SparseSide,
  own: Tall,
  other: Tall,
  precision: Precision,
): Promise<Float64Array> {
  const sampled = tidyReals(() => {
    const upload = ({ count, width, values }: Tall) => uploadReal(values, [count, width], precision);
    return sampledProduct(upload(own), upload(other), side.pattern);
  });
  const values = await downloadReal(sampled);
  disposeReal(sampled);
  return values;
}
