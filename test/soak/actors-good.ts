/**
 * The viewers that nothing may happen to: they send, check that every message comes back
 * unchanged and in order, and leave with a Close that is answered in kind.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { polite, type Stage } from './stage.ts';

/** Messages on their way at once. */
const UNDERWAY = 4;

/** Longest time for all messages to come back. */
const PATIENCE_MS = 15_000;

const LETTERS = 'Viewer, größer als 1 Byte: 視聴者. ';

type Sent = { readonly data: Buffer; readonly binary: boolean; readonly at: number };

type Closed = { readonly code: number; readonly reason: string };

/** Not the proxy's fault: it is full as a whole, or the backend's port was closed. */
const isExcused = ({ code, reason }: Closed, { wasOut }: Stage): boolean =>
  (code === 1013 && reason === 'too many connections') ||
  (code === 1011 && reason === 'backend unavailable' && wasOut());

/** What one good viewer sends and gets. */
class Exchange {
  sent = 0;
  received = 0;
  readonly #stage: Stage;
  readonly #ws: WebSocket;
  readonly #underway: Sent[] = [];

  constructor(stage: Stage, ws: WebSocket) {
    this.#stage = stage;
    this.#ws = ws;
    ws.on('message', (data: Buffer, binary) => this.#receive(data, binary));
  }

  /** Messages that have not come back. */
  get underway(): number {
    return this.#underway.length;
  }

  /** Sends a message, sometimes in two fragments. */
  send(): void {
    const { random } = this.#stage;
    const size = random.chance(0.05) ? random.between(60_000, 200_000) : random.between(0, 2_000);
    const binary = random.chance(0.5);
    const data = binary
      ? random.bytes(size)
      : Buffer.from(LETTERS.repeat(Math.ceil(size / LETTERS.length)).slice(0, size));
    this.#underway.push({ data, binary, at: performance.now() });
    this.sent += 1;
    if (random.chance(0.2)) {
      const cut = random.between(0, data.length);
      this.#ws.send(data.subarray(0, cut), { binary, fin: false });
      this.#ws.send(data.subarray(cut), { binary, fin: true });
    } else this.#ws.send(data, { binary });
  }

  #receive(data: Buffer, binary: boolean): void {
    this.received += 1;
    const due = this.#underway.shift();
    const { remote, tell, roundTrip } = this.#stage;
    if (due !== undefined && due.binary === binary && due.data.equals(data)) {
      roundTrip(due.at, performance.now() - due.at);
      return;
    }
    const was = due === undefined ? 'nothing' : `${due.data.length} bytes`;
    const what = `got a message of ${data.length} bytes where ${was} had been sent`;
    tell({ on: 'changed', remote, what });
  }
}

const talk = async (
  stage: Stage,
  ws: WebSocket,
  exchange: Exchange,
  closing: Promise<unknown>,
): Promise<void> => {
  const { curtain, random, step } = stage;
  const until = performance.now() + step.forMs;
  while (performance.now() < until && ws.readyState === WebSocket.OPEN && !curtain.fallen) {
    if (exchange.underway < UNDERWAY) exchange.send();
    await curtain.wait(random.between(20, 200));
  }
  // What has begun is brought to its end, curtain or not.
  const signal = AbortSignal.timeout(PATIENCE_MS);
  while (exchange.underway > 0 && ws.readyState === WebSocket.OPEN && !signal.aborted) {
    await Promise.race([once(ws, 'message', { signal }).catch(() => undefined), closing]);
  }
};

/** A good viewer, for as long as its step says. */
export const good = async (stage: Stage): Promise<void> => {
  const { random, remote, tell } = stage;
  const lost = (what: string): void => tell({ on: 'lost', remote, what });
  const ws = polite(stage, random.chance(0.3));
  const closing = new Promise<Closed>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const exchange = new Exchange(stage, ws);
  await Promise.race([once(ws, 'open').catch(() => undefined), closing]);
  await talk(stage, ws, exchange, closing);
  const wasOpen = ws.readyState === WebSocket.OPEN;
  const code = random.pick([1000, 1000, 1001, 3000, 4999]);
  // Without an answer `ws` itself gives up, with 1006.
  if (wasOpen) ws.close(code, 'leaving');
  const closed = await closing;
  const words = `${closed.code} ${JSON.stringify(closed.reason)}`;
  if (!wasOpen) {
    if (!isExcused(closed, stage)) lost(`was closed with ${words}`);
    return;
  }
  if (exchange.underway > 0) lost(`waited in vain for ${exchange.underway} of its messages`);
  if (closed.code !== code) lost(`closed with ${code} and was answered ${words}`);
  tell({ on: 'farewell', remote, sent: exchange.sent, received: exchange.received });
};
