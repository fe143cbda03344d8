/**
 * An event in words: a verb of at most 7 letters, where and who, and the rest. The feed, the
 * page of an event and the lines of the log mode all say it in these.
 */
import type { ViewerId } from '../contract.ts';
import type { EventBody, ProxyEvent } from '../events.ts';
import { clockOf, formatAge, formatBytes, formatSlots, plural } from './format.ts';
import { clean, type Tone } from './text.ts';

/** An event as it is told; all of it is safe to draw. */
export type Told = {
  readonly verb: string;
  readonly tone: Tone;
  readonly session?: string;
  /** It is about all sessions. */
  readonly everywhere?: boolean;
  readonly viewer?: ViewerId;
  readonly text: string;
};

const refusals = {
  cap: 'at cap',
  'max-viewers': 'all slots of the proxy taken,',
  locked: 'session locked,',
  draining: 'proxy is draining,',
  shutdown: 'proxy is shutting down,',
} as const;

const evictions = {
  'pong-timeout': 'pong timeout',
  'write-timeout': 'write timeout',
  operator: 'by operator',
} as const;

/** A cause as words: `viewer-lost` is `viewer lost`. */
export const causeText = (cause: string): string => cause.replaceAll('-', ' ');

const closeOf = ({ code, reason }: { readonly code?: number; readonly reason?: string }): string =>
  `${code === undefined ? '' : `, ${code}`}${reason === undefined || reason === '' ? '' : ` ${clean(reason)}`}`;

const whoOf = ({ who }: { readonly who?: string }): string =>
  who === undefined ? '' : `${clean(who)} `;

/** Who evicted a viewer, and why in their words; empty where nobody did. */
const byOf = ({ actor, note }: { readonly actor?: string; readonly note?: string }): string =>
  `${actor === undefined ? '' : ` (${clean(actor)})`}${note === undefined || note === '' ? '' : `: ${clean(note)}`}`;

const viewerTold = (event: EventBody & { readonly session: string; readonly viewer: ViewerId }) => {
  const { session, viewer } = event;
  return { session, viewer };
};

type Intended = Extract<EventBody, { readonly event: 'eviction.armed' | 'eviction.undone' }>;

/** Whom an operator means, where that is one viewer alone. */
const namesOf = ({ viewers, count }: Intended): { readonly viewer?: ViewerId } => {
  const [only] = viewers;
  return count === 1 && only !== undefined ? { viewer: only } : {};
};

/** Whom else: the first few by name. */
const manyOf = ({ viewers, count }: Intended): string => {
  if (count === 1) return '';
  const first = viewers.slice(0, 3).map(clean);
  const more = count > first.length ? [`${count - first.length} more`] : [];
  return `${plural(count, 'viewer')} (${[...first, ...more].join(', ')}) `;
};

