/**
 * A caller's mistake: wrong usage or wrong input. The command line turns it into exit code 2.
 * The message reads `place: expected, got actual; remedy`.
 */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    /** Where: a file and line, an option, or the name of a function. */
    readonly place: string,
    /** What would have been right. */
    readonly expected: string,
    /** What was found instead. */
    readonly actual: string,
    /** What to do about it; left out where `expected` says it all. */
    readonly remedy?: string,
  ) {
    super(`${place}: expected ${expected}, got ${actual}${remedy === undefined ? '' : `; ${remedy}`}`);
  }
}

/** A backend that cannot be loaded or that lacks what was asked of it. */
export class BackendError extends Error {
  override readonly name = 'BackendError';

  constructor(
    readonly backend: string,
    /** One line: why it does not work here. */
    readonly reason: string,
    /** The exact command, or the sentence, that gets it. */
    readonly remedy: string,
  ) {
    super(`backend ${backend}: ${reason}; ${remedy}`);
  }
}
