/** Every value that may cross a control link, made up by chance. */
import * as fc from 'fast-check';
import type {
  Arming,
  CapPreview,
  Command,
  CommandResult,
  EventKind,
  FeedEntry,
  Filter,
  FilterTerm,
  Holder,
  LogPosition,
  SessionId,
  SessionRow,
  SessionSort,
  SessionState,
  Slice,
  Snapshot,
  Sort,
  Tombstone,
  Totals,
  View,
  ViewerDetail,
  ViewerId,
  ViewerRow,
  ViewerSort,
  ViewerState,
  Window,
} from '../../src/contract.ts';
import type { FromProxy, ToProxy } from '../../src/control/wire.ts';
import type {
  ClosePut,
  DialCause,
  EvictionCause,
  LeaveCause,
  ProxyEvent,
  RefusalCause,
} from '../../src/events.ts';
import { list, maybe, orNull, record, tagged, words } from '../support/typed-arbitraries.ts';

const count = fc.nat();
const rows = fc.nat(10_000);
const text = fc.string({ unit: 'grapheme' });
const flag = fc.boolean();
// JSON has no negative zero, and no measurement here needs one.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0);
const session = text as fc.Arbitrary<SessionId>;
const viewer = count.map((n) => `v${n}` as ViewerId);

const window = <Id extends string>(id: fc.Arbitrary<Id>) =>
  record<Window<string>>({
    anchor: orNull(id),
    edge: words<'first' | 'last'>({ first: true, last: true }),
    before: rows,
    after: rows,
  }) as fc.Arbitrary<Window<Id>>;

const viewerStates = { dialling: true, ok: true, late: true, expiring: true, stuck: true } as const;
const viewerState = words<ViewerState>(viewerStates);
const sessionStates = {
  ok: true,
  full: true,
  over: true,
  empty: true,
  late: true,
  expiring: true,
  stuck: true,
} as const;

const sessionSort = record<Sort<SessionSort>>({
  by: words<SessionSort>({
    worst: true,
    name: true,
    viewers: true,
    rtt: true,
    buffer: true,
    refused: true,
    rate: true,
    age: true,
  }),
  reversed: flag,
});

const viewerSort = record<Sort<ViewerSort>>({
  by: words<ViewerSort>({
    worst: true,
    id: true,
    who: true,
    rtt: true,
    deadline: true,
    buffer: true,
    rate: true,
    age: true,
  }),
  reversed: flag,
});

const hasText = { has: text, not: flag };
const bounded = {
  than: words<'more' | 'less'>({ more: true, less: true }),
  bound: number,
  not: flag,
};

const filter: fc.Arbitrary<Filter> = fc.array(
  tagged<FilterTerm, 'on'>('on', {
    text: hasText,
    session: hasText,
    who: hasText,
    state: {
      is: words<ViewerState | SessionState>({ ...viewerStates, ...sessionStates }),
      not: flag,
    },
    rtt: bounded,
    age: bounded,
    left: bounded,
    buffer: bounded,
    rate: bounded,
  }),
  { maxLength: 5 },
);

const view = record<View>({
  sessions: window(session),
  sessionSort,
  viewerSort,
  filter,
  session: orNull(session),
  viewers: window(viewer),
  worst: rows,
  followed: fc.array(viewer),
  detail: orNull(viewer),
  gone: rows,
  events: record<View['events']>({
    rows,
    upTo: orNull(count),
    kind: orNull(
      words<EventKind>({
        refusals: true,
        evictions: true,
        visits: true,
        states: true,
        backends: true,
        operator: true,
      }),
    ),
  }),
});

const command = tagged<Command, 'do'>('do', {
  evict: { viewer, actor: text, reason: maybe(text) },
  keep: { viewer, forMs: number, actor: text },
  list: {
    session: orNull(session),
    filter,
    after: orNull(viewer),
    most: number,
    sort: maybe(viewerSort),
    skip: maybe(count),
  },
  'set-cap': { cap: number, session: maybe(session), actor: text },
  'lift-cap': { session, actor: text },
  'preview-cap': { cap: number, session: maybe(session) },
  lock: { session: orNull(session), actor: text },
  unlock: { session: orNull(session), actor: text },
  drain: { windowMs: number, actor: text },
  intend: {
    what: words<'armed' | 'undone'>({ armed: true, undone: true }),
    viewers: list(viewer),
    dueMs: number,
    actor: text,
  },
  stop: { now: flag, actor: maybe(text) },
});

const preview = record<CapPreview>({
  cap: number,
  over: list(record<CapPreview['over'][number]>({ session, viewers: count })),
  overCount: count,
  freeNow: number,
  freeThen: number,
});

const time = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const place = { time, session, remote: text, who: maybe(text), viewers: count, cap: count };
const named = { ...place, viewer };
const measured = { ...named, silentMs: number, queuedBytes: number };
const put = { code: maybe(count), reason: maybe(text), closeSent: flag };
const putOrNot = { ...put, closeSent: maybe<ClosePut['closeSent']>(flag) };
const evictionCauses: Readonly<Record<EvictionCause, true>> = {
  'pong-timeout': true,
  'write-timeout': true,
  operator: true,
};
const leaveCauses: Readonly<Record<Exclude<LeaveCause, 'evicted'>, true>> = {
  'viewer-closed': true,
  'viewer-lost': true,
  'backend-closed': true,
  'backend-lost': true,
  'message-too-big': true,
  'protocol-error': true,
  shutdown: true,
};

