/** http-proxy-3 as its README shows it. */
import { createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import { backendPort, listen } from './listening.ts';

const proxy = createProxyServer({ target: `http://127.0.0.1:${backendPort}`, ws: true });
proxy.on('error', () => undefined);
const server = createServer((request, response) => proxy.web(request, response));
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => undefined);
  proxy.ws(request, socket, head);
});
listen(server);
