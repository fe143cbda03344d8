/** Every value that may cross a control link, made up by chance. */
import * as fc from 'fast-check';
import type {
  CapPreview,
  Command,
  CommandResult,
  SessionId,
  SessionRow,
  Slice,
  Snapshot,
  Totals,
  View,
  ViewerId,
  ViewerRow,
  Window,
} from '../../src/contract.ts';
import type { FromProxy, ToProxy } from '../../src/control/wire.ts';
import type { ClosePut, ProxyEvent } from '../../src/events.ts';

const count = fc.nat();
const text = fc.string({ unit: 'grapheme' });
const flag = fc.boolean();
// JSON has no negative zero, and no measurement here needs one.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0);
const session = text as fc.Arbitrary<SessionId>;
const viewer = count.map((n) => `v${n}` as ViewerId);
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary);

const window = <Id>(id: fc.Arbitrary<Id>): fc.Arbitrary<Window<Id>> =>
  fc.record({
    anchor: orNull(id),
    edge: fc.constantFrom('first' as const, 'last' as const),
    before: count,
    after: count,
  });

const view: fc.Arbitrary<View> = fc.record({
  sessions: window(session),
  session: orNull(session),
  viewers: window(viewer),
  worst: count,
  events: fc.record({ rows: count, upTo: orNull(count) }),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('evict' as const), viewer, actor: text }),
  fc.record(
    { do: fc.constant('set-cap' as const), cap: number, session, actor: text },
    { requiredKeys: ['do', 'cap', 'actor'] },
  ),
  fc.record({ do: fc.constant('lift-cap' as const), session, actor: text }),
  fc.record(
    { do: fc.constant('preview-cap' as const), cap: number, session },
    { requiredKeys: ['do', 'cap'] },
  ),
  fc.record({ do: fc.constant('stop' as const), now: flag }),
);

const preview: fc.Arbitrary<CapPreview> = fc.record({
  cap: number,
  over: fc.array(fc.record({ session, viewers: count })),
  overCount: count,
  freeNow: number,
  freeThen: number,
});

const result: fc.Arbitrary<CommandResult> = fc.oneof(
  fc.record({ ok: fc.constant(true as const), preview }, { requiredKeys: ['ok'] }),
  fc.record({ ok: fc.constant(false as const), reason: text }),
);

const time = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const place = { time, session, remote: text, viewers: count, cap: count };
const named = { ...place, viewer };
const measured = { ...named, silentMs: number, queuedBytes: number };
const put = fc.record(
  { code: count, reason: text, closeSent: flag },
  { requiredKeys: ['closeSent'] },
) as fc.Arbitrary<ClosePut>;
const maybePut = fc.oneof(fc.constant({}), put);
const event = <Name extends ProxyEvent['event']>(name: Name) => fc.constant(name);

