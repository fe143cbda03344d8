/** What a ledger that processes share would have to do, from what one process was seen to do. */

/** What one process does at its peak. */
export type Peak = {
  /** Microseconds of the CPU for a connection, from the connect to the end. */
  readonly cpuUs: number;
  /** Milliseconds of a visit that is alone. */
  readonly visitMs: number;
};

/** What that asks of a ledger. */
export type Needs = {
  readonly processes: number;
  /** Connections a second, where every process has a core for itself. */
  readonly connections: number;
  /** A reservation and a release for each. */
  readonly requests: number;
  /** Microseconds of the CPU that a process may spend on one request. */
  readonly requestUs: number;
  /** Milliseconds that a newcomer may wait for its reservation; nobody waits for a release. */
  readonly answerMs: number;
};

/** What the handshake may become slower by. */
const SHARE = 0.1;
const REQUESTS = 2;

/** The needs of so many processes. */
export const needsOf = ({ cpuUs, visitMs }: Peak, processes: number): Needs => {
  const connections = (processes * 1e6) / cpuUs;
  return {
    processes,
    connections,
    requests: REQUESTS * connections,
    requestUs: (SHARE * cpuUs) / REQUESTS,
    answerMs: SHARE * visitMs,
  };
};

/** The share of the fullest, against an even one: 1 is even; 1 of nobody. */
export const unevennessOf = (counts: readonly number[]): number => {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return all === 0 ? 1 : (Math.max(...counts) * counts.length) / all;
};
