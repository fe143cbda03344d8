/** The behaviour of a control, of a console that is attached over the control socket. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as dial, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApi } from '../../src/api/api.ts';
import { openAttachLink } from '../../src/control/attach-link.ts';
import { connect } from '../../src/control/client.ts';
import { lineCarrier } from '../../src/control/line-carrier.ts';
import { BouncerError } from '../../src/errors.ts';
import { startProxy } from '../../src/proxy/proxy.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { testOptions } from '../support/test-options.ts';
import { viewerUrl } from '../support/viewer-url.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { everything } from './contract-subject.ts';
import { controlContract } from './control.contract.ts';
import { hello } from './hand-carrier.ts';

const unheard = (): void => {};

/** A proxy and a path at which it is controlled. */
const proxyAt = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsb-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  const proxy = await startProxy({ ...testOptions, backend: (await echoBackend()).template });
  const socketPath = join(folder, 'c.sock');
  const options = { socketPath, listen: null, isPublic: false, tokenFile: null, token: null };
  const { address } = proxy;
  const api = await openApi(proxy, { ...options, maxStreamsPerAddress: 4 }, { address });
  return { proxy, socketPath, api };
};

controlContract('the proxy over its control socket', async () => {
  const { proxy, socketPath, api } = await proxyAt();
  const control = connect(await openAttachLink({ socketPath }), unheard);
  return {
    control,
    connectViewer: async (session) => {
      const ws = await connectViewer(viewerUrl(proxy.address, `/ws/${session}`));
      return { closed: closeOf(ws), close: () => ws.close(1000) };
    },
    end: async () => {
      await control.command({ do: 'stop', now: true });
      await control.closed;
      await api.close();
    },
  };
});

const trouble = async (opening: Promise<unknown>): Promise<string> => {
  const error: unknown = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof BouncerError ? error.line : String(error);
};

describe('attaching', () => {
  it('says what is wrong and what to do', async () => {
    expect(await trouble(openAttachLink({ socketPath: '/nowhere.sock' }))).toBe(
      'wsbouncer: cannot attach to /nowhere.sock: nothing is there; start a proxy, or name the socket of one',
    );
    const { proxy } = await proxyAt();
    onCleanup(() => proxy.command({ do: 'stop', now: true }));
    const port = Number(/\d+$/.exec(proxy.address)?.[0]);
    const other = openAttachLink({ host: '127.0.0.1', port, token: 'x' });
    expect(await trouble(other)).toMatch(/it answers 4\d\d; look whether that is a wsbouncer/);
  });

  it('costs a bounded amount where the console takes nothing and asks for much', async () => {
    const { proxy, socketPath } = await proxyAt();
    onCleanup(() => proxy.command({ do: 'stop', now: true }));
    for (let n = 0; n < 100; n += 1) {
      await proxy.command({ do: 'set-cap', cap: 1 + (n % 7), actor: 'x'.repeat(2_000) });
    }
    const socket = dial(socketPath);
    onCleanup(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(
      'GET /v1/attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: wsbouncer-control\r\n\r\n',
    );
    await once(socket, 'data');
    socket.pause();
    const before = process.memoryUsage().rss;
    const view = { ...everything, events: { ...everything.events, rows: 1_000 } };
    const asked = JSON.stringify({ type: 'watch', id: 1, view });
    socket.write(`${JSON.stringify(hello)}\n${`${asked}\n`.repeat(5_000)}`);
    // Others are answered all the while.
    const control = connect(await openAttachLink({ socketPath }), unheard);
    for (let n = 0; n < 100; n += 1) {
      const result = await within('a result', control.command({ do: 'preview-cap', cap: 3 }));
      expect(result.ok).toBe(true);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(socket.writableLength).toBeGreaterThan(0);
  });
});

const pair = async (mostLineBytes = 1_000) => {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  onCleanup(() => server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const far = dial(address.port, '127.0.0.1');
  const [near] = await accepted;
  for (const socket of [far, near]) {
    socket.on('error', unheard);
    onCleanup(() => socket.destroy());
  }
  const carrier = lineCarrier(near, { head: Buffer.from('be'), mostLineBytes });
  const heard = new Inbox<unknown>('lines', String);
  const closed = new Promise<void>((resolve) => carrier.onClose(resolve));
  return { far, near, carrier, heard, closed };
};

describe('lines', () => {
  it('arrive whole and in order, however they are cut, the first bytes included', async () => {
    const { far, carrier, heard } = await pair();
    carrier.onMessage(heard.push);
    for (const byte of Buffer.from('fore\nzwei ü\n\ndrei')) {
      far.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    far.write(' und vier\nfünf\nse');
    const seen = [];
    for (let n = 0; n < 5; n += 1) seen.push(await heard.next());
    expect(seen).toEqual(['before', 'zwei ü', '', 'drei und vier', 'fünf']);
  });

  it('that came before the other end closed are all told, and then its end', async () => {
    const { far, carrier, heard, closed } = await pair();
    const order: string[] = [];
    void closed.then(() => order.push('closed'));
    far.end(`fore\n${'x\n'.repeat(50)}half`);
    carrier.onMessage((text) => {
      order.push(String(text));
      heard.push(text);
    });
    await within('the end', closed);
    expect(order).toEqual(['before', ...Array.from({ length: 50 }, () => 'x'), 'closed']);
  });

  it.each([
    ['without an end', 'x'.repeat(70_000)],
    ['with one', `${'x'.repeat(1_001)}\n`],
  ])('that are too long, %s, end the link unheard', async (_what, text) => {
    const { far, carrier, heard, closed } = await pair();
    carrier.onMessage(heard.push);
    far.write(text);
    await within('the end', closed);
    expect(heard.all).toEqual([]);
  });

  it('are not read while those who sent them take nothing', async () => {
    const { far, near, carrier } = await pair();
    const heard: unknown[] = [];
    const all = Promise.withResolvers<void>();
    carrier.onMessage((text) => {
      if (heard.push(text) === 200) all.resolve();
      carrier.send('y'.repeat(400_000));
    });
    far.pause();
    far.write('x\n'.repeat(200));
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise(setImmediate);
    expect(heard.length).toBeLessThan(100);
    expect(near.writableLength).toBeLessThan(2 * 1024 * 1024);
    far.resume();
    await within('all lines', all.promise);
    expect(heard).toHaveLength(200);
  });

  it('that are sent before it is closed still arrive', async () => {
    const { far, carrier, closed } = await pair();
    carrier.onMessage(unheard);
    let seen = '';
    far.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
    far.write('not read\n'.repeat(1_000));
    carrier.send('z'.repeat(500_000));
    carrier.close();
    carrier.send('never');
    await within('the end', closed);
    expect(seen).toBe(`${'z'.repeat(500_000)}\n`);
  });
});
