/**
 * What goes wrong at start-up, said so that whoever typed the command knows what to type
 * instead. Mistakes of viewers and backends are values (refusals, causes), not exceptions.
 */

/**
 * `usage`: the command line is wrong (exit 2). `environment`: the machine says no (exit 1).
 * `absent`: no proxy runs where one was looked for (exit 5).
 */
export type ErrorKind = 'usage' | 'environment' | 'absent';

/** An error that is printed as one line and ends the process with `exitCode`, without a stack. */
export class BouncerError extends Error {
  readonly kind: ErrorKind;
  /** What to type or change, as a clause: `pass --port`. */
  readonly remedy: string;

  constructor(kind: ErrorKind, message: string, remedy: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BouncerError';
    this.kind = kind;
    this.remedy = remedy;
  }

  /** 2 for wrong usage, 5 where no proxy runs, 1 for everything else. */
  get exitCode(): 1 | 2 | 5 {
    return ({ usage: 2, absent: 5, environment: 1 } as const)[this.kind];
  }

  /** The one line for stderr, without a line break at its end. */
  get line(): string {
    return `wsbouncer: ${this.message}; ${this.remedy}`;
  }
}
