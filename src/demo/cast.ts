/**
 * Who watches what in the demo. With its defaults (a Ping every 2 s, 6 s of silence, 8 s
 * without a byte taken, 4 viewers a session) half a minute shows refusals, a late viewer, an
 * eviction by each deadline and a stuck viewer; `clock` always keeps a slot for a visitor.
 */
import type { Cancel, Clock } from '../clock.ts';
import {
  answering,
  fallingSilentAfter,
  hangingFor,
  missingEvery,
  saying,
  staying,
  steadily,
  together,
} from './manners.ts';
import { keepViewing, type Persona, type Rhythm, storm, type StormRhythm } from './viewers.ts';

type Role = Rhythm & Persona & { readonly session: string };

const AWAY_MS = 3000;

/** Healthy for good; comes back soon after whatever ends it. */
const regular = (session: string, who: string, rttMs: number, afterMs: number): Role => ({
  session,
  who,
  manner: answering(steadily(rttMs)),
  afterMs,
  awayMs: AWAY_MS,
});

const roles = (clock: Clock): readonly Role[] => [
  regular('load', 'ana', 4, 0),
  regular('load', 'noc-2', 85, 700),
  {
    session: 'load',
    who: 'jon',
    manner: answering(fallingSilentAfter(2, steadily(30))),
    afterMs: 1200,
    awayMs: 6000,
  },
  regular('cores', 'sre-bot', 18, 300),
  {
    session: 'cores',
    who: 'wall-tv',
    manner: answering(missingEvery(4, steadily(160))),
    afterMs: 900,
    awayMs: AWAY_MS,
  },
  regular('clock', 'lee', 1, 100),
  regular('clock', 'rae', 140, 1100),
  {
    session: 'clock',
    who: 'kim',
    manner: together(answering(steadily(55)), staying(9000)),
    afterMs: 4000,
    awayMs: 6000,
  },
  regular('events', 'audit', 12, 0),
  {
    session: 'echo',
    who: 'pat',
    manner: together(
      answering(steadily(35)),
      saying(1000, () => clock.date().toISOString()),
      staying(20_000),
    ),
    afterMs: 500,
    awayMs: 5000,
  },
  regular('lobby', 'noc-1', 9, 200),
  regular('lobby', 'noc-3', 28, 600),
  regular('lobby', 'tom', 64, 1000),
  regular('lobby', 'sue', 120, 1400),
  regular('firehose', 'max', 22, 400),
  { session: 'firehose', who: 'mira', manner: hangingFor(16_000), afterMs: 1500, awayMs: 4000 },
];

/** Against the session that is full: three tries a second for five seconds, then a rest. */
const STORM: StormRhythm = { afterMs: 3000, tries: 15, betweenMs: 333, restMs: 15_000 };

/** Sends everyone on; `urlOf` says where a session is reached. */
export const startViewers = (clock: Clock, urlOf: (session: string) => string): Cancel => {
  const ends = roles(clock).map(({ session, who, manner, ...rhythm }) =>
    keepViewing(clock, urlOf(session), { who, manner }, rhythm),
  );
  ends.push(storm(clock, urlOf('lobby'), STORM));
  return () => {
    for (const end of ends) end();
  };
};
