/** Case × solver × backend: medians of several solves of problems whose truth is known. */
import * as tf from '@tensorflow/tfjs';
import { activeBackend, backendFailure, useBackend, useThreads } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { activityOf } from '../../kernels/backends/webgpu-device.js';
import type { DeviceActivity } from '../../kernels/backends/webgpu-device.js';
import type { Precision } from '../../kernels/real.js';
import type { Contender } from '../compare.js';
import { complete } from '../complete.js';
import type { CompleteResult } from '../complete.js';
import { generateProblem } from '../data/synthetic.js';
import { InputError } from '../errors.js';
import type { BenchmarkCase } from './cases.js';
import { measureCeilings } from './ceilings.js';
import type { Ceilings, CeilingSizes } from './ceilings.js';
import { median } from './median.js';
import { relativeError } from './relative-error.js';

export interface BenchmarkOptions {
  readonly cases: readonly BenchmarkCase[];
  readonly solvers: readonly Contender[];
  /** Backends that work here, as reported. */
  readonly backends: readonly BackendReport[];
  /** Timed solves; one more goes before them, which compiles. */
  readonly repeats: number;
  /** Of the kernels on the CPU; all cores unless given. libtensorflow has its own, set when it starts. */
  readonly threads?: number;
  readonly sizes: CeilingSizes;
  readonly signal?: AbortSignal;
  /** Told before each measurement what comes. */
  readonly onStart?: (what: string) => void;
}

export interface BackendMeasured extends Ceilings {
  readonly backend: string;
  readonly device: string;
  readonly threads: number | undefined;
}

export interface BenchmarkRow {
  readonly name: string;
  readonly solver: string;
  readonly backend: string;
  /** Why there are no figures; absent where there are. */
  readonly failure?: string;
  readonly status?: string;
  /** Wall clock, median; NaN after a failure, as all figures. */
  readonly seconds: number;
  /** Of all threads of the process, median. */
  readonly cpuSeconds: number;
  readonly steps: number;
  /** Conjugate gradients, or what else the solver iterates inside a step. */
  readonly innerSteps: number;
  readonly rank: number;
  readonly error: number;
  /** Bytes a second that conjugate gradients read and wrote over the whole solve; NaN for solvers without. */
  readonly bandwidth: number;
  /** Share of the copy bandwidth of the backend. */
  readonly share: number;
  /** Launches and reads of an inner step, where the backend counts them. */
  readonly activity?: DeviceActivity;
}

export interface BenchmarkResult {
  readonly ceilings: readonly BackendMeasured[];
  readonly rows: readonly BenchmarkRow[];
}

/** Runs everything, backend by backend. The backend that was active is active again afterwards. */
export async function measureBenchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const { backends, threads, sizes, signal, onStart } = options;
  const before = tf.getBackend();
  const ceilings: BackendMeasured[] = [];
  const rows: BenchmarkRow[] = [];
  try {
    for (const { name: backend, float64 } of backends) {
      if (signal?.aborted === true) break;
      await useBackend(backend);
      await useThreads(threads);
      onStart?.(`${backend}: copy bandwidth and matrix products`);
      const precisions: Precision[] = float64 ? ['float32', 'float64'] : ['float32'];
      const limits = await measureCeilings(precisions, sizes);
      const { device, threads: used } = activeBackend().describe();
      ceilings.push({ backend, device, threads: used, ...limits });
      rows.push(...(await measureBackend(options, backend, limits.copyBandwidth)));
    }
  } finally {
    if (before) await tf.setBackend(before);
  }
  return { ceilings, rows: inOrder(rows, options) };
}

async function measureBackend(
  { cases, solvers, repeats, signal, onStart }: BenchmarkOptions,
  backend: string,
  copyBandwidth: number,
): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  for (const one of cases) {
    for (const solver of solvers) {
      if (signal?.aborted === true) return rows;
      onStart?.(`${backend}: ${one.name}, ${solver.name}`);
      const names = { name: one.name, solver: solver.name, backend };
      const figures = await measureSolve(one, solver, repeats, signal).catch((error: unknown) => {
        const failure = error instanceof InputError ? error : backendFailure(error, backend);
        if (failure === undefined) throw error;
        return { ...noFigures, failure: failure.message };
      });
      rows.push({ ...names, ...figures, share: figures.bandwidth / copyBandwidth });
    }
  }
  return rows;
}

const noFigures = {
  ...{ seconds: NaN, cpuSeconds: NaN, steps: NaN, innerSteps: NaN, rank: NaN, error: NaN, bandwidth: NaN },
};

type Figures = Omit<BenchmarkRow, 'name' | 'solver' | 'backend' | 'share'>;

async function measureSolve(
  { problem }: BenchmarkCase,
  { options }: Contender,
  repeats: number,
  signal: AbortSignal | undefined,
): Promise<Figures> {
  const { observations, truth } = generateProblem(problem);
  const times: { readonly wall: number; readonly cpu: number }[] = [];
  let last: CompleteResult | undefined;
  let counted: DeviceActivity | undefined;
  for (let repeat = 0; repeat <= repeats && signal?.aborted !== true; repeat += 1) {
    const [cpu, before] = [process.cpuUsage(), activityOf(tf.backend())];
    const settings = { noise: 0, offsets: 'none', ...options, ...(signal && { signal }) } as const;
    last = await complete(observations, settings);
    const spent = process.cpuUsage(cpu);
    counted = difference(activityOf(tf.backend()), before);
    if (repeat > 0) times.push({ wall: last.seconds, cpu: (spent.user + spent.system) / 1e6 });
  }
  if (last === undefined) return noFigures;
  const { progress, completion, solver } = last;
  const innerSteps = progress.reduce((sum, step) => sum + (step.innerSteps ?? 0), 0);
  const seconds = median(times.map(({ wall }) => wall));
  const moved = solver === 'two-sided' ? innerSteps * problem.observed * bytesPerEntry(problem.rank) : NaN;
  return {
    ...{ status: last.status, seconds, cpuSeconds: median(times.map(({ cpu }) => cpu)) },
    ...{ steps: progress.length, innerSteps, rank: last.rank },
    ...{ error: relativeError(completion, truth), bandwidth: moved / seconds },
    ...(counted !== undefined && {
      activity: { launches: counted.launches / innerSteps, reads: counted.reads / innerSteps },
    }),
  };
}

/** A column index and a value for the sampled and the sparse product each, and the gathered rows: 2r and 3r float32. */
export function bytesPerEntry(rank: number): number {
  return 4 * (2 + 2 + 2 * rank + 3 * rank);
}

function difference(after?: DeviceActivity, before?: DeviceActivity): DeviceActivity | undefined {
  if (after === undefined || before === undefined) return undefined;
  return { launches: after.launches - before.launches, reads: after.reads - before.reads };
}

/** Case by case, so that the backends stand side by side. */
function inOrder(rows: readonly BenchmarkRow[], { cases, solvers }: BenchmarkOptions): BenchmarkRow[] {
  return cases.flatMap(({ name }) =>
    solvers.flatMap((solver) => rows.filter((row) => row.name === name && row.solver === solver.name)),
  );
}
