/** What the benchmark tells the process of the crowd to do. */

/** An order; each has one answer. */
export type CrowdOrder =
  /** Viewers that answer Pings, spread evenly over the sessions. */
  | {
      readonly do: 'join';
      readonly port: number;
      readonly viewers: number;
      readonly sessions: number;
    }
  /** All together send so many messages a second, one after the other; 0 ends that. */
  | { readonly do: 'pace'; readonly perSecond: number }
  /** The answer is how many messages came back in so long. */
  | { readonly do: 'window'; readonly ms: number }
  /** Ends all connections. */
  | { readonly do: 'leave' };