/** The event in words. */
export const tellEvent = (event: EventBody): Told => {
  switch (event.event) {
    case 'proxy.listening':
      return {
        verb: 'listen',
        tone: 'plain',
        text: `${clean(event.address)}${event.control === undefined ? '' : `, control ${clean(event.control)}`}`,
      };
    case 'proxy.draining': {
      const { windowMs, beforeMs, viewers, actor } = event;
      const window = windowMs === 0 ? 'at once' : `over ${formatAge(windowMs)}`;
      const before = beforeMs === undefined ? '' : `, ${formatAge(beforeMs)} were left`;
      const text = `${plural(viewers, 'viewer')} to go ${window}${before}, by ${clean(actor)}`;
      return { verb: 'drain', tone: 'warn', text };
    }
    case 'proxy.stopped':
      return {
        verb: 'stopped',
        tone: 'warn',
        text: event.actor === undefined ? '' : `by ${clean(event.actor)}`,
      };
    case 'viewer.admitted':
      return {
        ...viewerTold(event),
        verb: 'join',
        tone: 'good',
        text: `${whoOf(event)}${formatSlots(event.viewers, event.cap)} from ${clean(event.remote)}`,
      };
    case 'viewer.refused': {
      const full = event.cause === 'cap' ? ` ${formatSlots(event.viewers, event.cap)}` : '';
      const text = `${refusals[event.cause]}${full} from ${whoOf(event)}${clean(event.remote)}`;
      return { session: event.session, verb: 'refuse', tone: 'full', text };
    }
    case 'viewer.late':
      return {
        ...viewerTold(event),
        verb: 'late',
        tone: 'late',
        text: `${whoOf(event)}silent for ${formatAge(event.silentMs)}`,
      };
    case 'viewer.expiring':
      return {
        ...viewerTold(event),
        verb: 'expire',
        tone: 'expiring',
        text: `${whoOf(event)}silent for ${formatAge(event.silentMs)}, near its deadline`,
      };
    case 'viewer.stuck':
      return {
        ...viewerTold(event),
        verb: 'stuck',
        tone: 'stuck',
        text: `${whoOf(event)}${formatBytes(event.queuedBytes)} waits and none is taken`,
      };
    case 'viewer.recovered':
      return {
        ...viewerTold(event),
        verb: 'recover',
        tone: 'good',
        text: `${whoOf(event)}well again`,
      };
    case 'viewer.kept': {
      const until = event.forMs > 0 ? `for ${formatAge(event.forMs)}` : 'no longer,';
      const text = `${whoOf(event)}${until} by ${clean(event.actor)}`;
      return { ...viewerTold(event), verb: 'keep', tone: 'warn', text };
    }
    case 'viewer.evicted': {
      const now = formatSlots(event.viewers, event.cap);
      const text = `${whoOf(event)}${evictions[event.cause]}${byOf(event)}, now ${now}`;
      return { ...viewerTold(event), verb: 'evict', tone: 'bad', text };
    }
    case 'viewer.left': {
      const after = `${causeText(event.cause)} after ${formatAge(event.durationMs)}`;
      const text = `${whoOf(event)}${after}${closeOf(event)}`;
      return { ...viewerTold(event), verb: 'leave', tone: 'plain', text };
    }
    case 'backend.unavailable':
      return {
        ...viewerTold(event),
        verb: 'backend',
        tone: 'bad',
        text: `${causeText(event.cause)}: ${clean(event.detail)}${byOf(event)}`,
      };
    case 'cap.changed': {
      const { session } = event;
      const text = `${event.from} to ${event.to} by ${clean(event.actor)}`;
      const where = session === undefined ? { everywhere: true } : { session };
      return { verb: 'cap', tone: 'warn', text, ...where };
    }
    case 'session.full':
      return {
        session: event.session,
        verb: 'full',
        tone: 'full',
        text: `${formatSlots(event.viewers, event.cap)}, the next viewer is refused`,
      };
    case 'session.locked':
    case 'session.unlocked': {
      const { session, actor } = event;
      const isLocked = event.event === 'session.locked';
      const what = isLocked ? 'newcomers are refused,' : 'newcomers may come in,';
      return {
        verb: isLocked ? 'lock' : 'unlock',
        tone: 'warn',
        text: `${what} by ${clean(actor)}`,
        ...(session === undefined ? { everywhere: true } : { session }),
      };
    }
    case 'eviction.armed':
      return {
        ...namesOf(event),
        verb: 'arm',
        tone: 'warn',
        text: `${manyOf(event)}to be evicted in ${formatAge(event.dueMs)}, by ${clean(event.actor)}`,
      };
    case 'eviction.undone':
      return {
        ...namesOf(event),
        verb: 'undo',
        tone: 'good',
        text: `${manyOf(event)}not evicted after all, by ${clean(event.actor)}`,
      };
    case 'command.refused': {
      const { do: wanted, target, actor, reason } = event;
      const about = target === undefined ? '' : ` ${clean(target)}`;
      return {
        verb: 'no',
        tone: 'warn',
        text: `${causeText(clean(wanted))}${about} by ${clean(actor)}: ${clean(reason)}`,
      };
    }
    case 'log.failed': {
      const where = event.path === undefined ? '' : `; ${clean(event.path)}`;
      const text = `the log has trouble: ${clean(event.detail)}${where}`;
      return { verb: 'log', tone: 'bad', text };
    }
    case 'log.recovered':
      return {
        verb: 'log',
        tone: 'good',
        text: `the log works again; ${plural(event.lost, 'event')} lost`,
      };
    case 'descriptors.exhausted': {
      const all = event.limit === undefined ? 'no descriptor is left' : `all ${event.limit} in use`;
      return {
        verb: 'no fds',
        tone: 'bad',
        text: `${all}: newcomers are dropped; raise ulimit -n`,
      };
    }
    case 'descriptors.recovered':
      return {
        verb: 'fds',
        tone: 'good',
        text: `free again after ${formatAge(event.exhaustedMs)}`,
      };
    case 'events.dropped':
      return { verb: 'dropped', tone: 'warn', text: plural(event.count, 'event') };
    default:
      return event satisfies never;
  }
};

/** The event as one line without colours: `12:05:09 late    tty-prod-db2 v1066 silent for 24s`. */
export const eventText = (event: ProxyEvent): string => {
  const { verb, session, everywhere, viewer, text } = tellEvent(event);
  const where = everywhere === true ? 'all sessions' : session;
  const rest = [where, viewer, text].filter((part) => part !== undefined && part !== '');
  return [clockOf(event.time), verb.padEnd(7), ...rest].join(' ').trimEnd();
};
