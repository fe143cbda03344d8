/**
 * The shapes of what the contract lets cross a control link: views and commands one way,
 * pictures, events and results the other. Each follows its type field by field.
 */
import type {
  CapPreview,
  Command,
  CommandResult,
  FeedEntry,
  SessionId,
  SessionRow,
  SessionState,
  Slice,
  Snapshot,
  Totals,
  View,
  ViewerId,
  ViewerRow,
  ViewerState,
  Window,
} from '../contract.ts';
import type { Shape } from './shape.ts';
import {
  count,
  flag,
  list,
  maybe,
  number,
  only,
  orNull,
  record,
  tagged,
  text,
  words,
} from './shape.ts';
import { eventShape } from './wire-events.ts';

const session = text<SessionId>();
const viewer = text<ViewerId>();

const range = {
  edge: words<'first' | 'last'>({ first: true, last: true }),
  before: count,
  after: count,
};

/** What a watcher looks at. */
export const viewShape: Shape<View> = record<View>({
  sessions: record<Window<SessionId>>({ anchor: orNull(session), ...range }),
  session: orNull(session),
  viewers: record<Window<ViewerId>>({ anchor: orNull(viewer), ...range }),
  worst: count,
  events: record<View['events']>({ rows: count, upTo: orNull(count) }),
});

/** What an operator wants done; whether it can be is for the proxy to say. */
export const commandShape: Shape<Command> = tagged<Command, 'do'>('do', {
  evict: { viewer, actor: text() },
  'set-cap': { cap: number, session: maybe(session), actor: text() },
  'lift-cap': { session, actor: text() },
  'preview-cap': { cap: number, session: maybe(session) },
  stop: { now: flag },
});

const preview = record<CapPreview>({
  cap: number,
  over: list(record<CapPreview['over'][number]>({ session, viewers: count })),
  overCount: count,
  freeNow: number,
  freeThen: number,
});

const done = record<Extract<CommandResult, { readonly ok: true }>>({
  ok: only(true),
  preview: maybe(preview),
});

const failed = record<Extract<CommandResult, { readonly ok: false }>>({
  ok: only(false),
  reason: text(),
});

/** What came of a command. */
export const resultShape: Shape<CommandResult> = (value, at) =>
  done(value, at) === null ? null : failed(value, at);

const slice = <Row>(row: Shape<Row>): Shape<Slice<Row>> =>
  record<Slice<unknown>>({ from: count, total: count, rows: list(row) }) as Shape<Slice<Row>>;

const totals = record<Totals>({
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

const sessionRow = record<SessionRow>({
  id: session,
  state: words<SessionState>({
    ok: true,
    full: true,
    over: true,
    late: true,
    expiring: true,
    stuck: true,
  }),
  viewers: count,
  dialling: count,
  cap: count,
  capIsOwn: flag,
  p95RttMs: orNull(number),
  queuedBytes: number,
  refused: count,
  ageMs: number,
});

const viewerRow = record<ViewerRow>({
  id: viewer,
  session,
  remote: text(),
  state: words<ViewerState>({ dialling: true, ok: true, late: true, expiring: true, stuck: true }),
  rttMs: orNull(number),
  smoothedRttMs: orNull(number),
  recentRttsMs: list(number),
  deadlineMs: orNull(number),
  deadlineHeld: flag,
  queuedBytes: number,
  stuckMs: number,
  ageMs: number,
  bytesToViewer: number,
  bytesToBackend: number,
});

/** A picture of what a watcher looks at. */
export const snapshotShape: Shape<Snapshot> = record<Snapshot>({
  seq: count,
  at: number,
  startedAt: number,
  address: text(),
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
  events: list(record<FeedEntry>({ seq: count, event: eventShape })),
  newestEvent: count,
});
