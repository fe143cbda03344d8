import { existsSync } from 'node:fs';
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { startProxy } from '../../src/proxy/proxy.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { echoBackend, rawBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { withProxy } from '../support/proxy.ts';
import { testOptions } from '../support/test-options.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { testCertificate, trustTestCertificate } from '../support/test-certificate.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';

const trustForThisTest = (): void => {
  const before = getCACertificates('default');
  trustTestCertificate();
  onCleanup(() => setDefaultCACertificates(before));
};

describe('a backend over wss://', () => {
  it('gets the name of its URL for TLS and the Host of the viewer', async () => {
    trustForThisTest();
    const backend = await echoBackend({ on: 'tls' });
    const proxy = await withProxy({ backend: backend.template });
    const viewer = await connectViewer(proxy.url('a'), { headers: { Host: 'page.example' } });
    await echo(viewer, 'through TLS');
    const { request } = await backend.connections.next();
    expect(request.headers.host).toBe('page.example');
    expect((request.socket as TLSSocket).servername).toBe('localhost');
  });

  it('is verified by the name of its URL, whatever --backend-host says', async () => {
    trustForThisTest();
    const { template } = await echoBackend({ on: 'tls' });
    if (!('port' in template.address)) throw new Error('a TLS backend has a port');
    const { port } = template.address;
    const elsewhere = { ...template, address: { host: '127.0.0.1', port } };
    const proxy = await withProxy({ backend: elsewhere, backendHost: 'localhost' });
    const { code, reason } = await closeOf(await connectViewer(proxy.url('a')));
    expect({ code, reason }).toEqual({ code: 1011, reason: 'backend unavailable' });
    const event = await proxy.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'error', detail: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('gets not one byte of a viewer before it is verified', async () => {
    const said: Buffer[] = [];
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const server = createTcp((socket: Socket) => {
      const secure = new TLSSocket(socket, { isServer: true, ...testCertificate });
      secure.on('data', (bytes: Buffer) => said.push(bytes));
      secure.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    onCleanup(() => new Promise((done) => void server.close(done)));
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const backend = { address: { host: 'localhost', port }, tls: true, target: '/{session}' };
    const proxy = await withProxy({ backend });
    const viewer = await connectViewer(proxy.url('a'), { headers: { Authorization: 'secret' } });
    expect((await closeOf(viewer)).code).toBe(1011);
    await within('the end of the dial', ended);
    expect(Buffer.concat(said).toString('latin1')).toBe('');
    const event = await proxy.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'error', detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('that speaks no TLS is unavailable', async () => {
    const { template } = await echoBackend();
    const proxy = await withProxy({ backend: { ...template, tls: true } });
    expect((await closeOf(await connectViewer(proxy.url('a')))).code).toBe(1011);
    const { cause } = await proxy.events.next(named('backend.unavailable'));
    expect(cause).toBe('error');
  });
});

describe('a backend at a Unix socket', () => {
  it('may be one for all sessions', async () => {
    const backend = await echoBackend({ on: 'unix' });
    const proxy = await withProxy({ backend: backend.template });
    await echo(await connectViewer(proxy.url('one')), 'first');
    await echo(await connectViewer(proxy.url('two')), 'second');
    expect([backend.tally.open('one'), backend.tally.open('two')]).toEqual([1, 1]);
  });

  it('may be one for each session', async () => {
    const backend = await echoBackend({ on: { sessions: ['one', 'two'] } });
    const proxy = await withProxy({ backend: backend.template });
    await echo(await connectViewer(proxy.url('one')), 'first');
    await echo(await connectViewer(proxy.url('two')), 'second');
    expect([backend.tally.open('one'), backend.tally.open('two')]).toEqual([1, 1]);
    expect((await closeOf(await connectViewer(proxy.url('three')))).code).toBe(1011);
  });
});

describe('--listen', () => {
  it('takes a free port for port 0, and says which', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    expect(proxy.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(proxy.events.all).toMatchObject([{ event: 'proxy.listening', address: proxy.address }]);
    expect((await proxy.snapshot()).address).toBe(proxy.address);
  });

  it('takes a Unix socket, and removes it in the end', async () => {
    const socketPath = `${await privateDirectory()}/proxy.sock`;
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template, listen: { socketPath } });
    expect(proxy.address).toBe(`unix:${socketPath}`);
    const viewer = connectRaw(proxy.url('a'), {
      extraHeaders: { 'X-Forwarded-For': '198.51.100.7' },
    });
    expect((await viewer.open()).upgraded).toBe(true);
    const { remote, viewer: id } = await proxy.events.next(named('viewer.admitted'));
    expect({ remote, id }).toEqual({ remote: 'unix', id: 'v1' });
    const { request } = await backend.connections.next();
    expect(request.headers['x-forwarded-for']).toBe('unknown');
    await proxy.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  it('does not take a Unix socket that is there', async () => {
    const { template: backend } = await echoBackend();
    const socketPath = `${await privateDirectory()}/proxy.sock`;
    await withProxy({ backend, listen: { socketPath } });
    const again = startProxy({ ...testOptions, backend, listen: { socketPath } });
    await expect(again).rejects.toMatchObject({
      kind: 'environment',
      line: expect.stringContaining(`cannot listen on unix:${socketPath}: the file exists;`),
    });
  });

  it('does not take an address of another machine', async () => {
    const { template: backend } = await echoBackend();
    const listen = { host: '192.0.2.1', port: 0 };
    await expect(startProxy({ ...testOptions, backend, listen })).rejects.toMatchObject({
      kind: 'environment',
      line: expect.stringMatching(/no such address; pass --listen/),
    });
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );

  it('takes an IPv6 address where the machine has one, and says so where not', async () => {
    const { template: backend } = await echoBackend();
    const listen = { host: '::1', port: 0 };
    const outcome = await startProxy({ ...testOptions, backend, listen }).then(
      async (proxy) => {
        onCleanup(() => proxy.command({ do: 'stop', now: true }));
        const origin = `http://${proxy.address}`;
        const viewer = await connectViewer(`ws://${proxy.address}/ws/a`, { origin });
        await echo(viewer, 'over IPv6');
        return proxy.address.replace(/\d+$/, 'PORT');
      },
      () => 'no IPv6',
    );
    expect(outcome).toBe(hasIpv6 ? '[::1]:PORT' : 'no IPv6');
  });
});
