/** Every value that may cross a control link, made up by chance. */
import * as fc from 'fast-check';
import type {
  CapPreview,
  Command,
  CommandResult,
  FeedEntry,
  Filter,
  FilterTerm,
  SessionId,
  SessionRow,
  Slice,
  Snapshot,
  Tombstone,
  Totals,
  View,
  ViewerDetail,
  ViewerId,
  ViewerRow,
  Window,
} from '../../src/contract.ts';
import type { FromProxy, ToProxy } from '../../src/control/wire.ts';
import type { ClosePut, ProxyEvent } from '../../src/events.ts';

const count = fc.nat();
const rows = fc.nat(10_000);
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
    before: rows,
    after: rows,
  });

const viewerStates = ['dialling', 'ok', 'late', 'expiring', 'stuck'] as const;
const sessionStates = ['ok', 'full', 'over', 'late', 'expiring', 'stuck'] as const;
const viewerSorts = ['worst', 'id', 'who', 'rtt', 'deadline', 'buffer', 'rate', 'age'] as const;
const sessionSorts = [
  'worst',
  'name',
  'viewers',
  'rtt',
  'buffer',
  'refused',
  'rate',
  'age',
] as const;
const eventKinds = ['refusals', 'evictions', 'visits', 'states', 'backends', 'operator'] as const;

const filterTerm: fc.Arbitrary<FilterTerm> = fc.oneof(
  fc.record({
    on: fc.constantFrom(...(['text', 'session', 'who'] as const)),
    has: text,
    not: flag,
  }),
  fc.record({
    on: fc.constant('state' as const),
    is: fc.constantFrom(...viewerStates, ...sessionStates),
    not: flag,
  }),
  fc.record({
    on: fc.constantFrom(...(['rtt', 'age', 'left', 'buffer', 'rate'] as const)),
    than: fc.constantFrom(...(['more', 'less'] as const)),
    bound: number,
    not: flag,
  }),
);

const filter: fc.Arbitrary<Filter> = fc.array(filterTerm, { maxLength: 5 });

