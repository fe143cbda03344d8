/**
 * Flags and environment -> how to run, or an error that names the option, the value and the
 * remedy. All values come as text and are checked here, together with what they demand of each
 * other; nobody behind this module checks them again.
 */
import type { ControlOptions, EventLogOptions, ProxyOptions, ScreenOptions } from '../contract.ts';
import {
  parseBackend,
  parseCidr,
  parseHostHeader,
  parseOrigin,
  parsePath,
} from './option-addresses.ts';
import { isBackground, readBackground, type BackgroundOptions } from './option-background.ts';
import { readControl } from './option-control.ts';
import { readEventLog } from './option-event-log.ts';
import { readListen } from './option-listen.ts';
import { parseHeaderName } from './option-names.ts';
import { OptionReader, quoted, usageError, type OptionsInput } from './option-reader.ts';
import { readScreen } from './option-screen.ts';
import {
  durationText,
  parseChoice,
  parseCount,
  parseDuration,
  parseSize,
  parseSwitch,
  type Checked,
  type Range,
} from './option-values.ts';

/** What is shown of what runs, and how. */
type Shown = {
  readonly headless: boolean;
  readonly screen: ScreenOptions;
  /** Null: events are kept nowhere. */
  readonly eventLog: EventLogOptions | null;
  /** How long SIGTERM lets viewers finish; 0: it closes them at once. */
  readonly drainWindowMs: number;
  /** Where others reach the proxy while it runs. */
  readonly control: ControlOptions;
  /** Null: it runs where it was started. */
  readonly background: BackgroundOptions | null;
  /** Goes on without its terminal. */
  readonly keepOnHangup: boolean;
};

/** How to run, all values checked. */
export type Parsed =
  | (Shown & { readonly command: 'proxy'; readonly options: ProxyOptions })
  | (Shown & {
      readonly command: 'demo';
      /** The demo brings its own backends. */
      readonly options: Omit<ProxyOptions, 'backend'>;
      /** Ends by itself after so many milliseconds; null: never. */
      readonly forMs: number | null;
      /** Nobody asked for the port: where it is taken, any free one will do. */
      readonly anyPort: boolean;
    });

const KIB = 1024;
const HOUR_MS = 3_600_000;

/** 0 would admit nobody; a picture of more viewers in one session helps no operator. */
const CAP: Range = { min: 1, max: 100_000 };
/** Beyond it no process gets the descriptors. */
const MAX_VIEWERS: Range = { min: 1, max: 1_000_000 };
/** Shorter than 10 ms, timers and not viewers would be judged; longer than an hour, nobody. */
const INTERVAL: Range = { min: 10, max: HOUR_MS };
/** Room for a multiple of the longest interval; timers end at 2^31 ms, 24 days. */
const TIMEOUT: Range = { min: 10, max: 24 * HOUR_MS };
/** More at once than listen queues hold helps nobody. */
const MAX_DIALS: Range = { min: 1, max: 100_000 };
/** Longer than a minute, no page waits. */
const HOLD: Range = { min: 10, max: 60_000 };
/** 0 would refuse every message; a gigabyte is the most that early bytes may hold in memory. */
const MESSAGE: Range = { min: 1, max: KIB ** 3 };

const parseMessage = (text: string): Checked<number> => parseSize(text, MESSAGE);

/** What the demo does differently, so that half a minute shows every state. */
const DEFAULTS = {
  proxy: {
    cap: 8,
    probeOnFullMs: 2000,
    refuseHoldMs: 5000,
    pingIntervalMs: 15_000,
    writeTimeoutMs: 20_000,
  },
  demo: {
    cap: 4,
    probeOnFullMs: 1000,
    refuseHoldMs: 2000,
    pingIntervalMs: 2000,
    writeTimeoutMs: 8000,
  },
} as const;

const readTimes = (
  reader: OptionReader,
  defaults: { readonly pingIntervalMs: number; readonly writeTimeoutMs: number },
): Pick<
  ProxyOptions,
  | 'pingIntervalMs'
  | 'pongTimeoutMs'
  | 'writeTimeoutMs'
  | 'backendPingIntervalMs'
  | 'dialTimeoutMs'
  | 'handshakeTimeoutMs'
