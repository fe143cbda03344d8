/** Runs cases at a backend and through a proxy in front of it, and says where they differ. */
import { withProxy } from '../support/proxy.ts';
import type { BackendTemplate } from '../../src/contract.ts';
import type { Case, Server } from './case.ts';
import { observe, type Observation } from './client.ts';

/** What came of a case on both ways; an error is what was waited for in vain. */
export type Outcome = { readonly direct: Observation; readonly through: Observation };

/** Outcomes by the cases' ids. */
export type Outcomes = ReadonlyMap<string, Outcome | Error>;

/** Cases at once: enough to fill the waiting, few enough for nobody to wait long. */
const AT_ONCE = 24;

/** So many waits in vain are no single fault: the rest is not run, and fails. */
const MOST_IN_VAIN = 2 * AT_ONCE;

const OWN_PINGS_MS = 50;
/** The proxy knows so many unanswered ones that a backend at its hardest case answers in time. */
const BACKEND_PINGS_MS = 500;

/** The part of an observation that a case says beforehand. */
type Told = {
  readonly heard: readonly string[];
  readonly code: number | null;
  /** permessage-deflate was agreed. */
  readonly deflate: boolean;
  /** As many of the messages as were compressed: all where that was agreed, or none. */
  readonly compressed: number;
};

/** The order in which a backend says things, as far as it keeps one. */
type Ordered = (heard: readonly string[]) => readonly string[];

const isPong = (one: string): boolean => one.startsWith('pong');

const ORDERED: Readonly<Record<Server, Ordered>> = {
  ws: (heard) => heard,
  // It answers Pings past the messages that it still works at, as it may (RFC 6455 5.5.3).
  python: (heard) => [...heard.filter((one) => !isPong(one)), ...heard.filter(isPong)],
};

const told = (observation: Observation, ordered: Ordered): Told => ({
  heard: ordered(observation.heard),
  code: observation.close?.code ?? null,
  deflate: observation.extensions !== null,
  compressed: observation.compressed.filter(Boolean).length,
});

const foretold = ({ answer, codes, extensions }: Case, server: Server, ordered: Ordered): Told => {
  const deflate = extensions?.includes('permessage-deflate') ?? false;
  const messages = answer.heard.filter((one) => /^(text|binary)/.test(one)).length;
  return {
    heard: ordered(answer.heard),
    code: codes?.[server] ?? answer.code,
    deflate,
    compressed: deflate ? messages : 0,
  };
};

/** What is compared: what was expected, and what was seen. */
export type Comparison = { readonly expected: unknown; readonly seen: unknown };

/** The comparisons of one case at one backend; each must hold. Never none. */
export const comparisons = (
  one: Case,
  server: Server,
  { direct, through }: Outcome,
): readonly Comparison[] => {
  const ordered = ORDERED[server];
  const asWritten = {
    expected: foretold(one, server, ordered),
    seen: told(direct, ordered),
  };
  const { answer, rule } = one;
  if (rule === 'same') {
    const alike = (one: Observation) => ({ ...one, heard: ordered(one.heard) });
    return [asWritten, { expected: alike(direct), seen: alike(through) }];
  }
  // An offender is not waited for, so whether it reads the end or a reset is a matter of time.
  const ended = { expected: true, seen: through.how !== 'here' && direct.how !== 'here' };
  const own = { code: 1002, reason: 'protocol error', heard: answer.heard };
  const { code, reason, heard: words } = rule === 'offence' ? own : rule;
  const proxyAnswers = {
    expected: { heard: ordered(words), close: { code, reason }, extensions: direct.extensions },
    seen: {
      heard: ordered(through.heard),
      close: through.close,
      extensions: through.extensions,
    },
  };
  return [asWritten, proxyAnswers, ended];
};

const outcomeOf = async (
  one: Case,
  urls: { readonly direct: string; readonly through: string },
): Promise<Outcome | Error> => {
  try {
    const [direct, through] = await Promise.all([
      observe(urls.direct, one),
      observe(urls.through, one),
    ]);
    return { direct, through };
  } catch (error) {
    return error as Error;
  }
};

/** Runs all cases, each in a session of its own, on one proxy. */
export const runCases = async (
  cases: readonly Case[],
  backend: { readonly template: BackendTemplate; readonly url: string },
): Promise<Outcomes> => {
  const proxy = await withProxy({
    backend: backend.template,
    // Its own Pings come between everything that the cases send and hear.
    pingIntervalMs: OWN_PINGS_MS,
    backendPingIntervalMs: BACKEND_PINGS_MS,
  });
  const outcomes = new Map<string, Outcome | Error>();
  const left = [...cases];
  let inVain = 0;
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const direct = backend.url.replace('{session}', one.id);
      const outcome = await outcomeOf(one, { direct, through: proxy.url(one.id) });
      outcomes.set(one.id, outcome);
      if (outcome instanceof Error) inVain += 1;
      if (inVain >= MOST_IN_VAIN) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
};

/** One line: how many cases of each group were compared. */
export const summary = (
  what: string,
  cases: readonly Case[],
  groups: Readonly<Record<string, string>>,
  ms: number,
): string => {
  const counts = Object.entries(groups).map(([group, name]) => {
    const count = cases.filter((one) => one.group === group).length;
    return `${group} ${name} ${count}`;
  });
  const seconds = (ms / 1000).toFixed(1);
  return `conformance, ${what}: ${cases.length} cases compared in ${seconds} s: ${counts.join(', ')}`;
};
