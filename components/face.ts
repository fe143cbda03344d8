/** What the two ways to show the console, drawn or as lines, have in common. */
import type { Glyphs } from '../src/console/glyphs.ts';
import type { ConsoleStore, Time } from './console-store.ts';

/** Where the console is shown. */
export type ConsoleStreams = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
};

/** What a face shows, where, and with what. */
export type FaceParts = ConsoleStreams & {
  readonly store: ConsoleStore;
  readonly time: Time;
  readonly glyphs: Glyphs;
  /** Use colours. */
  readonly colored: boolean;
  /** Something in here threw, or the terminal failed. */
  readonly onFailure: (error: unknown) => void;
};

/** The console on the terminal, in one of its two ways. */
export type Face = {
  /** Draws everything anew. */
  readonly redraw: () => void;
  /** Gives the terminal back at once; called once. */
  readonly close: () => void;
};
