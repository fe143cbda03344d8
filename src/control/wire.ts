/**
 * The messages of a control link, as texts of JSON: the same over a port between threads and,
 * one to a line, over a socket. Both ends greet first, with the version they speak. What comes
 * in is verified before it is believed; garbage is a value that says what is wrong with it.
 */
import type { Command, CommandResult, Snapshot, View } from '../contract.ts';
import type { ProxyEvent } from '../events.ts';
import type { Shape } from './shape.ts';
import { count, flag, list, maybe, number, tagged, text } from './shape.ts';
import { eventShape } from './wire-events.ts';
import { snapshotShape } from './wire-pictures.ts';
import { commandShape, resultShape } from './wire-commands.ts';
import { viewShape } from './wire-views.ts';

/**
 * Goes up with every change that an older program would misread: a new message, command, event
 * or word, or a field that must be there. One more field that may be ignored leaves it.
 */
export const wireVersion = 4;

/** What a screen says. The ids count up for each link and name a watch or a command. */
export type ToProxy =
  | { readonly type: 'hello'; readonly version: number }
  | { readonly type: 'watch'; readonly id: number; readonly view: View }
  | {
      readonly type: 'look';
      readonly id: number;
      readonly view: View;
      /** The next picture need not come at once. */
      readonly later?: boolean;
    }
  /** The last picture of the watch has been dealt with: the next may come. */
  | { readonly type: 'seen'; readonly id: number }
  | { readonly type: 'unwatch'; readonly id: number }
  | {
      readonly type: 'listen';
      /** The place behind the last events that were heard, over another link; absent: from now on. */
      readonly after?: string;
    }
  /** The last batch of events has been dealt with: the next may come. */
  | { readonly type: 'heard' }
  | { readonly type: 'unlisten' }
  | { readonly type: 'command'; readonly id: number; readonly command: Command };

/** What the proxy's side says. */
export type FromProxy =
  | { readonly type: 'hello'; readonly version: number }
  | { readonly type: 'snapshot'; readonly id: number; readonly snapshot: Snapshot }
  | {
      readonly type: 'events';
      readonly events: readonly ProxyEvent[];
      /** Where to go on over another link; absent: that cannot be. */
      readonly place?: string;
    }
  | { readonly type: 'result'; readonly id: number; readonly result: CommandResult }
  /** A message was not understood and nothing was done about it. */
  | { readonly type: 'complaint'; readonly reason: string }
  /** The last message: the proxy has stopped, or will not speak on this link. */
  | {
      readonly type: 'bye';
      readonly reason: string;
      /** Who has stopped it; absent: nobody by name. */
      readonly by?: string;
    };

/**
 * A message, or what is wrong with it. `type` and `id` are what it claimed to be and to be
 * about, so that whoever waits for it can be told; null where it claimed nothing readable.
 */
export type Decoded<Message> =
  | { readonly ok: true; readonly message: Message }
  | {
      readonly ok: false;
      readonly error: string;
      readonly type: string | null;
      readonly id: number | null;
    };

const toProxyShape = tagged<ToProxy, 'type'>('type', {
  hello: { version: number },
  watch: { id: count, view: viewShape },
  look: { id: count, view: viewShape, later: maybe(flag) },
  seen: { id: count },
  unwatch: { id: count },
  listen: { after: maybe(text()) },
  heard: {},
  unlisten: {},
  command: { id: count, command: commandShape },
});

const fromProxyShape = tagged<FromProxy, 'type'>('type', {
  hello: { version: number },
  snapshot: { id: count, snapshot: snapshotShape },
  events: { events: list(eventShape), place: maybe(text()) },
  result: { id: count, result: resultShape },
  complaint: { reason: text() },
  bye: { reason: text(), by: maybe(text()) },
});

/** A picture goes to everybody who looks at the same, and is written once. */
const written = new WeakMap<Snapshot, string>();

const writtenOnce = (snapshot: Snapshot): string => {
  const text = written.get(snapshot) ?? JSON.stringify(snapshot);
  written.set(snapshot, text);
  return text;
};

/** The text of a message; without a line break. Whoever has sent a picture leaves it as it is. */
export const encode = (message: ToProxy | FromProxy): string =>
  message.type === 'snapshot'
    ? `{"type":"snapshot","id":${message.id},"snapshot":${writtenOnce(message.snapshot)}}`
    : JSON.stringify(message);

/** The message that has these events, each a text of JSON already. */
export const encodeEvents = (events: readonly string[]): string =>
  `{"type":"events","events":[${events.join(',')}]}`;

const parse = (encoded: unknown): unknown => {
  try {
    return typeof encoded === 'string' ? JSON.parse(encoded) : undefined;
  } catch {
    // Not JSON: no message has this shape either, and the decoder says so.
    return undefined;
  }
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : null;

const decoder =
  <Message>(shape: Shape<Message>) =>
  (encoded: unknown): Decoded<Message> => {
    const value = parse(encoded);
    const error = shape(value, 'message');
    if (error === null) {
      return { ok: true, message: value as Message };
    }
    const type = field(value, 'type');
    const id = field(value, 'id');
    return {
      ok: false,
      error,
      type: typeof type === 'string' ? type : null,
      id: count(id, 'id') === null ? (id as number) : null,
    };
  };

/** Reads what a screen said; never throws. */
export const decodeToProxy: (encoded: unknown) => Decoded<ToProxy> = decoder(toProxyShape);

/** Reads what the proxy's side said; never throws. */
export const decodeFromProxy: (encoded: unknown) => Decoded<FromProxy> = decoder(fromProxyShape);

/** Says why two versions cannot talk; null where they can. */
export const versionTrouble = (theirs: number): string | null =>
  theirs === wireVersion
    ? null
    : `this wsbouncer speaks version ${wireVersion} of the control link and the other one ` +
      `version ${theirs}; use the same release for both`;
