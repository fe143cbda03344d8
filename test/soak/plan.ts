/**
 * Who comes when: from a seed to the steps of one phase, as values. How they behave is in the
 * actors; here is how many of them there are and where they go.
 */
import { randomFrom, type Random } from '../support/random.ts';

/** Kinds of viewers; the first two are the good ones that nothing may happen to. */
export type ViewerKind =
  | 'healthy'
  | 'resident'
  | 'mute'
  | 'unread'
  | 'slow-reader'
  | 'steady-reader'
  | 'bursty-reader'
  | 'slow-sender'
  | 'storm'
  | 'naive'
  | 'inventor'
  | 'half-request'
  | 'silent-connection'
  | 'malformed'
  | 'hostile'
  | 'resetter'
  | 'closer'
  | 'clinger'
  | 'pinger'
  | 'fragmenter'
  | 'leaver'
  | 'early'
  | 'visitor'
  | 'pusher'
  | 'churner';

/** What an operator does. */
export type OperatorKind =
  | 'evict'
  | 'keep'
  | 'cap'
  | 'own-cap'
  | 'lift-cap'
  | 'watch'
  | 'look'
  | 'lock'
  | 'unlock';

/** One step; `at` and `forMs` are milliseconds, `at` from the phase's beginning. */
export type Step = { readonly at: number; readonly seed: number } & (
  | {
      readonly do: 'view';
      readonly as: ViewerKind;
      readonly session: string;
      readonly forMs: number;
    }
  | { readonly do: 'operate'; readonly as: OperatorKind }
  /** The proxy's loop stands still; the backend's port is closed. */
  | { readonly do: 'stall'; readonly forMs: number }
  | { readonly do: 'outage'; readonly forMs: number }
);

/** What a backend does is in its session's name, up to the first `-`. */
const BACKEND_KINDS = [
  'echo',
  'flood',
  'deaf',
  'hang',
  'reset',
  'status',
  'bad',
  'garbage',
  'dies',
  'stalls',
  'ignores',
  'closes',
  'silent',
  'drips',
  'pings',
] as const;

/** Sessions that nobody else enters, and sessions whose every slot is held by residents. */
const HOMES = 6;
const FULL = 2;

/** The cap of those, whatever the operator does to the others. */
export const RESERVED_CAP = 8;

/** Their names. */
export const RESERVED: readonly string[] = [
  ...Array.from({ length: HOMES }, (_, at) => `home-${at}`),
  ...Array.from({ length: FULL }, (_, at) => `full-${at}`),
];

/** When the residents have their slots; storms come after that. */
const SETTLED_MS = 1_000;

type Rule = {
  /** Between two of them, on average. */
  readonly everyMs: number;
  /** The shortest and the longest stay. */
  readonly staysMs: readonly [number, number];
  readonly sessions: readonly string[];
};

