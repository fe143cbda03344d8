/**
 * The life of one viewer's connection, from its slot to its end: what happened goes in, what
 * is to be done comes out. Whatever ends it first decides; the slot is released with that
 * decision and at no other place, and all that comes later only winds the two legs down.
 */
import { CLOSE, type CloseWords } from './close-codes.ts';
import type { DialCause, EvictionCause, LeaveCause } from '../events.ts';

/** The two legs of a connection. */
export type Side = 'viewer' | 'backend';

/**
 * `open`; `closing`: a Close went to it and its own is awaited; `owed`: it sent a Close and has
 * yet to get one; `ending`: nothing more is said to it, but its socket is still there; `ended`.
 */
type Leg = 'open' | 'closing' | 'owed' | 'ending' | 'ended';

/** `dialling` and `open` hold a slot; `closing` lasts until both sockets are at their end. */
export type Lifecycle = {
  readonly phase: 'dialling' | 'open' | 'closing' | 'gone';
  readonly viewer: Leg;
  readonly backend: Leg;
};

/** What happened. A side is `lost` when its socket ended or broke. */
export type Happening =
  | { readonly on: 'dialled' }
  | { readonly on: 'dial-failed'; readonly cause: DialCause }
  | { readonly on: 'close' | 'lost'; readonly side: Side }
  | {
      readonly on: 'offence';
      readonly side: Side;
      readonly cause: 'protocol-error' | 'message-too-big';
    }
  | { readonly on: 'evict'; readonly cause: EvictionCause }
  /** The proxy stops; `drained`: it drains, and the viewer's time has come. */
  | { readonly on: 'shutdown' | 'drained' };

/** What to do, in order. */
export type Effect =
  /** `accept`: send the viewer its 101; `relay`: begin with what came early. */
  | { readonly do: 'accept' | 'relay' | 'abort-dial' | 'release' }
  /** End a viewer that has no 101 yet: by Close, or by `status` where refusals are HTTP. */
  | { readonly do: 'refuse'; readonly words: CloseWords; readonly status: number }
  /** End a viewer that has no 101 yet with 404, in whatever way others are refused. */
  | { readonly do: 'not-found' }
  /** Send `side` the Close frame of the other, as it came. */
  | { readonly do: 'pass-close'; readonly side: Side }
  /** Send `side` a Close of our own. */
  | { readonly do: 'close'; readonly side: Side; readonly words: CloseWords }
  /** Send `side` its own Close back, because the other side will not answer it. */
  | { readonly do: 'answer'; readonly side: Side }
  /** `end`: the closing handshake is over, end TCP. `cut`: end it without one. */
  | { readonly do: 'end' | 'cut'; readonly side: Side }
  | { readonly do: 'record-admitted' }
  | { readonly do: 'record-unavailable'; readonly cause: DialCause }
  /** `put`: on which leg the Close that tells the story went out. */
  | {
      readonly do: 'record-left';
      readonly cause: LeaveCause;
      readonly evicted: EvictionCause | null;
      readonly put: Side;
    };

/** The next state and what to do. */
export type Step = { readonly state: Lifecycle; readonly effects: readonly Effect[] };

/** A viewer whose slot is taken and whose backend is being dialled. */
export const DIALLING: Lifecycle = { phase: 'dialling', viewer: 'open', backend: 'open' };

const OPEN: Lifecycle = { ...DIALLING, phase: 'open' };

/** What happens to every viewer is worked out once. */
const OPENS: Step = {
  state: OPEN,
  effects: [{ do: 'accept' }, { do: 'record-admitted' }, { do: 'relay' }],
};

const GONE: Lifecycle = { phase: 'gone', viewer: 'ended', backend: 'ended' };

const other = (side: Side): Side => (side === 'viewer' ? 'backend' : 'viewer');

const EVICTION_WORDS: Record<EvictionCause, CloseWords | null> = {
  'pong-timeout': CLOSE.pongTimeout,
  operator: CLOSE.evictedByOperator,
  // It takes no bytes, so it would not take a Close either.
  'write-timeout': null,
};

const OFFENCE_WORDS = {
  'protocol-error': CLOSE.protocolError,
  'message-too-big': CLOSE.messageTooBig,
} as const;

/** The end of a dial: the slot goes back, and a viewer that still listens is told why. */
const endDial = (
  cause: DialCause,
  refusal: { readonly words: CloseWords; readonly status: number } | 'not-found' | null,
): Step => ({
  state: GONE,
  effects: [
    { do: 'release' },
    ...(cause === 'aborted' ? [{ do: 'abort-dial' } as const] : []),
    refusal === null
      ? ({ do: 'cut', side: 'viewer' } as const)
      : refusal === 'not-found'
        ? ({ do: 'not-found' } as const)
        : ({ do: 'refuse', ...refusal } as const),
    { do: 'record-unavailable', cause },
  ],
});

