/** The shapes of a picture and its rows, as they cross a control link, field by field. */
import type {
  Arming,
  FeedEntry,
  Holder,
  LogPosition,
  SessionId,
  SessionRow,
  SessionState,
  Slice,
  Snapshot,
  Tombstone,
  Totals,
  ViewerDetail,
  ViewerId,
  ViewerRow,
  ViewerState,
} from '../contract.ts';
import type { Shape } from './shape.ts';
import {
  count,
  either,
  flag,
  list,
  maybe,
  number,
  only,
  orNull,
  record,
  text,
  words,
} from './shape.ts';
import { eventShape, evictionCauses, leaveCauses } from './wire-events.ts';
import { sessionStates, viewerStates } from './wire-views.ts';

const session = text<SessionId>();
const viewer = text<ViewerId>();
const viewerState = words<ViewerState>(viewerStates);

const slice = <Row>(row: Shape<Row>): Shape<Slice<Row>> =>
  record<Slice<unknown>>({ from: count, total: count, rows: list(row) }) as Shape<Slice<Row>>;

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

/** One viewer. */
export const viewerRowShape: Shape<ViewerRow> = record<ViewerRow>({
  id: viewer,
  session,
  remote: text(),
  who: orNull(text()),
  state: viewerState,
  rttMs: orNull(number),
  smoothedRttMs: orNull(number),
  recentRttsMs: list(number),
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

const tombstone = record<Tombstone>({
  id: viewer,
  session,
  remote: text(),
  who: orNull(text()),
  at: number,
  cause: words<Tombstone['cause']>({ ...leaveCauses, ...evictionCauses }),
  actor: orNull(text()),
  code: orNull(count),
  reason: orNull(text()),
  durationMs: number,
  bytesToViewer: number,
  bytesToBackend: number,
});

const gone = record<Extract<ViewerDetail, { readonly gone: true }>>({
  gone: only(true),
  tombstone,
});

const here = record<Extract<ViewerDetail, { readonly gone: false }>>({
  gone: only(false),
  row: viewerRowShape,
  arrivedAt: number,
  rttsMs: list(number),
  queues: list(number),
  queueStepMs: number,
  pingsSent: count,
  pingsLost: count,
  messagesToViewer: number,
  messagesToBackend: number,
});

const feedEntry = record<FeedEntry>({
  seq: count,
  event: eventShape,
  count,
  spanMs: number,
  holders: list(
    record<Holder>({ viewer, who: orNull(text()), remote: text(), state: viewerState }),
  ),
});

/** A picture of what a watcher looks at. */
export const snapshotShape: Shape<Snapshot> = record<Snapshot>({
  seq: count,
  at: number,
  startedAt: number,
  address: text(),
  control: maybe(text()),
  cap: count,
  maxViewers: count,
  pingIntervalMs: number,
  pongTimeoutMs: number,
  writeTimeoutMs: number,
  loopP99Ms: orNull(number),
  totals,
  sessions: slice(sessionRow),
  session: orNull(session),
  viewers: slice(viewerRowShape),
  worst: list(viewerRowShape),
  followed: list(viewerRowShape),
  detail: orNull(either(gone, here)),
  gone: list(tombstone),
  events: list(feedEntry),
  newestEvent: count,
  armed: maybe(
    record<NonNullable<Snapshot['armed']>>({
      count,
      first: list(record<Arming>({ viewer, actor: text(), leftMs: number })),
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
