/**
 * What a case of conformance is, and the words that cases are written in. A case says byte by
 * byte what a viewer sends and what a backend that echoes answers; it is run at the backend and
 * through the proxy, and what came is compared. It knows nothing of sockets.
 */
import { createHash } from 'node:crypto';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, type FrameParts } from '../support/frames.ts';

/** The backends that cases are run against. */
export type Server = 'ws' | 'python';

/** One thing that a viewer does. */
export type Step =
  /** Sends bytes, in one write, or in writes of `pieces` bytes each. */
  | {
      readonly send: Uint8Array;
      readonly pieces?: number;
      /** A Close is among them: the viewer answers none. */
      readonly leaves?: true;
    }
  /** Waits until so many messages, Pings and Pongs have come in all, or the end has. */
  | { readonly until: number };

/** What comes of a case: messages, Pings and Pongs as `shown` tells them, and the Close. */
export type Answer = { readonly heard: readonly string[]; readonly code: number };

/**
 * How the way through the proxy may differ. `same`: not at all. `offence`: the proxy answers
 * itself, 1002 `protocol error` where the backend says 1002 in words of its own. An object: the
 * proxy is stricter than the backend, which `why` explains, and answers with just that.
 */
export type Rule =
  | 'same'
  | 'offence'
  | (Answer & { readonly reason: string; readonly why: string });

/** One case, before its group has given it a number. */
export type Draft = {
  /** In the present tense. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Directly at the backend. */
  readonly answer: Answer;
  readonly rule: Rule;
  /** Value of `Sec-WebSocket-Extensions`. */
  readonly extensions?: string;
  /** Close codes of backends that answer with another one than `answer` says. */
  readonly codes?: Partial<Record<Server, number>>;
  /** The only backend that behaves as the case needs it. */
  readonly only?: Server;
};

/** One case: `id` is unique, `group` is the number before its point. */
export type Case = Draft & { readonly id: string; readonly group: string };

type Bytes = Uint8Array | string;
type More = Partial<FrameParts>;

/** What a viewer's frame is: masked unless told otherwise. */
export const anyFrame = (parts: FrameParts): Buffer => frame({ masked: true, ...parts });

const kind =
  (opcode: number) =>
  (payload: Bytes = '', more: More = {}): Buffer =>
    anyFrame({ opcode, payload, ...more });

/** A text frame; `more` makes it the first of several, or a wrong one. */
export const text = kind(opcodes.text);
/** A binary frame. */
export const binary = kind(opcodes.binary);
/** A continuation, the last one unless `more` says otherwise. */
export const continuation = kind(opcodes.continuation);
/** A Ping. */
export const ping = kind(opcodes.ping);
/** A Pong. */
export const pong = kind(opcodes.pong);
/** A Close with a payload as it is. */
export const rawClose = kind(opcodes.close);

/** A Close with a code, whatever it is. */
export const close = (code: number, reason: Bytes = ''): Buffer => rawClose(closing(code, reason));

/** A message in frames, one for each payload; `opcode` is the first one's. */
export const fragments = (opcode: number, payloads: readonly Bytes[]): Buffer[] =>
  payloads.map((payload, nth) =>
    anyFrame({
      opcode: nth === 0 ? opcode : opcodes.continuation,
      payload,
      fin: nth === payloads.length - 1,
    }),
  );

/** One write. */
export const send = (...frames: readonly Uint8Array[]): Step => ({ send: Buffer.concat(frames) });

/** Writes of so many bytes each, which reach the other side one by one. */
export const inPieces = (pieces: number, ...frames: readonly Uint8Array[]): Step => ({
  send: Buffer.concat(frames),
  pieces,
});

/** The same as `send`, with a Close among the frames. */
export const leave = (...frames: readonly Uint8Array[]): Step => ({
  send: Buffer.concat(frames),
  leaves: true,
});

/** The same as `inPieces`, with a Close among the frames. */
export const leaveInPieces = (pieces: number, ...frames: readonly Uint8Array[]): Step => ({
  ...inPieces(pieces, ...frames),
  leaves: true,
});

/** Waits until so much was heard. */
export const until = (count: number): Step => ({ until: count });

const MOST_SHOWN = 64;

/** What was heard, in words that are short and the same for the same bytes only. */
export const shown = (what: 'text' | 'binary' | 'ping' | 'pong', data: Bytes): string => {
  const bytes = Buffer.from(data);
  const short = bytes.length <= MOST_SHOWN;
  const content = short ? bytes.toString('hex') : createHash('sha1').update(bytes).digest('hex');
  return `${what}, ${bytes.length} bytes: ${content}`;
};

/** A text message that is heard. */
export const aText = (data: Bytes): string => shown('text', data);
/** A binary message that is heard. */
export const aBinary = (data: Bytes): string => shown('binary', data);
/** A Pong that is heard. */
export const aPong = (data: Bytes): string => shown('pong', data);

/** The viewer talks, hears all of `heard`, leaves with 1000 and is answered with 1000. */
export const talk = (
  name: string,
  steps: readonly Step[],
  heard: readonly string[],
  more: Partial<Draft> = {},
): Draft => ({
  name,
  steps: [...steps, until(heard.length), leave(close(1000))],
  answer: { heard, code: 1000 },
  rule: 'same',
  ...more,
});

/** The steps lead to an end by themselves, with `code` from the other side. */
export const ends = (
  name: string,
  steps: readonly Step[],
  code: number,
  heard: readonly string[] = [],
  more: Partial<Draft> = {},
): Draft => ({ name, steps, answer: { heard, code }, rule: 'same', ...more });

/** The last of the frames breaks RFC 6455: 1002 from whoever reads it. */
export const offence = (
  name: string,
  steps: readonly Step[],
  heard: readonly string[] = [],
  more: Partial<Draft> = {},
): Draft => ends(name, steps, 1002, heard, { rule: 'offence', ...more });

/** Cases with the number of their group and their own. */
export const numbered = (group: string, drafts: readonly Draft[]): readonly Case[] =>
  drafts.map((draft, nth) => ({ ...draft, group, id: `${group}.${nth + 1}` }));
