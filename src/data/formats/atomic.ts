import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file beside its place and renames it, so that a half-written file never stands under its name.
 * @param write Fills the file; whatever it throws is thrown, and nothing is left behind.
 */
export async function writeAtomically(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const handle = await open(temporary, 'w');
  try {
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes text atomically. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeAtomically(path, async (handle) => {
    await handle.writeFile(text);
  });
}
