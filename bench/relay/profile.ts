/** What a CPU profile of V8 says in short: which functions the time went into. */

/** The part of a `.cpuprofile` that matters here; times are in microseconds. */
export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0 on; -1 where there is none. */
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** One for each sample: from the one before. */
  readonly timeDeltas: readonly number[];
};

/** A function, and the time in it without what it calls. */
export type SelfTime = {
  readonly name: string;
  /** File and line, counted from 1; the file alone where the line is not known. */
  readonly where: string;
  readonly ms: number;
  /** Of all time that was not idle. */
  readonly share: number;
};

/** V8's word for waiting. */
const IDLE = '(idle)';

const fileOf = (url: string): string => url.split('/').slice(-2).join('/');

/** The `most` dearest functions of the profiles together, the dearest first. */
export const selfTimesOf = (profiles: readonly CpuProfile[], most: number): SelfTime[] => {
  const found = new Map<string, { name: string; where: string; us: number }>();
  let all = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (const [at, id] of samples.entries()) {
      const frame = frames.get(id);
      const us = Math.max(0, timeDeltas[at] ?? 0);
      if (frame === undefined || frame.functionName === IDLE) continue;
      const { functionName, url, lineNumber } = frame;
      const name = functionName === '' ? '(anonymous)' : functionName;
      const where = `${fileOf(url)}${lineNumber < 0 ? '' : `:${lineNumber + 1}`}`;
      const key = `${name} ${url} ${lineNumber}`;
      const known = found.get(key) ?? { name, where, us: 0 };
      known.us += us;
      all += us;
      found.set(key, known);
    }
  }
  return [...found.values()]
    .toSorted((a, b) => b.us - a.us)
    .slice(0, most)
    .map(({ name, where, us }) => ({ name, where, ms: us / 1000, share: us / all }));
};
