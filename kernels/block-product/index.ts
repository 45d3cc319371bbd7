import { InputError } from '../errors.js';
import { defineKernel } from '../define-kernel.js';
import type { RealTensor } from '../real.js';
import { portable } from './portable.js';
import { reference } from './reference.js';
import type { BlockAttributes } from './reference.js';
import { tensorflow } from './tensorflow.js';
import { webgpu } from './webgpu.js';

export const blockProductKernel = defineKernel<'blocks' | 'vectors', never, BlockAttributes>({
  name: 'LinRfmBlockProduct',
  reals: ['blocks', 'vectors'],
  integers: [],
  outputShape: ({ batch, width }) => [batch, width],
  reference,
  portable,
  tensorflow,
  webgpu,
  assembly: {
    float32: 'blockProduct32',
    float64: 'blockProduct64',
    scratchBytes: () => 0,
    parameters: ({ reals, attributes: a, output }) => [reals.blocks, reals.vectors, output, a.batch, a.width],
    // Bound by memory: copying the blocks to the threads would cost more than the products.
    parallel: { work: () => 0 },
  },
});

/**
 * Multiplies every vector of a batch by its own symmetric block.
 * @param blocks [batch, width, width], symmetric.
 * @param vectors [batch, width].
 * @returns [batch, width]; the caller disposes.
 * @throws InputError when the shapes disagree.
 */
export function blockProduct(blocks: RealTensor, vectors: RealTensor): RealTensor {
  return blockProductKernel.run(blockProductInputs(blocks, vectors));
}

/** Checks the shapes and lays out the inputs for the kernel. */
export function blockProductInputs(blocks: RealTensor, vectors: RealTensor) {
  const [batch, width] = vectors.shape;
  if (batch === undefined || width === undefined || blocks.shape.join() !== [batch, width, width].join()) {
    const given = `[${blocks.shape.join(', ')}] with vectors [${vectors.shape.join(', ')}]`;
    throw new InputError('blockProduct', 'blocks [batch, width, width] and vectors [batch, width]', given);
  }
  return { reals: { blocks, vectors }, integers: {}, attributes: { batch, width } };
}
