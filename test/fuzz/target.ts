/** What a fuzz target is: one seed, one case. */

/** A target that is done at once. */
export type Target = {
  readonly name: string;
  /** Runs the case of this seed; throws where something does not hold. */
  readonly run: (seed: number) => void;
};

/** A case that failed, and the seed with which it can be had again. */
export class FailedCase extends Error {
  readonly seed: number;

  constructor(seed: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.seed = seed;
  }
}

/** Runs the cases of these seeds; `report` is called now and then with how many are done. */
export const runCases = (
  { run }: Target,
  seeds: Iterable<number>,
  report: (done: number) => void = () => undefined,
): void => {
  let done = 0;
  for (const seed of seeds) {
    try {
      run(seed);
    } catch (error) {
      throw new FailedCase(seed, error);
    }
    done += 1;
    if (done % 1_000 === 0) report(done);
  }
};

/** What does not hold, with what is needed to understand it. */
export const broken = (what: string, seen: Readonly<Record<string, unknown>>): never => {
  throw new Error(`${what}\n${JSON.stringify(seen, null, 1)}`);
};
