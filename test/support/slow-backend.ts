/** A backend that is quick for one session and keeps all others waiting. */
import { WebSocketServer } from 'ws';
import { type Backend, startUpgradeServers } from './backend-server.ts';

/** Dials of the sessions that wait, without an answer by now. */
export type SlowBackend = Backend & {
  readonly waiting: { readonly now: number; readonly most: number; readonly inAll: number };
};

/** Echoes in the session `quick`. The others it answers `afterMs` after they came; null: never. */
export const slowBackend = async (quick: string, afterMs: number | null): Promise<SlowBackend> => {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('connection', (ws) => {
    ws.on('error', () => undefined);
    ws.on('message', (data, binary) => ws.send(data, { binary }));
  });
  const waiting = { now: 0, most: 0, inAll: 0 };
  const backend = await startUpgradeServers('tcp', ({ session, request, socket, head }) => {
    const answer = (): void =>
      server.handleUpgrade(request, socket, head, (ws) => server.emit('connection', ws, request));
    if (session === quick) {
      answer();
      return;
    }
    waiting.now += 1;
    waiting.inAll += 1;
    waiting.most = Math.max(waiting.most, waiting.now);
    let waits = true;
    const countOut = (): void => {
      if (waits) waiting.now -= 1;
      waits = false;
    };
    const answerLate = (): void => {
      if (!waits) return;
      countOut();
      answer();
    };
    const timer = afterMs === null ? undefined : setTimeout(answerLate, afterMs);
    socket.on('end', () => {
      if (waits) socket.end();
      countOut();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      countOut();
    });
    socket.resume();
  });
  return { ...backend, waiting };
};
