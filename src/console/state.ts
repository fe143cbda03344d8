/**
 * Everything the console knows: the last picture of the proxy, where the operator looks, and
 * what he has begun. A value; `step.ts` says how it changes, `screen.ts` how it looks. Time is
 * the monotonic milliseconds of whoever calls.
 */
import type {
  CapPreview,
  Command,
  CommandResult,
  SessionId,
  Snapshot,
  ViewerId,
  ViewerState,
} from '../contract.ts';
import { type Cursor, drawn, noCursor } from './cursor.ts';
import { type Layout, layoutOf, type Pane, rowLead, type Size } from './layout.ts';

/** An eviction that can still be undone. */
export type Armed = {
  readonly viewer: ViewerId;
  /** What the viewer was doing when it was armed. */
  readonly state: ViewerState;
  /** When it is carried out. */
  readonly dueAt: number;
};

/** A cap as it was or shall be: of one session, or the default of all. */
export type CapSetting = {
  readonly session: SessionId | null;
  readonly cap: number;
  /** For a session: the cap is its own, not the default. */
  readonly own: boolean;
};

/** The last cap change, for `u`. */
export type CapChange = {
  readonly from: CapSetting;
  readonly to: CapSetting;
  readonly at: number;
  /** Made by `+` and `-`: the next step joins it. */
  readonly stepped: boolean;
};

/** A message of one line. */
export type Notice = {
  readonly text: string;
  readonly tone: 'good' | 'warn' | 'bad';
  readonly until: number;
};

/** The dialog of the cap. */
export type CapDialog = {
  readonly mode: 'cap';
  /** The session selected when it was opened; it alone, or all. */
  readonly session: SessionId | null;
  readonly alone: boolean;
  readonly digits: string;
  /** False until something was typed: the first digit replaces what stands there. */
  readonly typed: boolean;
  /** Number of the newest question for a preview; older answers are dropped. */
  readonly asked: number;
  readonly askedAt: number;
  readonly preview: CapPreview | null;
  /** Why there is no preview, or why the number cannot be applied. */
  readonly reason: string | null;
};

/** What is open over the lists. */
export type Modal =
  | { readonly mode: 'main' }
  | { readonly mode: 'help'; readonly top: number }
  | { readonly mode: 'quit'; readonly interruptedAt: number | null }
  | CapDialog;

/** The whole state of the console. */
export type State = {
  readonly now: number;
  readonly size: Size;
  /** How to join, as the demo says it. */
  readonly join: string | null;
  readonly snapshot: Snapshot | null;
  readonly receivedAt: number;
  /** Why the proxy stopped or its link was lost. */
  readonly ended: string | null;
  readonly focus: Pane;
  readonly sessions: Cursor<SessionId>;
  /** In the viewers of the selected session. */
  readonly viewers: Cursor<ViewerId>;
  /** Until when the lists keep their order. */
  readonly heldUntil: number;
  /** The viewer that was selected when the selection moved by itself. */
  readonly lost: { readonly viewer: ViewerId; readonly at: number } | null;
  /** The newest event shown while scrolled back; null follows. */
  readonly upTo: number | null;
  readonly armed: readonly Armed[];
  /** A default cap that was asked for and that no picture has shown yet. */
  readonly wanted: { readonly cap: number; readonly at: number } | null;
  readonly capChange: CapChange | null;
  readonly modal: Modal;
  readonly notice: Notice | null;
};

/** Which command a result belongs to. */
export type Reply =
  | { readonly of: 'evict'; readonly viewer: ViewerId }
  | { readonly of: 'cap'; readonly change: CapChange; readonly undone: boolean }
  | { readonly of: 'preview'; readonly asked: number };

/** What the shell is to do. */
export type Effect =
  | { readonly do: 'send'; readonly command: Command; readonly reply: Reply }
  | { readonly do: 'quit' };

/** What happens to the console. */
export type Input =
  /** Keys that arrived together, as `keysOf` names them. */
  | { readonly type: 'keys'; readonly keys: readonly string[] }
  | { readonly type: 'paste' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'result'; readonly reply: Reply; readonly result: CommandResult }
  | { readonly type: 'size'; readonly size: Size }
  /** The program itself has something to say. */
  | { readonly type: 'told'; readonly text: string }
  | { readonly type: 'ended'; readonly reason: string }
  /** Time has passed. */
  | { readonly type: 'tick' };

/** A state and what is to be done about it. */
export type Step = { readonly state: State; readonly effects: readonly Effect[] };

/** A console that has seen nothing yet. */
export const initialState = (size: Size, join: string | null, now: number): State => ({
  now,
  size,
  join,
  snapshot: null,
  receivedAt: now,
  ended: null,
  focus: 'sessions',
  sessions: noCursor,
  viewers: noCursor,
  heldUntil: 0,
  lost: null,
  upTo: null,
  armed: [],
  wanted: null,
  capChange: null,
  modal: { mode: 'main' },
  notice: null,
});

/** The layout of the state's screen. */
export const layoutIn = (state: State): Layout => layoutOf(state.size, state.join !== null);

/** The picture's list of viewers, if it is that of the selected session. */
export const viewersIn = (state: State): Snapshot['viewers'] | null =>
  state.snapshot !== null && state.snapshot.session === state.sessions.id
    ? state.snapshot.viewers
    : null;

/** The session under the cursor; null where none is drawn. */
export const selectedSession = (state: State): Snapshot['sessions']['rows'][number] | null =>
  state.snapshot?.sessions.rows.find((row) => row.id === state.sessions.id) ?? null;

/** The sessions that are drawn. */
export const drawnSessions = (state: State): Snapshot['sessions']['rows'] =>
  state.snapshot === null
    ? []
    : drawn(state.sessions, state.snapshot.sessions, layoutIn(state).sessions);

/** The viewers that are drawn. */
export const drawnViewers = (state: State): Snapshot['viewers']['rows'] => {
  const viewers = viewersIn(state);
  return viewers === null ? [] : drawn(state.viewers, viewers, layoutIn(state).viewers);
};

/** The viewer under the cursor; null where its id is not drawn: what is not seen is not chosen. */
export const selectedViewer = (state: State): Snapshot['viewers']['rows'][number] | null => {
  const row = drawnViewers(state).find(({ id }) => id === state.viewers.id);
  return row === undefined || layoutIn(state).right < rowLead + row.id.length ? null : row;
};

/** How long a message stays, by its weight. */
const noticeMs = { good: 4000, warn: 6000, bad: 10_000 } as const;

/** The state with a message. */
export const withNotice = (state: State, tone: Notice['tone'], text: string): State => ({
  ...state,
  notice: { text, tone, until: state.now + noticeMs[tone] },
});
