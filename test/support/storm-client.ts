/**
 * A storm: a process of its own that connects as often as it is told, whatever comes of it, or
 * as naive pages do, which connect again as soon as they are refused. Bare sockets and one
 * prepared request, so that not the client is what is measured. Its order comes as a message,
 * its report goes back as one.
 */
import { connect, type Socket } from 'node:net';
import type { StormOrder, StormReport } from './storm.ts';

const TICK_MS = 5;
/** More at once would be the client's own shortage, not the proxy's. */
const MOST_OPEN = 12_000;
/** Masked with zeros: code 1013, without a reason. */
const CLOSE_REPLY = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf5]);

const requestFor = (session: string): string =>
  `GET /ws/${session} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
  'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
  'Sec-WebSocket-Version: 13\r\n\r\n';

const run = (order: StormOrder): void => {
  const outcomes: Record<string, number> = {};
  /** The oldest first, each with its start and what cuts it off. */
  const open = new Map<Socket, { readonly since: number; readonly cut: () => void }>();
  const perSecond: number[] = [];
  let started = 0;
  let unstarted = 0;
  let mostOpen = 0;
  let gone = 0;
  let over = false;

  /** `again` is called when the connection is gone. */
  const come = (again: () => void): void => {
    if (open.size >= MOST_OPEN) {
      unstarted += 1;
      return;
    }
    const number = started;
    started += 1;
    let outcome: string | null = null;
    let isCut = false;
    let received: Buffer = Buffer.alloc(0);
    const socket = connect({ host: order.host, port: order.port });
    open.set(socket, {
      since: performance.now(),
      cut: () => {
        isCut = true;
        socket.resetAndDestroy();
      },
    });
    mostOpen = Math.max(mostOpen, open.size);
    socket.setNoDelay(true);
    socket.write(requestFor(order.session ?? `s${process.pid}-${number}`), 'latin1');
    socket.on('data', (chunk) => {
      if (outcome !== null) return;
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const status = received.toString('latin1', 9, 12);
      if (status !== '101') outcome = status;
      else if (received.length >= head + 8 && received[head + 4] === 0x88) {
        outcome = String(received.readUInt16BE(head + 6));
        socket.write(CLOSE_REPLY);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      outcome ??= error.code ?? error.message;
    });
    socket.on('close', () => {
      open.delete(socket);
      gone += 1;
      const name = outcome ?? (isCut ? 'cut off' : 'no answer');
      outcomes[name] = (outcomes[name] ?? 0) + 1;
      again();
    });
  };

  /** Nobody waits for ever. */
  const sweep = (patienceMs: number): void => {
    const limit = performance.now() - patienceMs;
    for (const { since, cut } of open.values()) {
      if (since > limit) return;
      cut();
    }
  };

  const finish = (): void => {
    if (over) return;
    over = true;
    for (const { cut } of open.values()) cut();
    const wait = setInterval(() => {
      if (open.size > 0) return;
      clearInterval(wait);
      const report: StormReport = { started, unstarted, mostOpen, perSecond, outcomes };
      process.send?.(report, () => process.disconnect());
    }, TICK_MS);
  };

  const phases = [...order.phases];
  const nextPhase = (): void => {
    const phase = phases.shift();
    if (phase === undefined || over) {
      finish();
      return;
    }
    const began = performance.now();
    const before = started;
    const goneBefore = gone;
    const { pages = 0, connectsPerSecond = 0, enough = Infinity, forMs } = phase;
    let attempts = 0;
    let ended = false;
    const page = (): void => {
      if (!ended && !over) come(() => setImmediate(page));
    };
    for (let count = 0; count < pages; count += 1) page();
    const timer = setInterval(() => {
      const elapsed = performance.now() - began;
      sweep(order.patienceMs);
      for (; attempts < (elapsed / 1000) * connectsPerSecond; attempts += 1) come(() => undefined);
      if (elapsed < forMs && gone - goneBefore < enough && !over) return;
      clearInterval(timer);
      ended = true;
      perSecond.push(((started - before) / elapsed) * 1000);
      nextPhase();
    }, TICK_MS);
  };
  process.on('message', finish);
  nextPhase();
};

process.once('message', (order) => run(order as StormOrder));
process.on('disconnect', () => process.exit());
