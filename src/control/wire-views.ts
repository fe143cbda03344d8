/**
 * The shapes of what a watcher asks to see, as they cross a control link, field by field as in
 * the contract. What costs the relay's thread time with every picture is bounded here.
 */
import type {
  EventKind,
  Filter,
  FilterTerm,
  SessionId,
  SessionSort,
  SessionState,
  Sort,
  View,
  ViewerId,
  ViewerSort,
  ViewerState,
  Window,
} from '../contract.ts';
import type { Shape } from './shape.ts';
import {
  count,
  countTo,
  flag,
  list,
  number,
  orNull,
  record,
  tagged,
  text,
  words,
} from './shape.ts';

/** Terms of one filter. */
const MOST_TERMS = 50;

/** Characters of what a term looks for: more than a session's id has, or an address. */
const LONGEST_TERM = 200;

/** Viewers that are followed; see `View`. */
const MOST_FOLLOWED = 1_000;

/** Rows of one list, to either side of its anchor: more than a terminal has, or an export takes. */
const rows = countTo(10_000);

const session = text<SessionId>();
const viewer = text<ViewerId>();

/** The states of a viewer. */
export const viewerStates: Readonly<Record<ViewerState, true>> = {
  dialling: true,
  ok: true,
  late: true,
  expiring: true,
  stuck: true,
};

/** The states of a session. */
export const sessionStates: Readonly<Record<SessionState, true>> = {
  ok: true,
  full: true,
  over: true,
  empty: true,
  late: true,
  expiring: true,
  stuck: true,
};

const range = {
  edge: words<'first' | 'last'>({ first: true, last: true }),
  before: rows,
  after: rows,
};

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

/** How viewers are sorted. */
export const viewerSortShape: Shape<Sort<ViewerSort>> = record<Sort<ViewerSort>>({
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

const hasText = { has: text(LONGEST_TERM), not: flag };
const bounded = {
  than: words<'more' | 'less'>({ more: true, less: true }),
  bound: number,
  not: flag,
};

/** What viewers are looked for. */
export const filterShape: Shape<Filter> = list(
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
  MOST_TERMS,
);

/** What a watcher looks at. */
export const viewShape: Shape<View> = record<View>({
  sessions: record<Window<SessionId>>({ anchor: orNull(session), ...range }),
  sessionSort,
  viewerSort: viewerSortShape,
  filter: filterShape,
  session: orNull(session),
  viewers: record<Window<ViewerId>>({ anchor: orNull(viewer), ...range }),
  worst: rows,
  followed: list(viewer, MOST_FOLLOWED),
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
