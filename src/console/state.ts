/**
 * Everything the console knows: the last picture of the proxy, where the operator looks, and
 * what he has begun. A value; `step.ts` says how it changes, `screen.ts` how it looks. Time is
 * the monotonic milliseconds of whoever calls.
 */
import type {
  Command,
  CommandResult,
  EventKind,
  LogMove,
  ScreenOptions,
  SessionId,
  SessionSort,
  Snapshot,
  Sort,
  ViewerId,
  ViewerSort,
  ViewerState,
} from '../contract.ts';
import { type Cursor, noCursor } from './cursor.ts';
import { type AppliedFilter, noFilter } from './filter-text.ts';
import { type Layout, layoutOf, type Pane, type Size } from './layout.ts';
import type { Modal } from './modal.ts';
import type { Tag } from './tags.ts';

/** What the console is told when it starts. */
export type Settings = Pick<ScreenOptions, 'readOnly' | 'name' | 'accent' | 'confirm'> & {
  /** How to join, as the demo says it. */
  readonly join: string | null;
  /** What stops the program from outside, for a console that may not: `kill 4711`. */
  readonly stopWith: string;
  /** Who this console is, in events. */
  readonly actor: string;
  /** The proxy runs elsewhere: quitting leaves it alone, and the link to it may drop. */
  readonly attached: boolean;
  /** What is shown is a log, with a cursor that can be moved; absent: a proxy that runs. */
  readonly replay?: boolean;
};

/** The settings of a console that nobody has told anything. */
export const plainSettings: Settings = {
  readOnly: false,
  name: null,
  accent: null,
  confirm: 'undo',
  join: null,
  stopWith: 'a signal',
  actor: 'console',
  attached: false,
};

/** An eviction that can still be undone. */
export type Armed = {
  readonly viewer: ViewerId;
  /** What the viewer was doing when it was armed. */
  readonly state: ViewerState;
  /** When it is carried out. */
  readonly dueAt: number;
  /** Those that were armed by one key have one number, and one `u` takes them back. */
  readonly group: number;
  /** By its digit, `enter` means it wherever the cursor is; by marks, it was one of them. */
  readonly by: 'digit' | 'cursor' | 'marks';
  /** Why, in the operator's words. */
  readonly reason: string | null;
};

/** Who is drawn among the worst, since when. */
export type Place = { readonly viewer: ViewerId; readonly since: number };

/** An eviction that waits for its turn. */
export type Waiting = { readonly viewer: ViewerId; readonly reason: string | null };

