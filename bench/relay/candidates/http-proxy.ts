/** http-proxy as its README shows it. */
import { createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { backendPort, listen } from './listening.ts';

// It says at every start that it uses what Node has deprecated.
process.noDeprecation = true;
const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${backendPort}`, ws: true });
proxy.on('error', () => undefined);
const server = createServer((request, response) => proxy.web(request, response));
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => undefined);
  proxy.ws(request, socket, head);
});
listen(server);
