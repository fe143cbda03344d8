/**
 * Which viewers meet a filter. A term reads only what it asks about, so that whoever is looked
 * at may work out its values when they are read.
 */
import type {
  Filter,
  FilterTerm,
  SessionId,
  SessionState,
  ViewerId,
  ViewerState,
} from '../contract.ts';

/** A viewer as a filter sees it; null where it has no such value. */
export type Filterable = {
  readonly id: ViewerId;
  readonly session: SessionId;
  readonly who: string | null;
  readonly remote: string;
  readonly state: ViewerState;
  /** The state of its session. */
  readonly sessionState: SessionState;
  /** The last round trip. */
  readonly rttMs: number | null;
  readonly ageMs: number;
  /** To the pong deadline. */
  readonly leftMs: number | null;
  readonly queuedBytes: number;
  /** Bytes per second to the viewer. */
  readonly rate: number;
};

/** Whether a viewer meets a filter. */
export type Matcher = (viewer: Filterable) => boolean;

const has = (text: string | null, part: string): boolean =>
  text !== null && text.toLowerCase().includes(part);

const valueOf = (
  viewer: Filterable,
  on: Extract<FilterTerm, { readonly than: unknown }>['on'],
): number | null => {
  switch (on) {
    case 'rtt':
      return viewer.rttMs;
    case 'age':
      return viewer.ageMs;
    case 'left':
      return viewer.leftMs;
    case 'buffer':
      return viewer.queuedBytes;
    case 'rate':
      return viewer.rate;
    default:
      return on satisfies never;
  }
};

/** A session with a late viewer is late; its other viewers are not what is looked for then. */
const isOfSession = (state: ViewerState | SessionState): boolean =>
  state === 'ok' || state === 'full' || state === 'over' || state === 'empty';

const termMatcher = (term: FilterTerm): Matcher => {
  switch (term.on) {
    case 'text': {
      const part = term.has.toLowerCase();
      return ({ id, session, who, remote }) =>
        has(id, part) || has(session, part) || has(who, part) || has(remote, part);
    }
    case 'session':
    case 'who': {
      const { on } = term;
      const part = term.has.toLowerCase();
      return (viewer) => has(viewer[on], part);
    }
    case 'state': {
      const { is } = term;
      const ofSession = isOfSession(is);
      return ({ state, sessionState }) => state === is || (ofSession && sessionState === is);
    }
    default: {
      const { on, than, bound } = term;
      return (viewer) => {
        const value = valueOf(viewer, on);
        return value !== null && (than === 'more' ? value > bound : value < bound);
      };
    }
  }
};

const isMetBy = (session: SessionId, term: FilterTerm): boolean => {
  switch (term.on) {
    case 'text':
    case 'session':
      return has(session, term.has.toLowerCase());
    case 'state':
      return term.is === 'empty';
    default:
      return false;
  }
};

/** Whether a session that has no viewers meets all terms: it has a name, and is empty. */
export const meetsEmpty = (session: SessionId, filter: Filter): boolean =>
  filter.every((term) => isMetBy(session, term) !== term.not);

/** What tells who meets all terms of `filter`; null for an empty one, which everybody meets. */
export const matcherOf = (filter: Filter): Matcher | null => {
  if (filter.length === 0) return null;
  const terms = filter.map((term) => ({ not: term.not, matches: termMatcher(term) }));
  return (viewer) => terms.every(({ not, matches }) => matches(viewer) !== not);
};
