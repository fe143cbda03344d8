/** Viewers and backends made with Debian's `python3-websockets`; see `peer.py`. */
import { fileURLToPath } from 'node:url';
import { Inbox } from '../support/inbox.ts';
import { startForeign } from './foreign.ts';
import { PYTHON } from './packages.ts';

const SCRIPT = fileURLToPath(new URL('peer.py', import.meta.url));

/** What a peer tells; `session` is null at a viewer. */
export type PeerEvent = { readonly session: string | null } & (
  | { readonly event: 'listening'; readonly port: number | null }
  | {
      readonly event: 'open';
      /** Path and query. */
      readonly path: string;
      /** Those of the other side, in order. */
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly subprotocol: string | null;
      readonly extensions: readonly string[];
    }
  | { readonly event: 'message'; readonly binary: boolean; readonly base64: string }
  /** A ping of its own was answered. */
  | { readonly event: 'pong' }
  /** A ping of the other side came, and was answered unless the peer is mute. */
  | { readonly event: 'pinged' }
  | { readonly event: 'closed'; readonly code: number; readonly reason: string }
  | { readonly event: 'refused'; readonly status: number }
);

/** One kind of event. */
export type PeerEventNamed<Name extends PeerEvent['event']> = Extract<PeerEvent, { event: Name }>;

/** A text or some bytes, as both sides of a test write them. */
export type Content = string | Buffer;

/** One end of a connection. */
export type Peer = {
  /** Takes out the next event of this kind. */
  readonly next: <Name extends PeerEvent['event']>(name: Name) => Promise<PeerEventNamed<Name>>;
  /** Takes out the next message. */
  readonly message: () => Promise<Content>;
  readonly send: (content: Content) => void;
  /** One message in several frames, and an empty one that ends it. */
  readonly sendParts: (parts: readonly Content[]) => void;
  readonly ping: () => void;
  readonly close: (code: number, reason: string) => void;
  /** Breaks the connection without a Close. */
  readonly abort: () => void;
};

/** Options of `peer.py` that both kinds know. */
type Keywords = { readonly keywords?: Readonly<Record<string, unknown>> };

/** How a backend behaves. */
export type BackendOptions = Keywords & {
  readonly echo?: boolean;
  readonly sockets?: Readonly<Record<string, string>>;
  readonly forbid?: readonly string[];
};

/** How a viewer behaves. */
export type ViewerOptions = Keywords & { readonly unix?: string; readonly mute?: boolean };

const encoded = (content: Content) =>
  typeof content === 'string' ? { text: content } : { base64: content.toString('base64') };

const start = (args: readonly string[]) => {
  const events = new Inbox<PeerEvent>('events of a python peer', (event) =>
    JSON.stringify(event).slice(0, 200),
  );
  const { stdin } = startForeign(PYTHON, [SCRIPT, ...args], {
    onStdout: (line) => events.push(JSON.parse(line) as PeerEvent),
    onEnd: events.end,
  });
  const peerOf = (session: string | null): Peer => {
    const order = (fields: object): void => {
      stdin.write(`${JSON.stringify({ session, ...fields })}\n`);
    };
    const next = <Name extends PeerEvent['event']>(name: Name): Promise<PeerEventNamed<Name>> =>
      events.next(
        (event): event is PeerEventNamed<Name> => event.event === name && event.session === session,
        `${name} of ${session ?? 'the viewer'}`,
      );
    return {
      next,
      message: async () => {
        const { binary, base64 } = await next('message');
        const bytes = Buffer.from(base64, 'base64');
        return binary ? bytes : bytes.toString('utf8');
      },
      send: (content) => order({ do: 'send', ...encoded(content) }),
      sendParts: (parts) => order({ do: 'send', parts: parts.map(encoded) }),
      ping: () => order({ do: 'ping' }),
      close: (code, reason) => order({ do: 'close', code, reason }),
      abort: () => order({ do: 'abort' }),
    };
  };
  return { events, peerOf };
};

/** A backend in Python. */
export type PythonBackend = {
  /** For `--backend`; the session is in the path. Not for one on `sockets`. */
  readonly url: string;
  /** Its end of the connection of a session with one viewer. */
  readonly of: (session: string) => Peer;
};

/** Starts a backend and waits until it listens. */
export const pythonBackend = async (options: BackendOptions = {}): Promise<PythonBackend> => {
  const { events, peerOf } = start(['serve', JSON.stringify(options)]);
  const { port } = await events.next(
    (event): event is PeerEventNamed<'listening'> => event.event === 'listening',
    'listening',
  );
  return { url: `ws://127.0.0.1:${port}/{session}`, of: peerOf };
};

/** Starts a viewer; what comes of its handshake is its first event. */
export const pythonViewer = (url: string, options: ViewerOptions = {}): Peer =>
  start(['connect', url, JSON.stringify(options)]).peerOf(null);