const both = <A, B>(first: fc.Arbitrary<A>, second: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  fc.tuple(first, second).map(([a, b]) => Object.assign({}, a, b));

const anyEvent: fc.Arbitrary<ProxyEvent> = fc.oneof(
  fc.record({ time, event: event('proxy.listening'), address: text }),
  fc.record({ time, event: event('proxy.stopped') }),
  fc.record({ ...named, event: event('viewer.admitted'), dialMs: number }),
  both(
    fc.record(
      {
        ...place,
        event: event('viewer.refused'),
        cause: fc.constantFrom(...(['cap', 'max-viewers', 'locked', 'draining'] as const)),
        status: count,
      },
      { requiredKeys: ['event', 'cause', 'time', 'session', 'remote', 'viewers', 'cap'] },
    ),
    maybePut,
  ),
  fc.record({ ...measured, event: event('viewer.late') }),
  fc.record({ ...measured, event: event('viewer.expiring') }),
  fc.record({ ...measured, event: event('viewer.stuck') }),
  fc.record({ ...measured, event: event('viewer.recovered') }),
  both(
    fc.record({
      ...named,
      event: event('viewer.evicted'),
      cause: fc.constantFrom(...(['pong-timeout', 'write-timeout', 'operator'] as const)),
    }),
    both(put, fc.record({ actor: text }, { requiredKeys: [] })),
  ),
  both(
    fc.record({
      ...named,
      event: event('viewer.left'),
      cause: fc.constantFrom(
        ...([
          'viewer-closed',
          'viewer-lost',
          'backend-closed',
          'backend-lost',
          'evicted',
          'message-too-big',
          'protocol-error',
          'shutdown',
        ] as const),
      ),
      durationMs: number,
      bytesToViewer: number,
      bytesToBackend: number,
      messagesToViewer: number,
      messagesToBackend: number,
    }),
    put,
  ),
  both(
    fc.record({
      ...named,
      event: event('backend.unavailable'),
      cause: fc.constantFrom(
        ...(['refused', 'timeout', 'bad-answer', 'aborted', 'error'] as const),
      ),
      detail: text,
      dialMs: number,
    }),
    maybePut,
  ),
  fc.record(
    { time, event: event('cap.changed'), from: count, to: count, actor: text, session },
    { requiredKeys: ['time', 'event', 'from', 'to', 'actor'] },
  ),
  fc.record({ time, event: event('session.full'), session, viewers: count, cap: count }),
  fc.record({ time, event: event('events.dropped'), count }),
);

const slice = <Row>(row: fc.Arbitrary<Row>): fc.Arbitrary<Slice<Row>> =>
  fc.record({ from: count, total: count, rows: fc.array(row, { maxLength: 3 }) });

const totals: fc.Arbitrary<Totals> = fc.record({
  sessions: count,
  viewers: count,
  late: count,
  expiring: count,
  stuck: count,
  full: count,
  over: count,
  refused: count,
  evicted: count,
});

const sessionRow: fc.Arbitrary<SessionRow> = fc.record({
  id: session,
  state: fc.constantFrom(...(['ok', 'full', 'over', 'late', 'expiring', 'stuck'] as const)),
  viewers: count,
  dialling: count,
  cap: count,
  capIsOwn: flag,
  p95RttMs: orNull(number),
  queuedBytes: number,
  refused: count,
  ageMs: number,
});

const viewerRow: fc.Arbitrary<ViewerRow> = fc.record({
  id: viewer,
  session,
  remote: text,
  state: fc.constantFrom(...(['dialling', 'ok', 'late', 'expiring', 'stuck'] as const)),
  rttMs: orNull(number),
  smoothedRttMs: orNull(number),
  recentRttsMs: fc.array(number, { maxLength: 8 }),
  deadlineMs: orNull(number),
  deadlineHeld: flag,
  queuedBytes: number,
  stuckMs: number,
  ageMs: number,
  bytesToViewer: number,
  bytesToBackend: number,
});

const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  seq: count,
  at: number,
  startedAt: number,
  address: text,
  cap: count,
  maxViewers: count,
  pingIntervalMs: number,
  pongTimeoutMs: number,
  writeTimeoutMs: number,
  loopP99Ms: orNull(number),
  totals,
  sessions: slice(sessionRow),
  session: orNull(session),
  viewers: slice(viewerRow),
  worst: fc.array(viewerRow, { maxLength: 3 }),
  events: fc.array(fc.record({ seq: count, event: anyEvent }), { maxLength: 3 }),
  newestEvent: count,
});

const type = <Name extends (ToProxy | FromProxy)['type']>(name: Name) => fc.constant(name);

/** What a screen says. */
export const anyToProxy: fc.Arbitrary<ToProxy> = fc.oneof(
  fc.record({ type: type('hello'), version: number }),
  fc.record({ type: type('watch'), id: count, view }),
  fc.record({ type: type('look'), id: count, view }),
  fc.record({ type: type('seen'), id: count }),
  fc.record({ type: type('unwatch'), id: count }),
  fc.record({ type: type('listen') }),
  fc.record({ type: type('heard') }),
  fc.record({ type: type('unlisten') }),
  fc.record({ type: type('command'), id: count, command }),
);

/** What the proxy's side says. */
export const anyFromProxy: fc.Arbitrary<FromProxy> = fc.oneof(
  fc.record({ type: type('hello'), version: number }),
  fc.record({ type: type('snapshot'), id: count, snapshot }),
  fc.record({ type: type('events'), events: fc.array(anyEvent, { maxLength: 5 }) }),
  fc.record({ type: type('result'), id: count, result }),
  fc.record({ type: type('complaint'), reason: text }),
  fc.record({ type: type('bye'), reason: text }),
);
