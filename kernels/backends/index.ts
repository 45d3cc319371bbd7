/** The table of backends, and how one becomes the active one. */
import * as tf from '@tensorflow/tfjs';
import { BackendError, InputError } from '../errors.js';
import { candidatesFor } from './automatic.js';
import type { BackendHint, Candidate } from './automatic.js';
import type { Backend, BackendReport } from './backend.js';
import { cpu } from './cpu.js';
import { tensorflow } from './tensorflow.js';
import { wasm } from './wasm.js';
import { webgpu } from './webgpu.js';

export { leastObservationsForGpu } from './automatic.js';
export type { BackendHint } from './automatic.js';
export { backendFailure } from './failure.js';
export { threadCount, useThreads } from './wasm-threads.js';
export type { Backend, BackendReport } from './backend.js';

const backends: readonly Backend[] = [tensorflow, webgpu, wasm, cpu];

/** What a user may ask for. */
export const backendNames: readonly string[] = ['auto', ...backends.map(({ name }) => name)];

/** Tries every backend, in the order of the table. The active backend stays. */
export async function reportBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const backend of backends) reports.push(await reportBackend(backend));
  return reports;
}

/**
 * Makes a backend the active one. 'auto' takes the fastest that works for a problem of the hinted size, and the report
 * says why.
 * @param name One of `backendNames`.
 * @param hint Read for 'auto' only; without it the problem counts as small and stays on the CPU.
 * @throws InputError for a name that is not in the table; BackendError where it does not work here.
 */
export async function useBackend(name: string, hint: BackendHint = {}): Promise<BackendReport> {
  if (!backendNames.includes(name)) {
    throw new InputError('--backend', `one of ${backendNames.join(', ')}`, name);
  }
  const candidates: readonly Partial<Candidate>[] = name === 'auto' ? candidatesFor(hint) : [{ name }];
  let failure: BackendReport | undefined;
  for (const { name: candidate, why, accepts } of candidates) {
    const backend = backends.find((one) => one.name === candidate);
    if (backend === undefined) continue;
    const report = await reportBackend(backend);
    const fits = report.works && accepts?.(report) !== false;
    if (fits && (await tf.setBackend(backend.name))) return { ...report, ...(why !== undefined && { why }) };
    if (!report.works) failure = report;
  }
  throw new BackendError(
    failure?.name ?? name,
    failure?.reason ?? 'did not start',
    failure?.remedy ?? 'use --backend auto',
  );
}

/**
 * The backend that is active.
 * @throws BackendError where TensorFlow.js runs on one that is not in the table.
 */
export function activeBackend(): Backend {
  const name = tf.getBackend();
  const found = backends.find((backend) => backend.name === name);
  if (found !== undefined) return found;
  throw new BackendError(name, 'is not one of this project', `call useBackend with one of ${backendNames.join(', ')}`);
}

async function reportBackend(backend: Backend): Promise<BackendReport> {
  const { name, remedy, precisions } = backend;
  const float64 = precisions.includes('float64');
  try {
    await backend.load();
    return { name, works: true, float64, memoryBytes: backend.memoryBytes(), ...backend.describe() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, works: false, device: '', float64: false, reason, remedy };
  }
}
