/**
 * What the benchmark and its load processes say to each other, over Node's own channel between
 * parent and child: one order at a time, each with one answer.
 */

/** Who connects, and what they do. */
export type LoadPlan = {
  readonly viewers: number;
  readonly sessions: number;
  /** How many answer every second Ping only, and so change their state once in each interval. */
  readonly alternating: number;
  /** How many of the others send a message at an even pace and have it echoed. */
  readonly echoing: number;
  /** Messages a second of each of those. */
  readonly echoesPerSecond: number;
};

/** To the process of the viewers. */
export type ViewersOrder =
  | { readonly do: 'connect'; readonly port: number; readonly plan: LoadPlan }
  /** Looks at the round trips of the echoes for so many milliseconds. */
  | { readonly do: 'measure'; readonly ms: number }
  /** Ends all connections. */
  | { readonly do: 'leave' };

/** Round trips of the echoes within a window, in milliseconds. */
export type Latency = {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};

/** What came of an order. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

const answer = (sent: Answer): void => void process.send?.(sent);

/** In a child: carries out every order of the parent, and ends with it. */
export const carryOut = (handle: (order: unknown) => Promise<unknown>): void => {
  process.on('message', (order) => {
    handle(order).then(
      (value) => answer({ ok: true, value }),
      (error: unknown) => answer({ ok: false, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C goes to the parent's children as well; the parent ends them in its order.
  process.on('SIGINT', () => undefined);
};
