/** The shapes of commands and of what came of them, as they cross a control link. */
import type { CapPreview, Command, CommandResult, SessionId, ViewerId } from '../contract.ts';
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
  tagged,
  text,
  words,
} from './shape.ts';
import { viewerRowShape } from './wire-pictures.ts';
import { filterShape, viewerSortShape } from './wire-views.ts';

/** Viewers of one intention: more than a mark takes in. */
const MOST_INTENDED = 10_000;

const session = text<SessionId>();
const viewer = text<ViewerId>();

/** What an operator wants done; whether it can be is for the proxy to say. */
export const commandShape: Shape<Command> = tagged<Command, 'do'>('do', {
  evict: { viewer, actor: text(), reason: maybe(text()) },
  keep: { viewer, forMs: number, actor: text() },
  list: {
    session: orNull(session),
    filter: filterShape,
    after: orNull(viewer),
    most: number,
    sort: maybe(viewerSortShape),
    skip: maybe(count),
  },
  'set-cap': { cap: number, session: maybe(session), actor: text() },
  'lift-cap': { session, actor: text() },
  'preview-cap': { cap: number, session: maybe(session) },
  lock: { session: orNull(session), actor: text() },
  unlock: { session: orNull(session), actor: text() },
  drain: { windowMs: number, actor: text() },
  intend: {
    what: words<'armed' | 'undone'>({ armed: true, undone: true }),
    viewers: list(viewer, MOST_INTENDED),
    dueMs: number,
    actor: text(),
  },
  stop: { now: flag, actor: maybe(text()) },
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
  viewers: maybe(list(viewerRowShape)),
  more: maybe(flag),
});

const failed = record<Extract<CommandResult, { readonly ok: false }>>({
  ok: only(false),
  reason: text(),
});

/** What came of a command. */
export const resultShape: Shape<CommandResult> = either(done, failed);
