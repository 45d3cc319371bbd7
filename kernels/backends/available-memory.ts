/** Where the process cannot tell, as in a browser. */
const assumed = 2 ** 31;

/** Bytes of memory that this process may still take. */
export function availableMemory(): number {
  const { process } = globalThis;
  // Only in Node, and there only since 20.13.
  return typeof process === 'object' && typeof process.availableMemory === 'function'
    ? process.availableMemory()
    : assumed;
}
