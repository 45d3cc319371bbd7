/** Which file a path names, and reading it: mistakes about either are the caller's. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BackendError, InputError } from '../errors.js';

/**
 * The place of a file that need not exist yet. Links to folders are followed, so that an input is not overwritten by
 * another of its names; a link as the last part is not, since an output replaces the link itself.
 */
export async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  return join(await realpath(dirname(whole)).catch(() => dirname(whole)), basename(whole));
}

/** Places by which a file that is read may be reached: its own, and that which it links to. */
export async function placesOf(path: string): Promise<string[]> {
  return [await placeOf(path), await realpath(path).catch(() => resolve(path))];
}

/** Runs a reader; what the system says of the file (no permission, too long) becomes an InputError. */
export async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError || error instanceof BackendError || !hasCode(error)) throw error;
    throw new InputError(path, 'a file that can be read', error.code, 'check its permissions and size');
  }
}

function hasCode(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
