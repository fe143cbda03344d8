/**
 * The values that labels take: closed sets, so that a series exists before the first thing
 * happens and no viewer, backend or newcomer can make up another one.
 */
import type { ViewerState } from '../contract.ts';
import type { DialCause, EvictionCause, LeaveCause, RefusalCause } from '../events.ts';

/** All members of a union; a member that is added or taken away does not compile until it is. */
const membersOf = <Member extends string>(all: Readonly<Record<Member, true>>): readonly Member[] =>
  Object.keys(all) as Member[];

/** What became of a newcomer whose request was in order. `aborted`: it left while dialling. */
export type Admission = 'admitted' | 'refused' | 'failed' | 'aborted';

/** Whom events could not be handed to. */
export type EventReader = 'stdout' | 'log' | 'stream';

/** One of the two legs of a connection. */
export type Side = 'viewer' | 'backend';

/** All ends of an admission. */
export const ADMISSIONS = membersOf<Admission>({
  admitted: true,
  refused: true,
  failed: true,
  aborted: true,
});

/** All reasons of a refusal. */
export const REFUSALS = membersOf<RefusalCause>({
  cap: true,
  'max-viewers': true,
  locked: true,
  draining: true,
  shutdown: true,
});

/** All reasons of an eviction. */
export const EVICTIONS = membersOf<EvictionCause>({
  'pong-timeout': true,
  'write-timeout': true,
  operator: true,
});

/** All reasons why a viewer is gone. */
export const LEAVES = membersOf<LeaveCause>({
  'viewer-closed': true,
  'viewer-lost': true,
  'backend-closed': true,
  'backend-lost': true,
  evicted: true,
  'message-too-big': true,
  'protocol-error': true,
  shutdown: true,
});

/** All that can come of a dial. */
export const DIALS = membersOf<DialCause | 'ok'>({
  ok: true,
  refused: true,
  timeout: true,
  'bad-answer': true,
  aborted: true,
  error: true,
  'unknown-session': true,
});

/** All states of a viewer. */
export const STATES = membersOf<ViewerState>({
  dialling: true,
  ok: true,
  late: true,
  expiring: true,
  stuck: true,
});

/** All readers of events. */
export const READERS = membersOf<EventReader>({ stdout: true, log: true, stream: true });

/** Both legs. */
export const SIDES = membersOf<Side>({ viewer: true, backend: true });

/** Both directions of the relay. */
export const DIRECTIONS = membersOf<'to-viewer' | 'to-backend'>({
  'to-viewer': true,
  'to-backend': true,
});

/** Codes that are counted one by one: those of the proxy itself, and a plain end. */
const NAMED = [1000, 1001, 1002, 1008, 1009, 1011, 1012, 1013] as const;

/**
 * The others by class: registered ones, those of libraries (3xxx) and of applications (4xxx),
 * `empty` for a Close without a code, `none` where the connection was cut without a Close.
 */
export const CODES = [...NAMED.map(String), '1xxx', '3xxx', '4xxx', 'empty', 'none'];

/** The label of a close code as put on the wire; whatever it is, one of `CODES`. */
export const codeLabel = (code: number | undefined, closeSent: boolean): string => {
  if (code === undefined) return closeSent ? 'empty' : 'none';
  if (NAMED.some((named) => named === code)) return String(code);
  if (code >= 4000) return '4xxx';
  return code >= 3000 ? '3xxx' : '1xxx';
};
