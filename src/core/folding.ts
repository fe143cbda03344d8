/**
 * How events become lines of the feed. A storm of refusals is one line, an eviction is told
 * once, and each line belongs to the families that an operator may look at alone. Events as
 * listeners get them are not touched by this.
 */
import type { EventKind, SessionId } from '../contract.ts';
import type { EventBody } from '../events.ts';
import { OldestFirst } from './oldest-first.ts';

/** Refusals this close to the first, in milliseconds, are one line with it. */
const FOLD_MS = 10_000;

/** The host in `192.0.2.1:5000` or `[2001:db8::1]:5000`; without a port, or `unix`, all of it. */
export const hostOf = (remote: string): string => {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$/.exec(remote) ?? [];
  return bracketed ?? plain ?? remote;
};

/**
 * Where viewers of a session, or of any (null), come from, as a key: by name where there is one,
 * otherwise by host.
 */
export const originKey = (session: SessionId | null, who: string | null, remote: string): string =>
  JSON.stringify(who === null ? [session, hostOf(remote)] : [session, null, who]);

/**
 * Events with the same key may be one line; null: always a line of its own. Where no session is
 * to blame none counts: whoever is refused may make up a new one each time.
 */
export const foldKey = (body: EventBody): string | null => {
  if (body.event !== 'viewer.refused') return null;
  const { cause, session, who = null, remote } = body;
  return `${cause} ${originKey(cause === 'cap' ? session : null, who, remote)}`;
};

/** Whether an event at `now` still goes into a line that began at `firstAt`; milliseconds. */
const foldsInto = (firstAt: number, now: number): boolean => now - firstAt <= FOLD_MS;

/** Whether an event has a line: `viewer.evicted` has told of the viewer that then left. */
export const hasLine = (body: EventBody): boolean =>
  body.event !== 'viewer.left' || body.cause !== 'evicted';

const REFUSALS = ['refusals'] as const;
const EVICTIONS = ['evictions'] as const;
const EVICTIONS_BY_OPERATOR = ['evictions', 'operator'] as const;
const VISITS = ['visits'] as const;
const STATES = ['states'] as const;
const BACKENDS = ['backends'] as const;
const OPERATOR = ['operator'] as const;

/** The families of an event; what an operator did is one beside what came of it. */
export const kindsOf = (body: EventBody): readonly EventKind[] => {
  switch (body.event) {
    case 'viewer.refused':
    case 'session.full':
      return REFUSALS;
    case 'viewer.evicted':
      return body.actor === undefined ? EVICTIONS : EVICTIONS_BY_OPERATOR;
    case 'viewer.admitted':
    case 'viewer.left':
      return VISITS;
    case 'viewer.late':
    case 'viewer.expiring':
    case 'viewer.stuck':
    case 'viewer.recovered':
      return STATES;
    case 'backend.unavailable':
      return BACKENDS;
    case 'viewer.kept':
    case 'cap.changed':
    case 'session.locked':
    case 'session.unlocked':
    case 'eviction.armed':
    case 'eviction.undone':
    case 'command.refused':
    case 'log.failed':
    case 'log.recovered':
    case 'proxy.listening':
    case 'proxy.draining':
    case 'proxy.stopped':
    case 'descriptors.exhausted':
    case 'descriptors.recovered':
    case 'events.dropped':
      return OPERATOR;
    default:
      return body satisfies never;
  }
};

/** What a line of the feed has to say about when it began. */
type Dated = { readonly firstAt: number };

/**
 * The lines that may still grow, by key. Finding one takes no search; who opens a line closes
 * it when it forgets it, so there are never more of them than lines.
 */
export class OpenLines<Line extends Dated> {
  readonly #byKey = new OldestFirst<string, Line>();

  /** How many are kept. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Others of the same age, each made from one of these. */
  copy(copyOf: (line: Line) => Line): OpenLines<Line> {
    const other = new OpenLines<Line>();
    for (const [key, line] of this.#byKey) other.#byKey.set(key, copyOf(line));
    return other;
  }

  /** The line that an event at `now` goes into; null where it begins one. */
  find(key: string, now: number): Line | null {
    for (let { oldest } = this.#byKey; oldest !== null; { oldest } = this.#byKey) {
      if (foldsInto(oldest.value.firstAt, now)) break;
      this.#byKey.delete(oldest.key);
    }
    return this.#byKey.get(key) ?? null;
  }

  /** A new line; lines are opened in the order of their time. */
  open(key: string, line: Line): void {
    this.#byKey.set(key, line);
  }

  /** Nothing goes into that line any more. */
  close(key: string, line: Line): void {
    if (this.#byKey.get(key) === line) this.#byKey.delete(key);
  }
}
