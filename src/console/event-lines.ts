/** The feed: what the proxy decided and what happened to it, the newest last. */
import type { FeedEntry, ViewerId } from '../contract.ts';
import type { EventBody, ProxyEvent } from '../events.ts';
import { clockOf, formatAge, formatBytes, formatSlots, plural } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { eventRowsOf } from './layout.ts';
import { layoutIn, type State } from './state.ts';
import { rule } from './table.ts';
import { clean, line, type Line, shorten, shortenMiddle, type Tone } from './text.ts';

/** An event as it is told: a verb of at most 7 letters, the session, and the rest. */
type Told = {
  readonly verb: string;
  readonly tone: Tone;
  readonly session?: string;
  readonly viewer?: ViewerId;
  readonly text: string;
};

const refusals = {
  cap: 'at cap',
  'max-viewers': 'all slots of the proxy taken,',
  locked: 'session locked,',
  draining: 'proxy is draining,',
} as const;

const evictions = {
  'pong-timeout': 'pong timeout',
  'write-timeout': 'write timeout',
  operator: 'by operator',
} as const;

const spaced = (cause: string): string => cause.replaceAll('-', ' ');

const closeOf = ({ code, reason }: { readonly code?: number; readonly reason?: string }): string =>
  `${code === undefined ? '' : `, ${code}`}${reason === undefined || reason === '' ? '' : ` ${clean(reason)}`}`;

const tell = (event: EventBody): Told => {
  switch (event.event) {
    case 'proxy.listening':
      return { verb: 'listen', tone: 'plain', text: clean(event.address) };
    case 'proxy.stopped':
      return { verb: 'stopped', tone: 'warn', text: '' };
    case 'viewer.admitted':
      return {
        ...event,
        verb: 'join',
        tone: 'good',
        text: `${formatSlots(event.viewers, event.cap)} from ${clean(event.remote)}`,
      };
    case 'viewer.refused': {
      const full = event.cause === 'cap' ? ` ${formatSlots(event.viewers, event.cap)}` : '';
      const text = `${refusals[event.cause]}${full} from ${clean(event.remote)}`;
      return { session: event.session, verb: 'refuse', tone: 'full', text };
    }
    case 'viewer.late':
      return {
        ...event,
        verb: 'late',
        tone: 'late',
        text: `silent for ${formatAge(event.silentMs)}`,
      };
    case 'viewer.expiring':
      return {
        ...event,
        verb: 'expire',
        tone: 'expiring',
        text: `silent for ${formatAge(event.silentMs)}, near its deadline`,
      };
    case 'viewer.stuck':
      return {
        ...event,
        verb: 'stuck',
        tone: 'stuck',
        text: `${formatBytes(event.queuedBytes)} waits and none is taken`,
      };
    case 'viewer.recovered':
      return { ...event, verb: 'recover', tone: 'good', text: 'well again' };
    case 'viewer.evicted': {
      const actor = event.actor === undefined ? '' : ` (${clean(event.actor)})`;
      const text = `${evictions[event.cause]}${actor}, now ${formatSlots(event.viewers, event.cap)}`;
      return { ...event, verb: 'evict', tone: 'bad', text };
    }
    case 'viewer.left': {
      const text = `${spaced(event.cause)} after ${formatAge(event.durationMs)}${closeOf(event)}`;
      return { ...event, verb: 'leave', tone: 'plain', text };
    }
    case 'backend.unavailable':
      return {
        ...event,
        verb: 'backend',
        tone: 'bad',
        text: `${spaced(event.cause)}: ${clean(event.detail)}`,
      };
    case 'cap.changed': {
      const { session } = event;
      const text = `${event.from} to ${event.to} by ${clean(event.actor)}`;
      return { verb: 'cap', tone: 'warn', text, ...(session === undefined ? {} : { session }) };
    }
    case 'session.full':
      return {
        session: event.session,
        verb: 'full',
        tone: 'full',
        text: `${formatSlots(event.viewers, event.cap)}, the next viewer is refused`,
      };
    case 'events.dropped':
      return { verb: 'dropped', tone: 'warn', text: plural(event.count, 'event') };
    default:
      return event satisfies never;
  }
};