const view: fc.Arbitrary<View> = fc.record({
  sessions: window(session),
  sessionSort: fc.record({ by: fc.constantFrom(...sessionSorts), reversed: flag }),
  viewerSort: fc.record({ by: fc.constantFrom(...viewerSorts), reversed: flag }),
  filter,
  session: orNull(session),
  viewers: window(viewer),
  worst: rows,
  followed: fc.array(viewer),
  detail: orNull(viewer),
  gone: rows,
  events: fc.record({
    rows,
    upTo: orNull(count),
    kind: orNull(fc.constantFrom(...eventKinds)),
  }),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record(
    { do: fc.constant('evict' as const), viewer, actor: text, reason: text },
    { requiredKeys: ['do', 'viewer', 'actor'] },
  ),
  fc.record({ do: fc.constant('keep' as const), viewer, forMs: number, actor: text }),
  fc.record({
    do: fc.constant('list' as const),
    session: orNull(session),
    filter,
    after: orNull(viewer),
    most: number,
  }),
  fc.record(
    { do: fc.constant('set-cap' as const), cap: number, session, actor: text },
    { requiredKeys: ['do', 'cap', 'actor'] },
  ),
  fc.record({ do: fc.constant('lift-cap' as const), session, actor: text }),
  fc.record(
    { do: fc.constant('preview-cap' as const), cap: number, session },
    { requiredKeys: ['do', 'cap'] },
  ),
  fc.record({
    do: fc.constantFrom(...(['lock', 'unlock'] as const)),
    session: orNull(session),
    actor: text,
  }),
  fc.record({ do: fc.constant('drain' as const), windowMs: number, actor: text }),
  fc.record({
    do: fc.constant('intend' as const),
    what: fc.constantFrom(...(['armed', 'undone'] as const)),
    viewers: fc.array(viewer, { maxLength: 3 }),
    dueMs: number,
    actor: text,
  }),
  fc.record({ do: fc.constant('stop' as const), now: flag }),
);

const preview: fc.Arbitrary<CapPreview> = fc.record({
  cap: number,
  over: fc.array(fc.record({ session, viewers: count })),
  overCount: count,
  freeNow: number,
  freeThen: number,
});

const time = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const place = { time, session, remote: text, viewers: count, cap: count };
const named = { ...place, viewer };
const measured = { ...named, silentMs: number, queuedBytes: number };
const leaveCauses = [
  'viewer-closed',
  'viewer-lost',
  'backend-closed',
  'backend-lost',
  'message-too-big',
  'protocol-error',
  'shutdown',
] as const;
const evictionCauses = ['pong-timeout', 'write-timeout', 'operator'] as const;
const put = fc.record(
  { code: count, reason: text, closeSent: flag },
  { requiredKeys: ['closeSent'] },
) as fc.Arbitrary<ClosePut>;
const maybePut = fc.oneof(fc.constant({}), put);
const event = <Name extends ProxyEvent['event']>(name: Name) => fc.constant(name);

const both = <A, B>(first: fc.Arbitrary<A>, second: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  fc.tuple(first, second).map(([a, b]) => Object.assign({}, a, b));

const placeless: fc.Arbitrary<ProxyEvent> = fc.oneof(
  fc.record(
    { time, event: event('proxy.listening'), address: text, control: text, controlListen: text },
    { requiredKeys: ['time', 'event', 'address'] },
  ),
  fc.record(
    {
      time,
      event: event('proxy.draining'),
      windowMs: number,
      beforeMs: number,
      viewers: count,
      actor: text,
    },
    { requiredKeys: ['time', 'event', 'windowMs', 'viewers', 'actor'] },
  ),
  fc.record({ time, event: event('proxy.stopped') }),
  fc.record(
    {
      time,
      event: fc.constantFrom(...(['session.locked', 'session.unlocked'] as const)),
      session,
      actor: text,
    },
    { requiredKeys: ['time', 'event', 'actor'] },
  ),
  fc.record({
    time,
    event: event('eviction.armed'),
    viewers: fc.array(viewer, { maxLength: 3 }),
    count,
    dueMs: number,
    actor: text,
  }),
  fc.record({
    time,
    event: event('eviction.undone'),
    viewers: fc.array(viewer, { maxLength: 3 }),
    count,
    actor: text,
  }),
  fc.record(
    { time, event: event('log.failed'), path: text, detail: text },
    { requiredKeys: ['time', 'event', 'detail'] },
  ),
  fc.record({ time, event: event('log.recovered'), lost: count }),
  fc.record(
    { time, event: event('command.refused'), do: text, target: text, actor: text, reason: text },
    { requiredKeys: ['time', 'event', 'do', 'actor', 'reason'] },
  ),
  fc.record(
    {
      time,
      event: event('cap.changed'),
      from: count,
      to: count,
      actor: text,
      session,
      lifted: fc.constant(true as const),
    },
    { requiredKeys: ['time', 'event', 'from', 'to', 'actor'] },
  ),
  fc.record({ time, event: event('session.full'), session, viewers: count, cap: count }),
  fc.record({ time, event: event('events.dropped'), count }),
);

const placed: fc.Arbitrary<ProxyEvent> = fc.oneof(
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
  fc.record({ ...named, event: event('viewer.kept'), forMs: number, actor: text }),
  both(
    fc.record({
      ...named,
      event: event('viewer.evicted'),
      cause: fc.constantFrom(...evictionCauses),
    }),
    both(put, fc.record({ actor: text, note: text }, { requiredKeys: [] })),
  ),
  both(
    fc.record({
      ...named,
      event: event('viewer.left'),
      cause: fc.constantFrom(...leaveCauses, 'evicted' as const),
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
        ...(['refused', 'timeout', 'bad-answer', 'aborted', 'error', 'unknown-session'] as const),
      ),
      detail: text,
      dialMs: number,
    }),
    both(maybePut, fc.record({ actor: text, note: text }, { requiredKeys: [] })),
  ),
);

/** Every event. */
export const anyEvent: fc.Arbitrary<ProxyEvent> = fc.oneof(
  placeless,
  placed,
  both(
    placed as fc.Arbitrary<ProxyEvent & { readonly session: SessionId }>,
    fc.record({ who: text }),
  ),
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
  locked: flag,
  locks: count,
  draining: orNull(fc.record({ leftMs: number, viewers: count })),
  held: count,
  refused: count,
  evicted: count,
  logFails: flag,
});

