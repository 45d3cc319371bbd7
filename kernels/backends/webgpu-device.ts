/**
 * Watches TensorFlow.js's `webgpu` backend: WebGPU reports errors by events, and a shader that does not compile or a
 * buffer that does not fit leaves stale numbers behind. Here the next read fails instead.
 */
import { BackendError } from '../errors.js';

/** The part of GPUDevice that is used here. */
interface Device {
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
  addEventListener(type: 'uncapturederror', listener: (event: DeviceErrorEvent) => void): void;
}

interface DeviceErrorEvent {
  readonly error: { readonly message: string };
  preventDefault?(): void;
}

/** The part of WebGPUBackend that is used here. */
interface DeviceBackend {
  readonly device: Device;
  read(dataId: object): Promise<unknown>;
  runWebGPUProgram(...parameters: unknown[]): unknown;
}

/** What the device was asked to do since it was started. */
export interface DeviceActivity {
  /** Programs, stock and own. */
  readonly launches: number;
  /** Times that the host waited for it. */
  readonly reads: number;
}

interface Watched {
  launches: number;
  reads: number;
  /** First error since the last read. */
  failure?: string;
  lost?: boolean;
}

const watched = new WeakMap<object, Watched>();
const retry = 'use backend wasm, or a smaller problem';

/** The device under a backend; undefined where it has none. */
export function deviceOf(backend: object): Device | undefined {
  return isDeviceBackend(backend) ? backend.device : undefined;
}

/** Counts since the backend was started; undefined for a backend that is not watched. */
export function activityOf(backend: object): DeviceActivity | undefined {
  const state = watched.get(backend);
  return state && { launches: state.launches, reads: state.reads };
}

/** True once the device of a watched backend has been lost: it gives no result any more. */
export function isLost(backend: object): boolean {
  return watched.get(backend)?.lost === true;
}

/** Makes errors of the device fail the next launch or read, and counts both. */
export function watchDevice(backend: object): void {
  if (!isDeviceBackend(backend) || watched.has(backend)) return;
  const state: Watched = { launches: 0, reads: 0 };
  watched.set(backend, state);
  backend.device.addEventListener('uncapturederror', (event) => {
    event.preventDefault?.();
    state.failure ??= oneLine(event.error.message);
  });
  const throwFailure = (): void => {
    const { failure } = state;
    if (failure === undefined) return;
    delete state.failure;
    throw new BackendError('webgpu', failure, retry);
  };
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    state.reads += 1;
    const values = await read(dataId).catch((error: unknown) => {
      // Nothing but the loss of the device makes a read fail. A promise tells of the loss too, but waiting for it would
      // keep Node alive.
      state.lost = true;
      const reason = state.failure ?? (oneLine(error instanceof Error ? error.message : '') || 'reading failed');
      throw new BackendError('webgpu', `the device was lost: ${reason}`, 'start the program anew, or use backend wasm');
    });
    throwFailure();
    return values;
  };
  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (...parameters) => {
    state.launches += 1;
    try {
      return run(...parameters);
    } catch (error) {
      // Buffers that do not fit throw where they are mapped.
      const reason = state.failure ?? (error instanceof Error ? oneLine(error.message) : 'a launch failed');
      delete state.failure;
      throw new BackendError('webgpu', reason, retry);
    }
  };
}

function isDeviceBackend(backend: object): backend is DeviceBackend {
  return 'device' in backend && 'read' in backend && 'runWebGPUProgram' in backend;
}

function oneLine(message: string): string {
  return message.trim().replace(/\s+/gu, ' ').slice(0, 300);
}
