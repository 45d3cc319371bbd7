/** Tells failures of a backend (memory, device, driver) from mistakes of this project. */
import { BackendError } from '../errors.js';

/** What the libraries under TensorFlow.js say when memory is out. */
const outOfMemory =
  /\bOOM\b|out of memory|ResourceExhausted|RESOURCE_EXHAUSTED|array buffer allocation failed|cannot enlarge memory/iu;
/** What CUDA and libtensorflow say when the device or its driver fails. */
const deviceFailed = /CUDA_ERROR|cudaError|CUBLAS_STATUS|CUSOLVER_STATUS|failed call to cu\w+|device.{0,20}\blost\b/iu;

/**
 * The failure of a backend behind an error.
 * @param name The backend that was active.
 * @returns A BackendError of one line; undefined where the error is something else.
 */
export function backendFailure(error: unknown, name: string): BackendError | undefined {
  if (error instanceof BackendError) return error;
  if (!(error instanceof Error)) return undefined;
  const [line = ''] = error.message.split('\n');
  const reason = line.trim().slice(0, 300);
  if (outOfMemory.test(error.message)) {
    return new BackendError(name, `out of memory: ${reason}`, 'use another --backend, or a smaller problem');
  }
  if (!deviceFailed.test(error.message)) return undefined;
  return new BackendError(name, `the device failed: ${reason}`, 'check its driver, or use --backend wasm');
}
