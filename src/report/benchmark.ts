/** The benchmark's table, its captions, and its JSON. */
import type { BackendMeasured, BenchmarkResult, BenchmarkRow } from '../benchmark/measure.js';
import { version } from '../version.js';

/** A header and a row for each measurement; aligned by the caller. */
export function benchmarkTable(rows: readonly BenchmarkRow[]): string[][] {
  const header = [
    ...['case', 'solver', 'backend', 'seconds', 'CPU s', 'steps', 'CG steps', 'rank', 'relative error'],
    ...['GB/s (of copy)', 'launches, reads per CG step'],
  ];
  return [header, ...rows.map(cellsOf)];
}

function cellsOf({ name, solver, backend, failure, ...row }: BenchmarkRow): string[] {
  if (failure !== undefined) return [name, solver, backend, ...Array.from({ length: 8 }, () => '-')];
  const { seconds, cpuSeconds, steps, innerSteps, rank, error, bandwidth, share, activity, status } = row;
  const end = status === 'converged' ? '' : ` (${status})`;
  return [
    ...[name, solver, backend, seconds.toPrecision(3), cpuSeconds.toPrecision(3), `${steps}${end}`],
    ...[innerSteps === 0 ? '-' : `${innerSteps}`, `${rank}`, error.toExponential(0)],
    Number.isNaN(bandwidth) ? '-' : `${(bandwidth / 1e9).toPrecision(2)} (${(100 * share).toFixed(0)} %)`,
    activity === undefined ? '-' : `${activity.launches.toFixed(1)}, ${activity.reads.toFixed(1)}`,
  ];
}

/** One line for each backend: what its device can do at most. */
export function ceilingLines(ceilings: readonly BackendMeasured[]): string {
  return ceilings
    .map(({ backend, device, threads, copyBandwidth, productRate }) => {
      const rates = Object.entries(productRate).map(([precision, rate]) => `${precision} ${billions(rate)} GFLOP/s`);
      const count = threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
      return `${backend} (${device}${count}): copy ${billions(copyBandwidth)} GB/s; matrix product ${rates.join(', ')}\n`;
    })
    .join('');
}

/** How to read the column of bandwidths. */
export const bandwidthNote =
  'GB/s: what conjugate gradients read and write, gathered rows included, over the whole solve; rows that stay in a cache ' +
  'can take it above the copy.\n';

function billions(value: number): string {
  const number = value / 1e9;
  return number >= 100 ? number.toFixed(0) : number.toPrecision(2);
}

/** What `--metrics` writes. Numbers that are not finite are null, as JSON has it. */
export function benchmarkMetrics({ ceilings, rows }: BenchmarkResult, machine: string, repeats: number): object {
  return {
    ...{ version, machine, repeats },
    backends: ceilings.map(({ backend, device, threads, copyBandwidth, productRate }) => ({
      ...{ backend, device, threads },
      copy_bytes_per_second: copyBandwidth,
      product_flops_per_second: productRate,
    })),
    rows: rows.map(({ name, cpuSeconds, innerSteps, error, bandwidth, share, activity, ...rest }) => ({
      ...{ case: name, ...rest, cpu_seconds: cpuSeconds, inner_steps: innerSteps, relative_error: error },
      ...{ bytes_per_second: bandwidth, share_of_copy: share },
      ...(activity && { launches_per_inner_step: activity.launches, reads_per_inner_step: activity.reads }),
    })),
  };
}
