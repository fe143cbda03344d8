/** A viewer of the fake proxy. */
import { connect } from 'node:net';
import { onCleanup } from './cleanup.ts';
import { within } from './within.ts';

/** Connects a viewer to a fake proxy; resolves when it was let in or refused. */
export const connectFakeViewer = async (address: string, session: string) => {
  const socket = address.startsWith('unix:')
    ? connect(address.slice('unix:'.length))
    : connect(Number(address.slice(address.lastIndexOf(':') + 1)), '127.0.0.1');
  onCleanup(() => socket.destroy());
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  let text = '';
  const closed = new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
    socket.on('close', () => {
      const [, code = '1006', reason = ''] = /(\d{4}) (.*)\n$/.exec(text) ?? [];
      resolve({ code: Number(code), reason });
    });
  });
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: string) => {
      text += chunk;
      resolve();
    });
  });
  socket.write(`${session}\n`);
  await within('an answer of the fake proxy', Promise.race([answered, closed]));
  return { closed, close: () => void socket.end() };
};
