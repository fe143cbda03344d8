/**
 * The options of the library -> how to run. They are those of the command line by their names in
 * camel case, and they are read by its own readers, so that the two can never differ in what they
 * take; what is wrong is said in the words of a program.
 */
import { defaultMaxViewers } from '../cli/descriptors.ts';
import { parseBackend } from '../cli/option-addresses.ts';
import { OptionReader, quoted, usageError, type FlagValue } from '../cli/option-reader.ts';
import { OPTION_TABLE } from '../cli/option-table.ts';
import { parseDurationOrOff } from '../cli/option-values.ts';
import { parseOptions } from '../cli/options.ts';
import type { BackendTemplate, ProxyOptions } from '../contract.ts';
import { BouncerError } from '../errors.ts';

/** Milliseconds, or a text like `15s`. */
export type Duration = number | string;

/** Bytes, or a text like `256KiB`. */
export type Size = number | string;

/** How the proxy runs; the defaults are those of the command line. */
export type Settings = {
  /** The `Host` that the backend gets; default: the viewer's own. */
  readonly backendHost?: string;
  /** Path of the upgrades; default `/ws/{session}`. Without `{session}` there is one session. */
  readonly path?: string;
  /** Viewers per session; default 8. */
  readonly cap?: number;
  /** Viewers in all sessions together; default: what the process has descriptors for. */
  readonly maxViewers?: number;
  /** Over the cap: by a Close with 1013, the default, or by 503. */
  readonly refuseWith?: 'close' | 'http';
  /** Over the cap: time for late viewers to show life; default 2s, 0 for none. */
  readonly probeOnFull?: Duration;
  /** The longest wait for a refusal of one who keeps coming back; default 5s, 0 for none. */
  readonly refuseHold?: Duration;
  /** A Ping to each viewer; default 15s. */
  readonly pingInterval?: Duration;
  /** Silence after which a viewer is evicted; default 3 x the ping interval. */
  readonly pongTimeout?: Duration;
  /** Data waits for a viewer that takes none of it: evicted; default 20s. */
  readonly writeTimeout?: Duration;
  /** A Ping to each silent backend over TCP; default: the ping interval, 0 for none. */
  readonly backendPingInterval?: Duration;
  /** Naming the backend and connecting to it, handshake included; default 10s. */
  readonly dialTimeout?: Duration;
  /** Backends dialled at once; default 256. */
  readonly maxDials?: number;
  /** One message from a viewer, all its fragments together; default 256KiB. */
  readonly maxViewerMessage?: Size;
  /** One message from a backend; default 4MiB. */
  readonly maxBackendMessage?: Size;
  /** Origins that may connect besides the own one; `*` for all. */
  readonly allowOrigin?: string | readonly string[];
  /** Peers whose `X-Forwarded-*` are believed, as CIDR ranges. */
  readonly trustProxy?: string | readonly string[];
  /** The header in which such a peer says who a viewer is. */
  readonly whoHeader?: string;
  /** Where `listen()` listens; default `127.0.0.1:8080`. */
  readonly listen?: string;
  /** A viewer's request headers, where the proxy listens itself; default 10s. */
  readonly handshakeTimeout?: Duration;
};

type Kind = 'text' | 'count' | 'duration' | 'size' | 'list';

const KINDS: Readonly<Record<keyof Settings | 'backend', Kind>> = {
  backend: 'text',
  backendHost: 'text',
  path: 'text',
  cap: 'count',
  maxViewers: 'count',
  refuseWith: 'text',
  probeOnFull: 'duration',
  refuseHold: 'duration',
  pingInterval: 'duration',
  pongTimeout: 'duration',
  writeTimeout: 'duration',
  backendPingInterval: 'duration',
  dialTimeout: 'duration',
  maxDials: 'count',
  maxViewerMessage: 'size',
  maxBackendMessage: 'size',
  allowOrigin: 'list',
  trustProxy: 'list',
  whoHeader: 'text',
  listen: 'text',
  handshakeTimeout: 'duration',
};