> => {
  const pingIntervalMs = reader.duration('ping-interval', INTERVAL, defaults.pingIntervalMs);
  const pongTimeoutMs = reader.duration('pong-timeout', TIMEOUT, 3 * pingIntervalMs);
  if (pongTimeoutMs <= pingIntervalMs) {
    const given = reader.given('pong-timeout');
    const interval = durationText(pingIntervalMs);
    throw usageError(
      `${given?.label ?? '--pong-timeout'} ${quoted(given?.values[0] ?? '')} is not longer than the ping interval (${interval})`,
      `pass more than ${interval}, 3 x is usual, or shorten --ping-interval`,
    );
  }
  return {
    pingIntervalMs,
    pongTimeoutMs,
    writeTimeoutMs: reader.duration('write-timeout', TIMEOUT, defaults.writeTimeoutMs),
    backendPingIntervalMs: reader.durationOrOff('backend-ping-interval', INTERVAL, pingIntervalMs),
    dialTimeoutMs: reader.duration('dial-timeout', INTERVAL, 10_000),
    handshakeTimeoutMs: reader.duration('handshake-timeout', INTERVAL, 10_000),
  };
};

const readTrust = (reader: OptionReader): Pick<ProxyOptions, 'trustProxies' | 'whoHeader'> => {
  const trustProxies = reader.all('trust-proxy', parseCidr) ?? [];
  const whoHeader = reader.one<string | null>('who-header', parseHeaderName, null);
  if (whoHeader !== null && trustProxies.length === 0) {
    const given = reader.given('who-header');
    throw usageError(
      `${given?.label ?? '--who-header'} ${quoted(given?.values[0] ?? '')} would be believed of nobody`,
      'say with --trust-proxy <cidr> which peers set it',
    );
  }
  return { trustProxies, whoHeader };
};

const readCommon = (
  reader: OptionReader,
  input: OptionsInput,
): Omit<ProxyOptions, 'backend' | 'path' | 'listen'> => {
  const defaults = DEFAULTS[input.demo ? 'demo' : 'proxy'];
  return {
    backendHost: reader.one<string | null>('backend-host', parseHostHeader, null),
    cap: reader.one('cap', (text) => parseCount(text, CAP), defaults.cap),
    maxViewers: reader.one(
      'max-viewers',
      (text) => parseCount(text, MAX_VIEWERS),
      input.maxViewersDefault,
    ),
    refuseWith: reader.one('refuse-with', (text) => parseChoice(text, ['close', 'http']), 'close'),
    probeOnFullMs: reader.durationOrOff('probe-on-full', HOLD, defaults.probeOnFullMs),
    refuseHoldMs: reader.durationOrOff('refuse-hold', HOLD, defaults.refuseHoldMs),
    ...readTimes(reader, defaults),
    maxDials: reader.one('max-dials', (text) => parseCount(text, MAX_DIALS), 256),
    maxViewerMessage: reader.one('max-viewer-message', parseMessage, 256 * KIB),
    maxBackendMessage: reader.one('max-backend-message', parseMessage, 4 * KIB * KIB),
    allowOrigins: reader.all('allow-origin', parseOrigin) ?? [],
    ...readTrust(reader),
    page: null,
  };
};

const readRoute = (reader: OptionReader): Pick<ProxyOptions, 'backend' | 'path'> => {
  const backend = reader.one('backend', parseBackend, null);
  if (backend === null) {
    throw usageError(
      '--backend is required',
      'pass --backend ws://127.0.0.1:7681/ws, or run wsbouncer demo for a look around',
    );
  }
  const path = reader.one('path', parsePath, '/ws/{session}');
  const socketPath = 'socketPath' in backend.address ? backend.address.socketPath : '';
  if (!path.includes('{session}') && `${socketPath}${backend.target}`.includes('{session}')) {
    const given = reader.given('backend');
    throw usageError(
      `${given?.label ?? '--backend'} ${quoted(given?.values[0] ?? '')} has {session}, but --path ${quoted(path)} has none to put there`,
      'add {session} to --path, or take it out of --backend',
    );
  }
  return { backend, path };
};

/**
 * Reads all options; the first mistake wins.
 * @throws BouncerError of kind `usage`
 */
export const parseOptions = (input: OptionsInput): Parsed => {
  const reader = new OptionReader(input);
  reader.checkFlags();
  const { listen, chosen } = readListen(reader, input);
  const around = {
    headless: reader.one('headless', parseSwitch, false),
    eventLog: readEventLog(reader, isBackground(reader)),
    control: readControl(reader, input.env),
  };
  const shown = {
    ...around,
    screen: readScreen(reader),
    drainWindowMs: reader.durationOrOff('drain-window', TIMEOUT, 0),
    background: readBackground(reader, { ...around, listen }),
    keepOnHangup: reader.one('keep-on-hangup', parseSwitch, false),
  };
  const common = { ...readCommon(reader, input), listen };
  if (!input.demo) {
    return { command: 'proxy', options: { ...common, ...readRoute(reader) }, ...shown };
  }
  return {
    command: 'demo',
    options: { ...common, path: '/ws/{session}' },
    ...shown,
    forMs: reader.one<number | null>('for', (text) => parseDuration(text, TIMEOUT), null),
    anyPort: !chosen,
  };
};
