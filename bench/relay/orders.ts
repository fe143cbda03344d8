/** What the benchmark tells the process of the viewers to do, and what comes back. */

/** An order; each has one answer. */
export type ViewersOrder =
  /** Every viewer sends its next message when the last one has come back. */
  | { readonly do: 'echo'; readonly port: number; readonly viewers: number }
  /** All viewers together send so many messages a second, whether or not any has come back. */
  | {
      readonly do: 'pace';
      readonly port: number;
      readonly viewers: number;
      readonly perSecond: number;
    }
  /** Every viewer receives frames of `size` bytes as fast as they come. */
  | {
      readonly do: 'stream';
      readonly port: number;
      readonly viewers: number;
      readonly size: number;
    }
  /** Connections that are made and closed, so many at once. */
  | {
      readonly do: 'visit';
      readonly port: number;
      readonly atOnce: number;
      readonly expects: 'accepted' | 'refused';
    }
  /** Viewers that answer Pings and do nothing else. */
  | { readonly do: 'idle'; readonly port: number; readonly viewers: number }
  /** Viewers that answer nothing; the answer comes when all of them were evicted. */
  | {
      readonly do: 'silent';
      readonly port: number;
      readonly viewers: number;
      readonly pongTimeoutMs: number;
    }
  /** Counts for so long. */
  | { readonly do: 'window'; readonly ms: number }
  /** Ends all connections. */
  | { readonly do: 'leave' };

/** What a window counted. */
export type Counted = {
  readonly ms: number;
  /** Messages that came back, bytes of payload that came, visits that ended as they should. */
  readonly units: number;
  /** Milliseconds: round trips of messages, or visits from the connect to the close. */
  readonly times: Times | null;
};

/** How long something took, in milliseconds. */
export type Times = {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};