/** Evictions that are carried out one after the other, and what came of those before. */
export type Pace = {
  /** The next one first. */
  readonly waiting: readonly Waiting[];
  readonly nextAt: number;
  /** How many there are in all. */
  readonly total: number;
  /** Asked for and not answered yet. */
  readonly asked: readonly ViewerId[];
  readonly evicted: number;
  readonly gone: number;
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

/** The link to a proxy that runs elsewhere is down. */
export type Outage = {
  /** Why, in words. */
  readonly reason: string;
  /** Since when. */
  readonly at: number;
  /** The proxy took its leave: it has stopped, and another one may come. */
  readonly stopped: boolean;
};

/** The whole state of the console. */
export type State = {
  readonly now: number;
  readonly size: Size;
  readonly settings: Settings;
  readonly snapshot: Snapshot | null;
  readonly receivedAt: number;
  /** The picture stands still, since when; the newest one waits behind it. */
  readonly paused: { readonly at: number; readonly latest: Snapshot | null } | null;
  /** Why the proxy stopped or its link was lost. */
  readonly ended: string | null;
  /** Until the first picture after it. */
  readonly outage: Outage | null;
  /** It was told to stop the proxy and to quit: it does when that has stopped. */
  readonly quitsWithProxy: boolean;
  readonly focus: Pane;
  readonly sessions: Cursor<SessionId>;
  /** In the viewers of the selected session. */
  readonly viewers: Cursor<ViewerId>;
  /** Until when the lists keep their order. */
  readonly heldUntil: number;
  /** The viewer that was selected, or the last marked one, when that went away by itself. */
  readonly lost: { readonly viewer: ViewerId; readonly at: number } | null;
  /** The feed: its last drawn line while scrolled back (null follows), and the chosen one then. */
  readonly upTo: number | null;
  readonly entry: number;
  /** So many numbers beyond `upTo` are asked for; those of other kinds have no line. */
  readonly ahead: number;
  /** The kind of events that is shown; null is all. */
  readonly kind: EventKind | null;
  readonly filter: AppliedFilter;
  readonly sessionSort: Sort<SessionSort>;
  readonly viewerSort: Sort<ViewerSort>;
  /** The worst viewers as they are drawn, from the top. */
  readonly lane: readonly Place[];
  /** The digits beside the worst viewers. */
  readonly tags: readonly Tag[];
  /** Marked viewers, in the order in which they were marked. */
  readonly marks: readonly ViewerId[];
  /** Pictures to come that may not know the newest mark yet; see `unsure` of a cursor. */
  readonly marksUnsure: number;
  /** The session of which all listed viewers are to be marked, once the proxy has listed them. */
  readonly marking: SessionId | null;
  readonly armed: readonly Armed[];
  /** Evictions that are being carried out one after the other. */
  readonly pace: Pace | null;
  /** A default cap that was asked for and that no picture has shown yet. */
  readonly wanted: { readonly cap: number; readonly at: number } | null;
  readonly capChange: CapChange | null;
  readonly modal: Modal;
  readonly notice: Notice | null;
};

/** Which command a result belongs to. */
export type Reply =
  | { readonly of: 'evict'; readonly viewer: ViewerId }
  | { readonly of: 'keep'; readonly viewer: ViewerId; readonly forMs: number }
  | { readonly of: 'cap'; readonly change: CapChange; readonly undone: boolean }
  | { readonly of: 'preview'; readonly asked: number }
  | { readonly of: 'lock'; readonly session: SessionId | null; readonly locks: boolean }
  | { readonly of: 'drain'; readonly windowMs: number }
  | { readonly of: 'stop' }
  /** The word of what is armed; nobody waits for what comes of it. */
  | { readonly of: 'intention' }
  /** A list of viewers, to be marked or for the dialog that evicts them. */
  | { readonly of: 'list'; readonly for: 'marks' | 'bulk'; readonly session: SessionId };

/** What the shell is to do. */
export type Effect =
  | { readonly do: 'send'; readonly command: Command; readonly reply: Reply }
  /** Into the clipboard of the terminal. */
  | { readonly do: 'copy'; readonly text: string }
  /** A picture of everything into a file; null: a name that says when. */
  | { readonly do: 'export'; readonly name: string | null }
  /** Move the cursor in the log that is replayed. */
  | { readonly do: 'move'; readonly move: LogMove }
  /** Leave the screen for lines. */
  | { readonly do: 'log' }
  /** Draw everything anew. */
  | { readonly do: 'redraw' }
  | { readonly do: 'quit' };

/** What happens to the console. */
export type Input =
  /**
   * Keys that arrived together, as `keysOf` names them, and what was on the screen when they
   * came; absent: the state before them.
   */
  | { readonly type: 'keys'; readonly keys: readonly string[]; readonly shown?: State }
  | { readonly type: 'paste'; readonly text: string }
  /** A line of the palette that was typed elsewhere. */
  | { readonly type: 'typed-command'; readonly text: string }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'result'; readonly reply: Reply; readonly result: CommandResult }
  | { readonly type: 'size'; readonly size: Size }
  /** The program itself has something to say. */
  | { readonly type: 'told'; readonly text: string }
  /** What came of something that the shell did. */
  | { readonly type: 'said'; readonly tone: Notice['tone']; readonly text: string }
  | { readonly type: 'ended'; readonly reason: string }
  /** No picture comes any more, until the link to the proxy, or to the next one, is back. */
  | { readonly type: 'link-down'; readonly reason: string; readonly stopped: boolean }
  /** Time has passed. */
  | { readonly type: 'tick' };

/** A state and what is to be done about it. */
export type Step = { readonly state: State; readonly effects: readonly Effect[] };

/** A console that has seen nothing yet. */
export const initialState = (size: Size, settings: Settings, now: number): State => ({
  now,
  size,
  settings,
  snapshot: null,
  receivedAt: now,
  paused: null,
  ended: null,
  outage: null,
  quitsWithProxy: false,
  focus: 'sessions',
  sessions: noCursor,
  viewers: noCursor,
  heldUntil: 0,
  lost: null,
  upTo: null,
  entry: 0,
  ahead: 0,
  kind: null,
  filter: noFilter,
  sessionSort: { by: 'worst', reversed: false },
  viewerSort: { by: 'worst', reversed: false },
  lane: [],
  tags: [],
  marks: [],
  marksUnsure: 0,
  marking: null,
  armed: [],
  pace: null,
  wanted: null,
  capChange: null,
  modal: { mode: 'main' },
  notice: null,
});

/** The layout of the state's screen. */
export const layoutIn = (state: State): Layout =>
  layoutOf(state.size, state.settings.join !== null);

/** How long a message stays, by its weight. */
const noticeMs = { good: 4000, warn: 6000, bad: 10_000 } as const;

/** The state with nothing open over the lists. */
export const closed = (state: State): State => ({ ...state, modal: { mode: 'main' } });

/** A state and nothing to do about it. */
export const done = (state: State): Step => ({ state, effects: [] });

/** The state with a message. */
export const withNotice = (state: State, tone: Notice['tone'], text: string): State => ({
  ...state,
  notice: { text, tone, until: state.now + noticeMs[tone] },
});
