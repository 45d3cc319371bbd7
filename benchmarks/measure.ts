/** What every benchmark needs: a clock that takes medians, errors, and a table. */
import { cpus } from 'node:os';
import { thinSvd } from '../src/linalg/thin-svd.js';
import { frobeniusNorm, joinColumns, tall } from '../src/linalg/tall.js';
import type { Completion, Factors, Truth } from '../src/index.js';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Relative error over all entries, row by row. */
export function relativeError(completion: Completion, truth: Truth): number {
  let [gap, size] = [0, 0];
  for (let i = 0; i < truth.shape[0]; i += 1) {
    const [actual, expected] = [completion.rows(i, i + 1), truth.rows(i, i + 1)];
    expected.forEach((value, j) => {
      gap += ((actual[j] ?? NaN) - value) ** 2;
      size += value ** 2;
    });
  }
  return Math.sqrt(gap / size);
}

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