/** Every event. */
export const anyEvent: fc.Arbitrary<ProxyEvent> = tagged<ProxyEvent, 'event'>('event', {
  'proxy.listening': { time, address: text, control: maybe(text), controlListen: maybe(text) },
  'proxy.draining': {
    time,
    windowMs: number,
    beforeMs: maybe(number),
    viewers: count,
    actor: text,
  },
  'proxy.stopped': { time, actor: maybe(text) },
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
  'viewer.late': measured,
  'viewer.expiring': measured,
  'viewer.stuck': measured,
  'viewer.recovered': measured,
  'viewer.kept': { ...named, forMs: number, actor: text },
  'viewer.evicted': {
    ...named,
    ...put,
    cause: words<EvictionCause>(evictionCauses),
    actor: maybe(text),
    note: maybe(text),
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
    detail: text,
    dialMs: number,
    status: maybe(count),
    actor: maybe(text),
    note: maybe(text),
  },
  'cap.changed': {
    time,
    from: count,
    to: count,
    actor: text,
    session: maybe(session),
    lifted: maybe(fc.constant(true as const)),
  },
  'session.full': { time, session, viewers: count, cap: count },
  'session.locked': { time, session: maybe(session), actor: text },
  'session.unlocked': { time, session: maybe(session), actor: text },
  'eviction.armed': { time, viewers: list(viewer), count, dueMs: number, actor: text },
  'eviction.undone': { time, viewers: list(viewer), count, actor: text },
  'command.refused': { time, do: text, target: maybe(text), actor: text, reason: text },
  'log.failed': { time, path: maybe(text), detail: text },
  'log.recovered': { time, lost: count },
  'descriptors.exhausted': { time, limit: maybe(count) },
  'descriptors.recovered': { time, exhaustedMs: number },
  'events.dropped': { time, count },
});

const slice = <Row>(row: fc.Arbitrary<Row>) =>
  record<Slice<unknown>>({ from: count, total: count, rows: list(row) }) as fc.Arbitrary<
    Slice<Row>
  >;

const totals = record<Totals>({
  sessions: count,
  empty: maybe(count),
  viewers: count,
  late: count,
  expiring: count,
  stuck: count,
  full: count,
  over: count,
  locked: flag,
  locks: count,
  draining: orNull(record<NonNullable<Totals['draining']>>({ leftMs: number, viewers: count })),
  held: count,
  refused: count,
  evicted: count,
  logFails: flag,
});

const sessionRow = record<SessionRow>({
  id: session,
  state: words<SessionState>(sessionStates),
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

const viewerRow = record<ViewerRow>({
  id: viewer,
  session,
  remote: text,
  who: orNull(text),
  state: viewerState,
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
  record<Extract<CommandResult, { readonly ok: true }>>({
    ok: fc.constant(true as const),
    preview: maybe(preview),
    viewers: maybe(list(viewerRow)),
    more: maybe(flag),
  }),
  record<Extract<CommandResult, { readonly ok: false }>>({
    ok: fc.constant(false as const),
    reason: text,
  }),
);

const tombstone = record<Tombstone>({
  id: viewer,
  session,
  remote: text,
  who: orNull(text),
  at: number,
  cause: words<Tombstone['cause']>({ ...leaveCauses, ...evictionCauses }),
  actor: orNull(text),
  code: orNull(count),
  reason: orNull(text),
  durationMs: number,
  bytesToViewer: number,
  bytesToBackend: number,
});

const detail: fc.Arbitrary<ViewerDetail> = fc.oneof(
  record<Extract<ViewerDetail, { readonly gone: true }>>({
    gone: fc.constant(true as const),
    tombstone,
  }),
  record<Extract<ViewerDetail, { readonly gone: false }>>({
    gone: fc.constant(false as const),
    row: viewerRow,
    arrivedAt: number,
    rttsMs: list(number),
    queues: list(number),
    queueStepMs: number,
    pingsSent: count,
    pingsLost: count,
    messagesToViewer: number,
    messagesToBackend: number,
  }),
);

const feedEntry = record<FeedEntry>({
  seq: count,
  event: anyEvent,
  count,
  spanMs: number,
  holders: list(record<Holder>({ viewer, who: orNull(text), remote: text, state: viewerState })),
});

const snapshot = record<Snapshot>({
  seq: count,
  at: number,
  startedAt: number,
  address: text,
  control: maybe(text),
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
  worst: list(viewerRow),
  followed: list(viewerRow),
  detail: orNull(detail),
  gone: list(tombstone),
  events: list(feedEntry),
  newestEvent: count,
  armed: maybe(
    record<NonNullable<Snapshot['armed']>>({
      count,
      first: list(record<Arming>({ viewer, actor: text, leftMs: number })),
    }),
  ),
  replay: maybe(
    record<LogPosition>({
      index: count,
      count,
      startsAt: number,
      endsAt: number,
      speed: number,
    }),
  ),
});

/** What a screen says. */
export const anyToProxy: fc.Arbitrary<ToProxy> = tagged<ToProxy, 'type'>('type', {
  hello: { version: number },
  watch: { id: count, view },
  look: { id: count, view, later: maybe(flag) },
  seen: { id: count },
  unwatch: { id: count },
  listen: { after: maybe(text) },
  heard: {},
  unlisten: {},
  command: { id: count, command },
});

/** What the proxy's side says. */
export const anyFromProxy: fc.Arbitrary<FromProxy> = tagged<FromProxy, 'type'>('type', {
  hello: { version: number },
  snapshot: { id: count, snapshot },
  events: { events: list(anyEvent), place: maybe(text) },
  result: { id: count, result },
  complaint: { reason: text },
  bye: { reason: text, by: maybe(text) },
});
