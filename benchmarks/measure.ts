/** What every benchmark needs: a clock that takes medians, errors, and a table. */
import { cpus } from 'node:os';
import { thinSvd } from '../src/linalg/thin-svd.js';
import { frobeniusNorm, joinColumns, tall } from '../src/linalg/tall.js';
import type { Factors, Truth } from '../src/index.js';

export { median } from '../src/benchmark/median.js';
export { relativeError } from '../src/benchmark/relative-error.js';

/** Relative error of factors against the truth, over all entries, without forming either matrix. */
export function factorError({ left, right }: Factors, truth: Truth): number {
  const { shape, rank } = truth;
  const negative = tall(
    shape[0],
    rank,
    truth.left.map((value) => -value),
  );
  const gap = thinSvd(joinColumns(left, negative), joinColumns(right, tall(shape[1], rank, truth.right)));
  return frobeniusNorm(gap.values) / Math.sqrt(shape[0] * shape[1]);
}

/** Rows under a header, as Markdown. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, header.map(() => '---'), ...rows];
  return all.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** The processor and Node, for the caption of a table. */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
}

/** Smallest and largest of some counts: `92-131`. */
export function span(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? `${low}` : `${low}-${high}`;
}
