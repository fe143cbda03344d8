/** A page in a process of its own, which can be stopped: tells on stdout what it sees. */
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const tell = (seen: object): void => void process.stdout.write(`${JSON.stringify(seen)}\n`);

const ws = new WebSocket(process.argv[2] ?? '', { perMessageDeflate: false });
ws.on('open', () => tell({ saw: 'open' }));
ws.on('ping', () => tell({ saw: 'ping' }));
ws.on('message', (data: Buffer) => tell({ saw: 'message', text: data.toString() }));
ws.on('close', (code, reason) => {
  tell({ saw: 'close', code, reason: reason.toString() });
  process.stdin.destroy();
});
ws.on('error', ({ message }) => tell({ saw: 'error', message }));

// What comes is sent, a line a message.
createInterface({ input: process.stdin }).on('line', (line) => ws.send(line));
