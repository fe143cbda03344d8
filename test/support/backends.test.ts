import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  echoBackend,
  hangingBackend,
  missingSocketBackend,
  refusingBackend,
  wrongAcceptBackend,
} from './backends.ts';
import { onCleanup } from './cleanup.ts';
import { trustTestCertificate } from './test-certificate.ts';
import { closeOf, connectViewer } from './viewer.ts';

const direct = (url: string): string => url.replace('{session}', 'one');

const failure = (url: string): Promise<string> =>
  connectViewer(direct(url)).then(
    () => 'opened',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

describe('backends that fail', () => {
  it('fail as their names say', async () => {
    expect(await failure((await refusingBackend()).url)).toBe('ECONNREFUSED');
    expect(await failure((await missingSocketBackend()).url)).toBe('ENOENT');
    expect(await failure((await wrongAcceptBackend()).url)).toContain('Sec-WebSocket-Accept');
  });

  it('refuses on a port that nobody can take meanwhile', async () => {
    const { template } = await refusingBackend();
    const port = 'port' in template.address ? template.address.port : 0;
    const server = createServer();
    onCleanup(() => server.close());
    server.listen(port, '127.0.0.1');
    const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('EADDRINUSE');
  });

  it('hangs until the dial is given up', async () => {
    const backend = await hangingBackend();
    const port = 'port' in backend.template.address ? backend.template.address.port : 0;
    const socket = connect(port, '127.0.0.1');
    await backend.dials.next();
    expect(backend.tally.open('any')).toBe(1);
    socket.destroy();
    await backend.tally.until((tally) => tally.open('any') === 0, 'the dial to end');
  });
});

describe('backends that work', () => {
  it('counts the connections of each session, now, at most and in all', async () => {
    const { tally, url } = await echoBackend();
    const first = await connectViewer(url.replace('{session}', 'a'));
    await connectViewer(url.replace('{session}', 'a'));
    await connectViewer(url.replace('{session}', 'b'));
    first.close(1000);
    await tally.until(({ open }) => open('a') === 1, 'one to leave');
    await connectViewer(url.replace('{session}', 'a'));
    const counts = ['a', 'b', 'c'].map((session) => [
      tally.open(session),
      tally.most(session),
      tally.total(session),
    ]);
    expect(counts).toEqual([
      [2, 2, 3],
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });

  it('cuts every connection when it falls over', async () => {
    const backend = await echoBackend();
    const viewer = await connectViewer(direct(backend.url));
    await backend.close();
    expect((await closeOf(viewer)).code).toBe(1006);
    expect(await failure(backend.url)).toBe('ECONNREFUSED');
  });

  it('has a certificate in the name of localhost and no other', async () => {
    const { template } = await echoBackend({ on: 'tls' });
    const port = 'port' in template.address ? template.address.port : 0;
    trustTestCertificate();
    const reach = async (servername: string): Promise<string> => {
      const socket = connectTls({ host: 'localhost', port, servername });
      onCleanup(() => socket.destroy());
      return Promise.race([
        once(socket, 'secureConnect').then(() => 'trusted'),
        once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code ?? ''),
      ]).catch((error: NodeJS.ErrnoException) => error.code ?? '');
    };
    expect(await reach('localhost')).toBe('trusted');
    expect(await reach('wrong.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});
