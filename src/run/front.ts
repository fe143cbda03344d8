/**
 * What the program shows while a proxy runs: lines, or the console. Both start the proxy where
 * it suits them and take its events; the rest of the program does not know which one it has.
 */
import type { ProxyEvent } from '../events.ts';
import type { EventLines } from './event-lines.ts';
import type { Launched, StartProxy } from './launch.ts';

/** Where events go, besides what is drawn of them. */
export type Outlets = {
  readonly lines: Pick<EventLines, 'write'>;
  /** Gets every event, from the very first on. */
  readonly keep: (event: ProxyEvent) => void;
};

/** One way to show a running proxy. */
export type Front = {
  readonly start: StartProxy;
  /** Shows what runs, until `close`; `onQuit` is called when the operator wants the end. */
  readonly show: (launched: Launched, onQuit: () => void) => void;
  /** Goes on without what failed and says so; false where there is nothing left to fall back to. */
  readonly fallBack: (error: unknown) => boolean;
  /** The terminal has gone, and what runs is to go on without it. */
  readonly hangUp: () => void;
  /** Gives the terminal back, at once; calling it again does nothing. */
  readonly close: () => void;
  /** The last line for stderr after a run that ended well; null for none. */
  readonly farewell: () => string | null;
};

/** What decides between lines and the console. */
export type Surroundings = {
  readonly headless: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
};

/** As the `is-in-ci` package reads it, by which Ink decides whether to draw at all. */
const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '0' && value !== 'false';

/** Whether a console can be drawn here and was not declined. */
export const wantsConsole = (around: Surroundings): boolean =>
  !around.headless &&
  around.stdinIsTerminal &&
  around.stdoutIsTerminal &&
  around.env['TERM'] !== 'dumb' &&
  !isSet(around.env['CI']) &&
  !isSet(around.env['CONTINUOUS_INTEGRATION']);