/** An event, and how many equal ones stand behind it. */
type Folded = { readonly event: ProxyEvent; readonly count: number; readonly seconds: number };

const secondOf = ({ time }: ProxyEvent): number => {
  const [hours = 0, minutes = 0, seconds = 0] = clockOf(time).split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};

const between = (from: ProxyEvent, to: ProxyEvent): number =>
  (secondOf(to) - secondOf(from) + 86_400) % 86_400;

const foldSeconds = 10;

/** Without its port: a storm comes from one machine and many ports. */
const hostOf = (remote: string): string => remote.replace(/:\d+$/, '');

/**
 * The newest `rows` lines. Refusals of one machine by one session within 10 s are one line, at
 * the place of the newest, so that a storm does not wash everything else away; the end of a
 * viewer that was evicted is told once.
 */
export const foldEvents = (entries: readonly FeedEntry[], rows: number): readonly Folded[] => {
  const lines: (Folded & { readonly first: ProxyEvent; readonly key: string })[] = [];
  for (const { event } of entries) {
    if (event.event === 'viewer.left' && event.cause === 'evicted') continue;
    const key =
      event.event === 'viewer.refused'
        ? `${event.session} ${event.cause} ${hostOf(event.remote)}`
        : '';
    const at = key === '' ? -1 : lines.findLastIndex((one) => one.key === key);
    const open = at < 0 ? undefined : lines[at];
    if (open !== undefined && between(open.first, event) < foldSeconds) {
      lines.splice(at, 1);
      const seconds = Math.max(1, between(open.first, event));
      lines.push({ event, first: open.first, key, count: open.count + 1, seconds });
    } else lines.push({ event, first: event, key, count: 1, seconds: 0 });
  }
  return lines.slice(-rows);
};

const lineOf = ({ event, count, seconds }: Folded, width: number, glyphs: Glyphs): Line => {
  const { verb, tone, session, viewer, text } = tell(event);
  const name = width >= 100 ? 20 : 14;
  const place =
    session === undefined ? '' : `${shortenMiddle(session, name, glyphs.cut).padEnd(name)} `;
  const who = viewer === undefined ? '' : `${viewer.padEnd(6)} `;
  const folded = count > 1 ? ` (x${count} in ${seconds} s)` : '';
  const rest = `${place}${who}${text}`;
  const room = Math.max(0, width - 17 - folded.length);
  return [
    ...line(clockOf(event.time), 'dim'),
    ...line(` ${verb.padEnd(7)} `, tone),
    ...line(shorten(rest, room, glyphs.cut)),
    ...line(folded, 'strong'),
  ];
};

/** The title and the rows of the feed. */
export const eventLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const { snapshot, upTo, focus } = state;
  const rows = eventRowsOf(layout, focus);
  const width = layout.columns;
  const entries = snapshot?.events ?? [];
  const shown =
    upTo === null
      ? foldEvents(entries, rows)
      : entries
          .filter(({ seq }) => seq <= upTo)
          .slice(-rows)
          .map(({ event }) => ({ event, count: 1, seconds: 0 }));
  const fresh = upTo === null ? 0 : (snapshot?.newestEvent ?? 0) - upTo;
  const aside = upTo === null ? 'follow' : `${fresh} new, G follows`;
  const title = line('Events', focus === 'events' ? 'strong' : 'plain');
  return [
    ...(layout.titles ? [rule(title, aside, width, glyphs)] : []),
    ...shown.map((one) => lineOf(one, width, glyphs)),
    ...(entries.length === 0 && rows > 0 ? [line('no event yet', 'dim')] : []),
  ];
};
