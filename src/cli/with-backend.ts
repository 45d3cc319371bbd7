/** Runs a solve on the backend that was asked for; with 'auto', on the next one where a backend fails. */
import { backendFailure, useBackend, useThreads } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { BackendError } from '../errors.js';
import type { Io } from './io.js';

export interface BackendWish {
  /** One of `backendNames`. */
  readonly backend: string;
  /** All cores unless given. */
  readonly threads: number | undefined;
  /** Observed entries, where they are known: what 'auto' goes by. */
  readonly observations?: number;
}

/**
 * Readies a backend and runs. Where the backend fails on the way (device lost, out of memory, driver) and the choice was
 * 'auto', the run begins anew on the next candidate, with a warning; nothing has been written by then.
 * @param run The solve alone; called once for each backend tried.
 * @throws BackendError where the backend was named, or none is left.
 */
export async function withBackend<T>(
  io: Io,
  { backend, threads, observations }: BackendWish,
  run: (report: BackendReport) => Promise<T>,
): Promise<T> {
  const failed: string[] = [];
  const next = (): Promise<BackendReport> =>
    useBackend(backend, { failed, ...(observations !== undefined && { observations }) });
  let report = await next();
  for (;;) {
    await useThreads(threads);
    try {
      return await run(report);
    } catch (error) {
      const failure = backendFailure(error, report.name);
      if (failure === undefined) throw error;
      if (backend !== 'auto') throw failure;
      failed.push(report.name);
      report = await next().catch((none: unknown) => {
        throw none instanceof BackendError ? failure : none;
      });
      io.stderr.write(`warning: ${failure.message}; starting anew on backend ${report.name}\n`);
    }
  }
}

/** One line on what 'auto' took; empty where the backend was named. */
export function choiceLine({ name, device, why }: BackendReport): string {
  return why === undefined ? '' : `backend: ${name} (${device}): ${why}\n`;
}