const sessionRow: fc.Arbitrary<SessionRow> = fc.record({
  id: session,
  state: fc.constantFrom(...sessionStates),
  viewers: count,
  dialling: count,
  cap: count,
  capIsOwn: flag,
  locked: flag,
  p95RttMs: orNull(number),
  queuedBytes: number,
  bytesPerSecond: number,
  refused: count,
  ageMs: number,
});

const viewerRow: fc.Arbitrary<ViewerRow> = fc.record({
  id: viewer,
  session,
  remote: text,
  who: orNull(text),
  state: fc.constantFrom(...viewerStates),
  rttMs: orNull(number),
  smoothedRttMs: orNull(number),
  recentRttsMs: fc.array(number, { maxLength: 8 }),
  deadlineMs: orNull(number),
  deadlineHeld: flag,
  keptMs: orNull(number),
  queuedBytes: number,
  stuckMs: number,
  ageMs: number,
  bytesToViewer: number,
  bytesToBackend: number,
  bytesPerSecond: number,
  rejoined: count,
});

const result: fc.Arbitrary<CommandResult> = fc.oneof(
  fc.record(
    {
      ok: fc.constant(true as const),
      preview,
      viewers: fc.array(viewerRow, { maxLength: 3 }),
      more: flag,
    },
    { requiredKeys: ['ok'] },
  ),
  fc.record({ ok: fc.constant(false as const), reason: text }),
);

const tombstone: fc.Arbitrary<Tombstone> = fc.record({
  id: viewer,
  session,
  remote: text,
  who: orNull(text),
  at: number,
  cause: fc.constantFrom(...leaveCauses, ...evictionCauses),
  actor: orNull(text),
  code: orNull(count),
  reason: orNull(text),
  durationMs: number,
  bytesToViewer: number,
  bytesToBackend: number,
});

const detail: fc.Arbitrary<ViewerDetail> = fc.oneof(
  fc.record({ gone: fc.constant(true as const), tombstone }),
  fc.record({
    gone: fc.constant(false as const),
    row: viewerRow,
    arrivedAt: number,
    rttsMs: fc.array(number, { maxLength: 5 }),
    queues: fc.array(number, { maxLength: 5 }),
    queueStepMs: number,
    pingsSent: count,
    pingsLost: count,
    messagesToViewer: number,
    messagesToBackend: number,
  }),
);

const feedEntry: fc.Arbitrary<FeedEntry> = fc.record({
  seq: count,
  event: anyEvent,
  count,
  spanMs: number,
  holders: fc.array(
    fc.record({
      viewer,
      who: orNull(text),
      remote: text,
      state: fc.constantFrom(...viewerStates),
    }),
    { maxLength: 3 },
  ),
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
  followed: fc.array(viewerRow, { maxLength: 3 }),
  detail: orNull(detail),
  gone: fc.array(tombstone, { maxLength: 3 }),
  events: fc.array(feedEntry, { maxLength: 3 }),
  newestEvent: count,
});

const type = <Name extends (ToProxy | FromProxy)['type']>(name: Name) => fc.constant(name);

/** What a screen says. */
export const anyToProxy: fc.Arbitrary<ToProxy> = fc.oneof(
  fc.record({ type: type('hello'), version: number }),
  fc.record({ type: type('watch'), id: count, view }),
  fc.record({ type: type('look'), id: count, view, later: fc.boolean() }),
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
