/**
 * Sample viewers: real clients that connect through the proxy and come back, for as long as
 * the demo runs. Nothing that the proxy does to them is an error: they try again later.
 */
import { WebSocket } from 'ws';
import type { Cancel, Clock } from '../clock.ts';
import { answering, type Manner, steadily } from './manners.ts';

/** Whoever was refused, or sent away by the operator, stays away for longer. */
const SENT_AWAY = new Set([1008, 1013]);
const SENT_AWAY_MS = 8000;

/** In which a sample viewer says who it is, as the proxy in front of a real one would. */
export const WHO_HEADER = 'x-forwarded-user';

/** Who a sample viewer is, and how it behaves. */
export type Persona = { readonly who: string; readonly manner: Manner };

/** Connects once; `end` is called when it is over, whichever way, with the close code. */
const connect = (
  clock: Clock,
  url: string,
  { who, manner }: Persona,
  end: (code: number) => void,
): WebSocket => {
  const socket = new WebSocket(url, {
    headers: { [WHO_HEADER]: who },
    autoPong: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: 10_000,
  });
  const leave = manner(socket, clock);
  // 'close' follows every error, a failed dial's too.
  socket.on('error', () => undefined);
  socket.once('close', (code) => {
    leave();
    end(code);
  });
  return socket;
};

/** When a viewer comes, and comes back. */
export type Rhythm = {
  /** From the start of the demo to the first connection. */
  readonly afterMs: number;
  /** From the end of a connection to the next. */
  readonly awayMs: number;
};

/** Keeps one viewer coming until it is cancelled. */
export const keepViewing = (
  clock: Clock,
  url: string,
  persona: Persona,
  { afterMs, awayMs }: Rhythm,
): Cancel => {
  let socket: WebSocket | null = null;
  let stopped = false;
  let wait: Cancel;
  const come = (): void => {
    socket = connect(clock, url, persona, (code) => {
      if (stopped) return;
      wait = clock.after(SENT_AWAY.has(code) ? Math.max(awayMs, SENT_AWAY_MS) : awayMs, come);
    });
  };
  wait = clock.after(afterMs, come);
  return () => {
    stopped = true;
    wait();
    socket?.terminate();
  };
};

/** How a client storms: it tries again and again, and after a while gives up for a while. */
export type StormRhythm = {
  readonly afterMs: number;
  readonly tries: number;
  readonly betweenMs: number;
  readonly restMs: number;
};

/**
 * A client stuck in a reconnect loop: it forgets connections instead of closing them, so that
 * whichever the proxy admits pile up until it rests.
 */
export const storm = (
  clock: Clock,
  url: string,
  { afterMs, tries, betweenMs, restMs }: StormRhythm,
): Cancel => {
  const sockets = new Set<WebSocket>();
  let tried = 0;
  let wait: Cancel;
  const drop = (): void => {
    for (const socket of sockets) socket.terminate();
  };
  const next = (): void => {
    if (tried === tries) {
      tried = 0;
      drop();
      wait = clock.after(restMs, next);
      return;
    }
    tried += 1;
    const persona = { who: 'retry-loop', manner: answering(steadily(40)) };
    const socket = connect(clock, url, persona, () => sockets.delete(socket));
    sockets.add(socket);
    wait = clock.after(betweenMs, next);
  };
  wait = clock.after(afterMs, next);
  return () => {
    wait();
    drop();
  };
};
