/** @fastify/http-proxy as its README shows it. */
import type { AddressInfo } from 'node:net';
import proxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { backendPort } from './listening.ts';

const app = fastify();
await app.register(proxy, { upstream: `http://127.0.0.1:${backendPort}`, websocket: true });
await app.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
const { port } = app.server.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ address: `127.0.0.1:${port}` })}\n`);
