/** Runs a solve on the backend that was asked for; with 'auto', on the next one where a backend fails. */
import { backendFailure, useBackend, useThreads } from '../../kernels/backends/index.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { BackendError, InputError } from '../errors.js';
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
 * Readies a backend and runs. Where the backend fails on the way (device lost, out of memory, driver), or is too small for
 * the problem, and the choice was 'auto', the run begins anew on the next candidate, with a warning; nothing has been
 * written by then.
 * @param run The solve alone; called once for each backend tried.
 * @param check Throws where the problem does not fit the active backend; before anything is said or done.
 * @throws BackendError where the backend was named, or none is left; InputError where the problem fits none.
 */
export async function withBackend<T>(
  io: Io,
  { backend, threads, observations }: BackendWish,
  run: (report: BackendReport) => Promise<T>,
  check: () => unknown = () => undefined,
): Promise<T> {
  const failed: string[] = [];
  const next = (): Promise<BackendReport> =>
    useBackend(backend, { failed, ...(observations !== undefined && { observations }) });
  let report = await next();
  let last: Error | undefined;
  for (;;) {
    await useThreads(threads);
    try {
      check();
      if (last !== undefined) io.stderr.write(`warning: ${last.message}; starting anew on backend ${report.name}\n`);
      return await run(report);
    } catch (error) {
      const isLarge = isTooLarge(error);
      const failure = isLarge ? error : backendFailure(error, report.name);
      if (failure === undefined) throw error;
      if (backend !== 'auto') throw failure;
      // Of backends that are too small the first is told: it is the one that was chosen.
      if (!isLarge || last === undefined) last = failure;
      failed.push(report.name, ...(isLarge ? tooSlow : []));
      const told = last;
      report = await next().catch((none: unknown) => {
        throw none instanceof BackendError ? told : none;
      });
    }
  }
}

/** What wasm cannot hold would take plain JavaScript days. */
const tooSlow = ['cpu'];

/** Refused before anything is allocated; another backend may have more memory. */
function isTooLarge(error: unknown): error is InputError {
  return error instanceof InputError && error.place === 'memory';
}

/** One line on what 'auto' took; empty where the backend was named. */
export function choiceLine({ name, device, why }: BackendReport): string {
  return why === undefined ? '' : `backend: ${name} (${device}): ${why}\n`;
}