const EXAMPLES: Readonly<Record<Kind, string>> = {
  text: 'a text',
  count: 'a number',
  duration: 'milliseconds, or a text like 15s',
  size: 'bytes, or a text like 256KiB',
  list: 'a text, or a list of texts',
};

/** `pingInterval` as `ping-interval`. */
const flagName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

const camelCase = (name: string): string =>
  name.replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());

/** Options as a program writes them, but for what stands in quotes: that is a value. */
const renamed = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|--([a-z]+(?:-[a-z]+)*)/g, (whole, name?: string) =>
    name !== undefined && OPTION_TABLE.some((row) => row.name === name) ? camelCase(name) : whole,
  );

/** Lets `read` throw its errors in the words of the library. */
export const inOwnWords = <Result>(read: () => Result): Result => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BouncerError)) throw error;
    const { kind, message, remedy, cause } = error;
    throw new BouncerError(kind, renamed(message), renamed(remedy), cause);
  }
};

const shownValue = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'number' ? String(value) : `of type ${typeof value}`;
};

/** The text of a value as it would be typed; null where it is of no type that will do. */
const typed = (value: unknown, kind: Kind): string | null => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || kind === 'text' || kind === 'list') return null;
  return kind === 'duration' ? `${value}ms` : String(value);
};

const flagOf = (name: string, kind: Kind, value: unknown): FlagValue => {
  const parts: readonly unknown[] = kind === 'list' && Array.isArray(value) ? value : [value];
  const texts = parts.map((part) => {
    const text = typed(part, kind);
    if (text !== null) return text;
    throw usageError(`${name} is ${shownValue(part)}`, `pass ${EXAMPLES[kind]}`);
  });
  return kind === 'list' ? texts : (texts[0] ?? '');
};

/** Stands where a proxy has no template, because each backend is named; never dialled. */
const NO_TEMPLATE = 'ws://127.0.0.1';

/**
 * Reads and checks settings. `backend` null: it is named for each viewer.
 * @throws BouncerError of kind `usage` that names option, value and remedy
 */
export const readSettings = (settings: Settings, backend: string | null): ProxyOptions => {
  const flags: Record<string, FlagValue> = {};
  const all = { ...settings, backend: backend ?? NO_TEMPLATE };
  for (const [name, value] of Object.entries(all)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : undefined;
    if (kind === undefined) {
      throw usageError(
        `there is no option ${quoted(name)}`,
        `the options are ${Object.keys(KINDS).join(', ')}, resolve, session and nameViewer`,
      );
    }
    flags[flagName(name)] = flagOf(name, kind, value);
  }
  const maxViewersDefault = defaultMaxViewers();
  const input = { flags, env: {}, maxViewersDefault, demo: false };
  const parsed = inOwnWords(() => parseOptions(input));
  if (parsed.command === 'proxy') return parsed.options;
  throw new TypeError('a demo is no library');
};

/** A longest drain: a day. */
const DRAIN = { min: 10, max: 24 * 3_600_000 };

/** Reads the window of a drain, in milliseconds; throws a BouncerError where it will not do. */
export const readWindow = (window: Duration): number => {
  const text = typed(window, 'duration') ?? '';
  const checked = parseDurationOrOff(text, DRAIN);
  if (checked.ok) return checked.value;
  throw usageError(`window ${shownValue(window)} ${checked.problem}`, checked.remedy);
};

/** Reads the backend that a program named; throws a BouncerError where it will not do. */
export const readBackend = (text: unknown): BackendTemplate => {
  if (typeof text !== 'string') {
    throw usageError(`resolve returned ${shownValue(text)}`, 'return a URL, or null');
  }
  const checked = parseBackend(text);
  if (checked.ok) return checked.value;
  throw usageError(`resolve returned ${quoted(text)}, which ${checked.problem}`, checked.remedy);
};

/** A reader of the options of a console, as those of the command line. */
export const consoleReader = (options: Readonly<Record<string, unknown>>): OptionReader => {
  const flags: Record<string, FlagValue> = {};
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'string' || typeof value === 'boolean') flags[flagName(name)] = value;
  }
  return new OptionReader({ flags, env: {}, maxViewersDefault: 1, demo: false });
};
