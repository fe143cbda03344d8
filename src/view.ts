/** What a watcher asks to see: which part of which list, sorted and filtered how. */
import type { SessionId, ViewerId } from './ids.ts';
import type { SessionState, ViewerState } from './picture.ts';

/**
 * A part of a longer, sorted list. With `anchor` in the list: that row with `before` rows
 * ahead of it and `after` behind. Otherwise the `before + after + 1` rows at `edge`.
 */
export type Window<Id> = {
  readonly anchor: Id | null;
  readonly edge: 'first' | 'last';
  readonly before: number;
  readonly after: number;
};

/** How a list is sorted: its natural order (worst, largest, slowest first; names upwards). */
export type Sort<By> = { readonly by: By; readonly reversed: boolean };

/** What sessions can be sorted by. */
export type SessionSort =
  | 'worst'
  | 'name'
  | 'viewers'
  | 'rtt'
  | 'buffer'
  | 'refused'
  | 'rate'
  | 'age';

/** What viewers can be sorted by. */
export type ViewerSort = 'worst' | 'id' | 'who' | 'rtt' | 'deadline' | 'buffer' | 'rate' | 'age';

/** One condition on a viewer; `not` turns it round. */
export type FilterTerm =
  | {
      /** `text` looks at id, session, who and remote; case does not matter. */
      readonly on: 'text' | 'session' | 'who';
      readonly has: string;
      readonly not: boolean;
    }
  | {
      /**
       * The viewer's own state; `ok`, `full`, `over` and `empty` also that of its session. A session with
       * a late viewer is late itself, and its other viewers are not what is looked for then.
       */
      readonly on: 'state';
      readonly is: ViewerState | SessionState;
      readonly not: boolean;
    }
  | {
      /** Milliseconds, bytes, bytes per second; a viewer without the value meets no bound. */
      readonly on: 'rtt' | 'age' | 'left' | 'buffer' | 'rate';
      readonly than: 'more' | 'less';
      readonly bound: number;
      readonly not: boolean;
    };

/** All of them must hold; an empty filter holds for everybody. */
export type Filter = readonly FilterTerm[];

/** A family of events, to look at alone. */
export type EventKind = 'refusals' | 'evictions' | 'visits' | 'states' | 'backends' | 'operator';

/** What a watcher looks at; it gets that and no more. */
export type View = {
  readonly sessions: Window<SessionId>;
  readonly sessionSort: Sort<SessionSort>;
  readonly viewerSort: Sort<ViewerSort>;
  /**
   * A viewer is listed where it meets the filter, a session where one of its viewers does, and one
   * without any, of which there are no more than have a cap or a lock of their own, by its name.
   */
  readonly filter: Filter;
  /** Whose viewers are listed; null lists those of the first session in `sessions`. */
  readonly session: SessionId | null;
  readonly viewers: Window<ViewerId>;
  /** How many of the worst viewers of all sessions, whatever the filter. */
  readonly worst: number;
  /** Viewers whose rows are wanted wherever they are; at most 1,000 count. */
  readonly followed: readonly ViewerId[];
  /** The viewer that is looked at closely, gone or not. */
  readonly detail: ViewerId | null;
  /** How many of the newest tombstones of `session`. */
  readonly gone: number;
  /** The `rows` entries up to and including `upTo`; null follows the newest. Null kind is all. */
  readonly events: {
    readonly rows: number;
    readonly upTo: number | null;
    readonly kind: EventKind | null;
  };
};
