/** httpxy as its README shows it. */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'httpxy';
import { backendPort, listen } from './listening.ts';

const target = { target: `http://127.0.0.1:${backendPort}` };
const proxy = createProxyServer({ ws: true });
proxy.on('error', () => undefined);
const server = createServer((request, response) => void proxy.web(request, response, target));
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => undefined);
  proxy.ws(request, socket as Socket, target, head).catch(() => undefined);
});
listen(server);
