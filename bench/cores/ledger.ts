/** A process that stands for a shared ledger: answers every record at once, and decides nothing. */
import { createServer } from 'node:net';
import { carryOut } from '../console/orders.ts';
import type { LedgerOrder } from './orders.ts';

carryOut(
  (sent) =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        // As long as the question: an answer of the same size, made of nothing.
        socket.on('data', (chunk: Buffer) => socket.write(chunk));
      });
      server.once('error', reject);
      server.listen((sent as LedgerOrder).path, () => resolve(null));
    }),
);