const whileDialling = (happening: Happening): Step => {
  switch (happening.on) {
    case 'dialled':
      return OPENS;
    case 'dial-failed': {
      if (happening.cause === 'unknown-session') return endDial(happening.cause, 'not-found');
      const status = happening.cause === 'timeout' ? 504 : 502;
      return endDial(happening.cause, { words: CLOSE.backendUnavailable, status });
    }
    case 'evict': {
      const words = EVICTION_WORDS[happening.cause];
      return endDial('aborted', words === null ? null : { words, status: 503 });
    }
    case 'shutdown':
      return endDial('aborted', { words: CLOSE.shuttingDown, status: 503 });
    case 'drained':
      return endDial('aborted', { words: CLOSE.serviceRestart, status: 503 });
    case 'offence':
      return endDial('aborted', { words: OFFENCE_WORDS[happening.cause], status: 400 });
    case 'close':
    case 'lost':
      return endDial('aborted', null);
    default:
      return happening satisfies never;
  }
};

/** How a leg is wound down: a Close of ours, the other side's Close, its own is owed, or a cut. */
type Ending = CloseWords | 'pass' | 'owe' | 'cut';

const wind = (side: Side, ending: Ending): { leg: Leg; effects: Effect[] } => {
  if (ending === 'pass') return { leg: 'closing', effects: [{ do: 'pass-close', side }] };
  if (ending === 'owe') return { leg: 'owed', effects: [] };
  if (ending === 'cut') return { leg: 'ended', effects: [{ do: 'cut', side }] };
  return { leg: 'closing', effects: [{ do: 'close', side, words: ending }] };
};

const endOpen = (
  cause: LeaveCause,
  endings: { readonly viewer: Ending; readonly backend: Ending },
  evicted: EvictionCause | null = null,
): Step => {
  const viewer = wind('viewer', endings.viewer);
  const backend = wind('backend', endings.backend);
  const put = endings.backend === 'pass' ? 'backend' : 'viewer';
  const record = { do: 'record-left', cause, evicted, put } as const;
  return {
    state: { phase: 'closing', viewer: viewer.leg, backend: backend.leg },
    effects: [{ do: 'release' }, ...viewer.effects, ...backend.effects, record],
  };
};

const CLOSES: Readonly<Record<Side, Step>> = {
  viewer: endOpen('viewer-closed', { viewer: 'owe', backend: 'pass' }),
  backend: endOpen('backend-closed', { viewer: 'pass', backend: 'owe' }),
};

const LOSES: Readonly<Record<Side, Step>> = {
  viewer: endOpen('viewer-lost', { viewer: 'cut', backend: CLOSE.viewerLost }),
  backend: endOpen('backend-lost', { viewer: CLOSE.backendLost, backend: 'cut' }),
};

const whileOpen = (state: Lifecycle, happening: Happening): Step => {
  switch (happening.on) {
    case 'close':
      return CLOSES[happening.side];
    case 'lost':
      return LOSES[happening.side];
    case 'offence': {
      const words = OFFENCE_WORDS[happening.cause];
      return happening.side === 'viewer'
        ? endOpen(happening.cause, { viewer: words, backend: CLOSE.viewerLost })
        : endOpen('backend-lost', { viewer: CLOSE.backendLost, backend: words });
    }
    case 'evict': {
      const viewer = EVICTION_WORDS[happening.cause] ?? 'cut';
      return endOpen('evicted', { viewer, backend: CLOSE.viewerEvicted }, happening.cause);
    }
    case 'shutdown':
      return endOpen('shutdown', { viewer: CLOSE.shuttingDown, backend: CLOSE.shuttingDown });
    case 'drained':
      return endOpen('shutdown', { viewer: CLOSE.serviceRestart, backend: CLOSE.shuttingDown });
    case 'dialled':
    case 'dial-failed':
      return { state, effects: [] };
    default:
      return happening satisfies never;
  }
};

const settle = (legs: { readonly viewer: Leg; readonly backend: Leg }, effects: Effect[]): Step => {
  const gone = legs.viewer === 'ended' && legs.backend === 'ended';
  return { state: { phase: gone ? 'gone' : 'closing', ...legs }, effects };
};

const whileClosing = (state: Lifecycle, happening: Happening): Step => {
  if (happening.on !== 'close' && happening.on !== 'lost') return { state, effects: [] };
  const { side } = happening;
  const far = other(side);
  const lost = happening.on === 'lost';
  const legs = { viewer: state.viewer, backend: state.backend };
  if (legs[side] === 'ended') return { state, effects: [] };
  if (legs[side] === 'ending') {
    if (lost) legs[side] = 'ended';
    return settle(legs, []);
  }
  const effects: Effect[] = [];
  if (lost) {
    legs[side] = 'ended';
    effects.push({ do: 'cut', side });
  } else if (legs[side] === 'closing') {
    legs[side] = 'ending';
    effects.push({ do: 'end', side });
  }
  if (legs[far] === 'owed') {
    legs[far] = 'ending';
    effects.push(lost ? { do: 'answer', side: far } : { do: 'pass-close', side: far });
    effects.push({ do: 'end', side: far });
  }
  return settle(legs, effects);
};

/** The next state of a connection and what is to be done about it; changes nothing itself. */
export const step = (state: Lifecycle, happening: Happening): Step => {
  if (state.phase === 'dialling') return whileDialling(happening);
  if (state.phase === 'open') return whileOpen(state, happening);
  if (state.phase === 'closing') return whileClosing(state, happening);
  return { state, effects: [] };
};
