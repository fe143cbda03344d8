/**
 * The backend that cases are run against: an echo made with `ws`, which also does what a text
 * that begins with `backend: ` tells it to. `conformance.py` is its twin.
 */
import { type WebSocket, WebSocketServer } from 'ws';
import { type Backend, startUpgradeServers } from '../support/backend-server.ts';

const obey = (ws: WebSocket, order: string): void => {
  const [verb, ...words] = order.split(' ');
  if (verb === 'ping') {
    ws.ping(words.join(' '));
  } else if (verb === 'close') {
    const [code, ...reason] = words;
    if (code === undefined) ws.close();
    else ws.close(Number(code), reason.join(' '));
  } else if (verb === 'send') {
    ws.send('m'.repeat(Number(words[0])));
  } else if (verb === 'fragments') {
    words.forEach((word, nth) => ws.send(word, { fin: nth === words.length - 1 }));
  } else if (verb === 'tell-pongs') {
    ws.on('pong', (data) => ws.send(`pong ${data.toString('hex')}`));
    ws.send('telling');
  }
};

/** Starts it; every message is compressed where that was agreed. */
export const conformanceBackend = async (): Promise<Backend> => {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
  return startUpgradeServers('tcp', ({ request, socket, head }) => {
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => undefined);
      ws.on('message', (data: Buffer, binary) => {
        const order = binary ? null : /^backend: (.*)$/s.exec(data.toString());
        if (order === null) ws.send(data, { binary });
        else obey(ws, order[1] ?? '');
      });
    });
  });
};
