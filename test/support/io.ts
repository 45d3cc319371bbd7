import type { Io } from '../../src/cli/io.js';
import { main } from '../../src/cli/main.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. */
export async function runCli(
  argv: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const io: Io = {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    ...options,
  };
  return { code: await main(argv, io), ...written };
}