const several = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${kind}-${at}`);

const ECHO = several('echo', 6);
const FULLS = several('full', FULL);
const FLOODS = several('flood', 3);
const ANYWHERE = BACKEND_KINDS.flatMap((kind) => several(kind, 2));

const RULES: Readonly<Record<Exclude<ViewerKind, 'healthy' | 'resident'>, Rule>> = {
  mute: { everyMs: 700, staysMs: [15_000, 15_000], sessions: ECHO },
  unread: { everyMs: 2_500, staysMs: [3_000, 9_000], sessions: FLOODS },
  'slow-reader': { everyMs: 3_000, staysMs: [3_000, 8_000], sessions: FLOODS },
  'steady-reader': { everyMs: 3_000, staysMs: [3_000, 6_000], sessions: FLOODS },
  'bursty-reader': { everyMs: 3_000, staysMs: [3_000, 8_000], sessions: FLOODS },
  'slow-sender': { everyMs: 900, staysMs: [5_000, 5_000], sessions: ECHO },
  storm: { everyMs: 1_500, staysMs: [10_000, 10_000], sessions: FULLS },
  naive: { everyMs: 4_000, staysMs: [1_000, 6_000], sessions: FULLS },
  inventor: { everyMs: 800, staysMs: [50, 1_500], sessions: ['invented'] },
  'half-request': { everyMs: 500, staysMs: [8_000, 8_000], sessions: ECHO },
  'silent-connection': { everyMs: 500, staysMs: [8_000, 8_000], sessions: ECHO },
  malformed: { everyMs: 150, staysMs: [8_000, 8_000], sessions: ECHO },
  hostile: { everyMs: 120, staysMs: [10_000, 10_000], sessions: ECHO },
  resetter: { everyMs: 150, staysMs: [0, 1_500], sessions: ANYWHERE },
  closer: { everyMs: 150, staysMs: [0, 1_500], sessions: ECHO },
  clinger: { everyMs: 400, staysMs: [12_000, 12_000], sessions: several('closes', 4) },
  pinger: { everyMs: 1_500, staysMs: [2_000, 2_000], sessions: ECHO },
  fragmenter: { everyMs: 1_500, staysMs: [4_000, 4_000], sessions: ECHO },
  leaver: { everyMs: 200, staysMs: [0, 900], sessions: several('hang', 4) },
  early: { everyMs: 400, staysMs: [500, 1_500], sessions: [...ECHO, ...several('hang', 2)] },
  visitor: { everyMs: 120, staysMs: [200, 4_000], sessions: ANYWHERE },
  churner: { everyMs: 1_500, staysMs: [500, 1_500], sessions: several('ignores', 3) },
  pusher: { everyMs: 1_500, staysMs: [3_000, 6_000], sessions: several('deaf', 3) },
};

const OPERATORS: Readonly<Record<OperatorKind, number>> = {
  evict: 400,
  keep: 700,
  cap: 1_500,
  'own-cap': 800,
  'lift-cap': 800,
  watch: 2_000,
  look: 500,
  lock: 900,
  unlock: 700,
};

/** A stall of the loop; one in five is longer than the pong timeout. */
const STALLS = { everyMs: 12_000, short: [50, 400], long: [1_600, 2_000] } as const;
const OUTAGES = { everyMs: 20_000, length: [100, 500] } as const;

/** A healthy viewer every so often, in one home after the other: five at most in each. */
const HEALTHY = { everyMs: 400, staysMs: [2_000, 9_000] } as const;

const arrivals = (random: Random, meanMs: number, forMs: number, from = 0): readonly number[] => {
  const at: number[] = [];
  for (let next = from + random.gap(meanMs); next < forMs; next += random.gap(meanMs)) {
    at.push(Math.floor(next));
  }
  return at;
};

const seedOf = (random: Random): number => random.between(1, 0x7fff_ffff);

const good = (random: Random, forMs: number): readonly Step[] => {
  const residents = FULLS.flatMap((session) =>
    Array.from({ length: RESERVED_CAP }, (_, at): Step => {
      const when = at * 20;
      const stay = { session, forMs: forMs - when };
      return { at: when, seed: seedOf(random), do: 'view', as: 'resident', ...stay };
    }),
  );
  const count = Math.floor(forMs / HEALTHY.everyMs);
  const homes = Array.from({ length: count }, (_, at): Step => {
    const session = `home-${at % HOMES}`;
    const stay = { session, forMs: random.between(...HEALTHY.staysMs) };
    return { at: at * HEALTHY.everyMs, seed: seedOf(random), do: 'view', as: 'healthy', ...stay };
  });
  return [...residents, ...homes];
};

const bad = (random: Random, forMs: number): readonly Step[] =>
  Object.entries(RULES).flatMap(([as, { everyMs, staysMs, sessions }]) =>
    arrivals(random, everyMs, forMs, SETTLED_MS).map((at): Step => ({
      at,
      seed: seedOf(random),
      do: 'view',
      as: as as ViewerKind,
      session: random.pick(sessions),
      forMs: random.between(...staysMs),
    })),
  );

const operator = (random: Random, forMs: number): readonly Step[] =>
  Object.entries(OPERATORS).flatMap(([as, everyMs]) =>
    arrivals(random, everyMs, forMs, SETTLED_MS).map((at): Step => ({
      at,
      seed: seedOf(random),
      do: 'operate',
      as: as as OperatorKind,
    })),
  );

const mishaps = (random: Random, forMs: number): readonly Step[] => [
  ...arrivals(random, STALLS.everyMs, forMs, SETTLED_MS).map((at): Step => {
    const [least, most] = random.chance(0.2) ? STALLS.long : STALLS.short;
    return { at, seed: seedOf(random), do: 'stall', forMs: random.between(least, most) };
  }),
  ...arrivals(random, OUTAGES.everyMs, forMs, SETTLED_MS).map((at): Step => {
    const [least, most] = OUTAGES.length;
    return { at, seed: seedOf(random), do: 'outage', forMs: random.between(least, most) };
  }),
];

/** The steps of a phase of `forMs`, in their order; the same for the same seed. */
export const planOf = (seed: number, forMs: number): readonly Step[] => {
  const random = randomFrom(seed);
  const steps = [good, bad, operator, mishaps].flatMap((part) => part(random, forMs));
  return steps.sort((a, b) => a.at - b.at);
};

/** How long the parts of a soak of `forMs` last: the warm-up, and each round after it. */
export const roundsOf = (
  forMs: number,
): { readonly warmUpMs: number; readonly roundMs: number; readonly rounds: number } => {
  const warmUpMs = Math.max(forMs * 0.2, Math.min(20_000, forMs * 0.4));
  const rounds = Math.max(1, Math.min(4, Math.floor((forMs - warmUpMs) / 40_000)));
  return { warmUpMs, roundMs: (forMs - warmUpMs) / rounds, rounds };
};
