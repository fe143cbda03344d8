/** A relay of whole messages between a server and a client of `ws`, with backpressure. */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { backendPort, listen } from './listening.ts';

/** Bytes that may wait for a slow reader before the other side is not read any more. */
const MOST_WAITING = 256 * 1024;

const front = new WebSocketServer({ noServer: true, perMessageDeflate: false });

const pass = (from: WebSocket, to: WebSocket): void => {
  from.on('message', (data, binary) => {
    to.send(data, { binary }, () => {
      if (from.isPaused && to.bufferedAmount <= MOST_WAITING) from.resume();
    });
    if (to.bufferedAmount > MOST_WAITING) from.pause();
  });
  from.on('close', (code, reason) => {
    if (code === 1005 || code === 1006) to.close();
    else to.close(code, reason);
  });
  from.on('error', () => to.terminate());
};

const server = createServer();
server.on('upgrade', (request, socket, head) => {
  const backend = new WebSocket(`ws://127.0.0.1:${backendPort}${request.url ?? '/'}`, {
    perMessageDeflate: false,
  });
  socket.on('error', () => backend.terminate());
  backend.on('error', () => socket.destroy());
  // Nothing of the backend is read before the viewer is there to be written to.
  backend.once('open', () => {
    backend.pause();
    front.handleUpgrade(request, socket, head, (viewer) => {
      pass(viewer, backend);
      pass(backend, viewer);
      backend.resume();
    });
  });
});
listen(server);
