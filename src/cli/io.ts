/** Where a command writes, and how it is told to stop; the tests pass their own. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly signal?: AbortSignal | undefined;
}

/** What the process returns to the shell. */
export const exitCode = { done: 0, internal: 1, usage: 2, unfinished: 3, interrupted: 130 } as const;

/** Rows of a table, columns aligned. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, k) => (widths[k] = Math.max(widths[k] ?? 0, cell.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, k) => cell.padEnd(widths[k] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
