/** What is measured, of whom, and what the proxy is held to. Values only. */

/** A kind of work. */
export type WorkName =
  | 'echo'
  | 'paced'
  | 'stream-4k'
  | 'stream-64k'
  | 'stream-1m'
  | 'churn'
  | 'refused'
  | 'idle-1000'
  | 'idle-5000'
  | 'lateness';

/** How it is called, and in what its cost is told. */
export type Work = {
  readonly name: WorkName;
  readonly title: string;
  /** `µs` are those of the CPU, of all threads of the proxy. */
  readonly cost: 'µs' | 'KiB' | 'ms';
  readonly per: 'message' | 'MiB' | 'connection' | 'refusal' | 'viewer' | 'eviction';
};

/** In the order of the tables. */
export const WORKS: readonly Work[] = [
  { name: 'echo', title: '64 B echo, saturated, 100 viewers', cost: 'µs', per: 'message' },
  { name: 'paced', title: '64 B echo, paced, 200 viewers x 20/s', cost: 'µs', per: 'message' },
  { name: 'stream-4k', title: '4 KiB frames from the backend, 4 viewers', cost: 'µs', per: 'MiB' },
  { name: 'stream-64k', title: '64 KiB frames, 4 viewers', cost: 'µs', per: 'MiB' },
  { name: 'stream-1m', title: '1 MiB frames, 4 viewers', cost: 'µs', per: 'MiB' },
  { name: 'churn', title: 'connect, upgrade, close, 32 at a time', cost: 'µs', per: 'connection' },
  { name: 'refused', title: 'refused at a full session, 32 at a time', cost: 'µs', per: 'refusal' },
  { name: 'idle-1000', title: 'memory of 1,000 idle viewers', cost: 'KiB', per: 'viewer' },
  { name: 'idle-5000', title: 'memory of 5,000 idle viewers', cost: 'KiB', per: 'viewer' },
  {
    name: 'lateness',
    title: 'lateness of evictions, many silent viewers, p99',
    cost: 'ms',
    per: 'eviction',
  },
];

/** The work of that name. */
export const workOf = (name: WorkName): Work => WORKS.find((work) => work.name === name)!;

/** Who is measured; `none` is the load without a proxy. */
export type CandidateName =
  | 'none'
  | 'wsbouncer'
  | 'thread'
  | 'pipe'
  | 'http-proxy'
  | 'http-proxy-3'
  | 'httpxy'
  | 'fastify'
  | 'ws'
  | 'nginx'
  | 'nginx-64k'
  | 'haproxy';

/** A candidate. */
export type Candidate = {
  readonly name: CandidateName;
  readonly title: string;
  /** A program that has to be installed. */
  readonly needs?: 'nginx' | 'haproxy';
  /** Only these works; absent: all that are anybody's. */
  readonly works?: readonly WorkName[];
};

/** In the order of the tables. */
export const CANDIDATES: readonly Candidate[] = [
  { name: 'none', title: 'no proxy' },
  { name: 'wsbouncer', title: '**wsbouncer**, headless' },
  { name: 'thread', title: '**wsbouncer**, relay in its thread' },
  { name: 'pipe', title: 'bare Node TCP pipe' },
  { name: 'http-proxy', title: 'http-proxy' },
  { name: 'http-proxy-3', title: 'http-proxy-3' },
  { name: 'httpxy', title: 'httpxy' },
  { name: 'fastify', title: '@fastify/http-proxy' },
  { name: 'ws', title: '`ws` to `ws`' },
  { name: 'nginx', title: 'nginx, default buffers', needs: 'nginx' },
  {
    name: 'nginx-64k',
    title: 'nginx, 64 KiB buffers',
    needs: 'nginx',
    works: ['stream-4k', 'stream-64k', 'stream-1m'],
  },
  { name: 'haproxy', title: 'HAProxy', needs: 'haproxy' },
];

/** The candidate of that name. */
export const candidateOf = (name: CandidateName): Candidate =>
  CANDIDATES.find((candidate) => candidate.name === name)!;

/** Only wsbouncer refuses and evicts; without a proxy there is nothing whose memory could grow. */
export const isMeasured = (candidate: Candidate, work: WorkName): boolean => {
  if (candidate.works !== undefined) return candidate.works.includes(work);
  const isOurs = candidate.name === 'wsbouncer' || candidate.name === 'thread';
  if (work === 'refused' || work === 'lateness') return isOurs;
  return candidate.name !== 'none' || !work.startsWith('idle');
};

/** The libraries of which the best one is a measure. */
export const LIBRARIES: readonly CandidateName[] = ['http-proxy', 'http-proxy-3', 'httpxy'];

/** What a figure of wsbouncer is held against. */
export type Goal = {
  readonly work: WorkName;
  /** A ratio to this one; `nothing`: the figure itself. */
  readonly than: CandidateName | 'best-library' | 'nothing';
  /** The other side is measured at this work, where it is another one. */
  readonly thanWork?: WorkName;
  readonly must?: number;
  readonly aim?: number;
};

/** A tick of the proxy: what an eviction may be late. */
const TICK_MS = 250;

/** In the order of the table. */
export const GOALS: readonly Goal[] = [
  { work: 'echo', than: 'pipe', must: 1.15 },
  { work: 'echo', than: 'best-library', aim: 1 },
  { work: 'echo', than: 'nginx', aim: 1.75 },
  { work: 'paced', than: 'pipe', must: 1.1 },
  { work: 'paced', than: 'best-library', aim: 1 },
  { work: 'paced', than: 'nginx', aim: 1.35 },
  { work: 'stream-4k', than: 'pipe', must: 1.5, aim: 1.15 },
  { work: 'stream-64k', than: 'pipe', must: 1.2, aim: 1 },
  { work: 'stream-64k', than: 'nginx', aim: 0.65 },
  { work: 'stream-1m', than: 'pipe', must: 1.2, aim: 1 },
  { work: 'stream-1m', than: 'nginx', aim: 0.65 },
  { work: 'churn', than: 'http-proxy', must: 0.9, aim: 0.65 },
  { work: 'refused', than: 'http-proxy', thanWork: 'churn', must: 0.6, aim: 0.4 },
  { work: 'idle-5000', than: 'nothing', must: 16, aim: 10 },
  { work: 'idle-5000', than: 'nginx', aim: 0.6 },
  { work: 'lateness', than: 'nothing', must: TICK_MS },
];
