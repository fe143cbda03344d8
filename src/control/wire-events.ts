/** The shapes of the events, one for each name, as they cross a control link. */
import type { SessionId, ViewerId } from '../contract.ts';
import type {
  ClosePut,
  DialCause,
  EvictionCause,
  LeaveCause,
  ProxyEvent,
  RefusalCause,
} from '../events.ts';
import type { Shape } from './shape.ts';
import { count, flag, list, maybe, number, only, tagged, text, words } from './shape.ts';

const time = text();
const session = text<SessionId>();
const who = maybe(text());
const place = { time, session, remote: text(), who, viewers: count, cap: count };
const viewer = text<ViewerId>();
const named = { ...place, viewer };
const state = { ...named, silentMs: number, queuedBytes: number };
const put = { code: maybe(count), reason: maybe(text()), closeSent: flag };
const putOrNot = { ...put, closeSent: maybe<ClosePut['closeSent']>(flag) };

/** Why a viewer was ended by decision. */
export const evictionCauses: Readonly<Record<EvictionCause, true>> = {
  'pong-timeout': true,
  'write-timeout': true,
  operator: true,
};

/** Why a viewer went of itself, or for what happened to others. */
export const leaveCauses: Readonly<Record<Exclude<LeaveCause, 'evicted'>, true>> = {
  'viewer-closed': true,
  'viewer-lost': true,
  'backend-closed': true,
  'backend-lost': true,
  'message-too-big': true,
  'protocol-error': true,
  shutdown: true,
};

/** One event. */
export const eventShape: Shape<ProxyEvent> = tagged<ProxyEvent, 'event'>('event', {
  'proxy.listening': {
    time,
    address: text(),
    control: maybe(text()),
    controlListen: maybe(text()),
  },
  'proxy.draining': {
    time,
    windowMs: number,
    beforeMs: maybe(number),
    viewers: count,
    actor: text(),
  },
  'proxy.stopped': { time, actor: maybe(text()) },
  'viewer.admitted': { ...named, dialMs: number, heldMs: maybe(number) },
  'viewer.refused': {
    ...place,
    ...putOrNot,
    cause: words<RefusalCause>({
      cap: true,
      'max-viewers': true,
      locked: true,
      draining: true,
      shutdown: true,
    }),
    heldMs: maybe(number),
    status: maybe(count),
  },
  'viewer.late': state,
  'viewer.expiring': state,
  'viewer.stuck': state,
  'viewer.recovered': state,
  'viewer.kept': { ...named, forMs: number, actor: text() },
  'viewer.evicted': {
    ...named,
    ...put,
    cause: words<EvictionCause>(evictionCauses),
    actor: maybe(text()),
    note: maybe(text()),
  },
  'viewer.left': {
    ...named,
    ...put,
    cause: words<LeaveCause>({ ...leaveCauses, evicted: true }),
    durationMs: number,
    bytesToViewer: number,
    bytesToBackend: number,
    messagesToViewer: number,
    messagesToBackend: number,
  },
  'backend.unavailable': {
    ...named,
    ...putOrNot,
    cause: words<DialCause>({
      refused: true,
      timeout: true,
      'bad-answer': true,
      aborted: true,
      error: true,
      'unknown-session': true,
    }),
    detail: text(),
    dialMs: number,
    status: maybe(count),
    actor: maybe(text()),
    note: maybe(text()),
  },
  'cap.changed': {
    time,
    from: count,
    to: count,
    actor: text(),
    session: maybe(session),
    lifted: maybe(only(true)),
  },
  'session.full': { time, session, viewers: count, cap: count },
  'session.locked': { time, session: maybe(session), actor: text() },
  'session.unlocked': { time, session: maybe(session), actor: text() },
  'eviction.armed': { time, viewers: list(viewer), count, dueMs: number, actor: text() },
  'eviction.undone': { time, viewers: list(viewer), count, actor: text() },
  'command.refused': { time, do: text(), target: maybe(text()), actor: text(), reason: text() },
  'log.failed': { time, path: maybe(text()), detail: text() },
  'log.recovered': { time, lost: count },
  'descriptors.exhausted': { time, limit: maybe(count) },
  'descriptors.recovered': { time, exhaustedMs: number },
  'events.dropped': { time, count },
});
