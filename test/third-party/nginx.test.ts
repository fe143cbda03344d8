/** nginx in front, configured as `docs/recipes.md` says. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { echoBackend, silentBackend, type WsBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { type Program, runProgram } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { testCertificate, testCertificateFile } from '../support/test-certificate.ts';
import { closeOf, connectViewer, echo, received, refusedHandshake } from '../support/viewer.ts';
import { freePort, startForeign } from './foreign.ts';
import { NGINX } from './packages.ts';
import { adapted, commandsOf, recipe } from './recipes.ts';

const HEADING = 'Behind nginx';

/** An nginx that needs no privileges and nothing of the machine's own configuration. */
const configOf = (servers: string): string => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr notice;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
${servers}
}
`;

/** Starts nginx in front of `proxy`; returns its host and port. */
const startNginx = async (
  proxy: Program,
  changes: Record<string, string> = {},
): Promise<string> => {
  const directory = await privateDirectory();
  const key = join(directory, 'key.pem');
  await writeFile(key, testCertificate.key, { mode: 0o600 });
  const port = await freePort();
  const servers = adapted(recipe(HEADING, 'nginx'), {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/certs/app.example.pem': testCertificateFile,
    '/etc/ssl/private/app.example.key': key,
    'http://127.0.0.1:8080': `http://${proxy.address}`,
    ...changes,
  });
  const file = join(directory, 'nginx.conf');
  await writeFile(file, configOf(servers));
  const { lines } = startForeign(NGINX, ['-p', directory, '-e', 'stderr', '-c', file]);
  // Said when the listening sockets are open.
  await lines.next((line) => line.includes('event method'), 'nginx to listen');
  return `localhost:${port}`;
};

type Setup = {
  readonly backend?: WsBackend;
  readonly args?: readonly string[];
  readonly changes?: Record<string, string>;
};

/** A backend, wsbouncer as on the page and nginx as on the page. */
const start = async ({ backend, args = [], changes }: Setup = {}) => {
  const behind = backend ?? (await echoBackend());
  const text = adapted(recipe(HEADING, 'sh'), { 'ws://127.0.0.1:9000/{session}': behind.url });
  const proxy = await runProgram([...(commandsOf(text, 'wsbouncer')[0] ?? []), ...args]);
  const host = await startNginx(proxy, changes);
  return { backend: behind, proxy, host, url: (session: string) => `wss://${host}/ws/${session}` };
};

describe('behind nginx', () => {
  it('messages pass, the largest too, and closes both ways', async () => {
    const { backend, url } = await start();
    const viewer = await connectViewer(url('demo'));
    await echo(viewer, 'a text');
    await echo(viewer, randomBytes(256 * 1024));
    const { ws } = await backend.connections.next();
    const large = randomBytes(4 * 1024 * 1024);
    ws.send(large);
    const { data } = await received(viewer).next();
    expect(large.equals(data)).toBe(true);
    ws.close(4002, 'that was all');
    expect(await closeOf(viewer)).toEqual({ code: 4002, reason: 'that was all' });

    const leaver = await connectViewer(url('demo'));
    const { ws: left } = await backend.connections.next();
    const closed = new Promise((resolve) => {
      left.on('close', (code, reason) => resolve([code, reason.toString()]));
    });
    leaver.close(4003, 'enough');
    expect(await closed).toEqual([4003, 'enough']);
  });

  it('a page of the named site gets in, one of the address too, a foreign one gets 403', async () => {
    const { host, url } = await start();
    const Host = `app.example:${host.split(':')[1]}`;
    await echo(
      await connectViewer(url('demo'), { headers: { Host }, origin: 'https://app.example' }),
      'from the named site',
    );
    await echo(
      await connectViewer(url('demo'), { origin: `https://${host}` }),
      'from the address in the bar',
    );
    const refused = await refusedHandshake(url('demo'), { origin: 'https://evil.example' });
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('--allow-origin https://evil.example');
    // Its name was made to resolve to this machine.
    const rebound = await refusedHandshake(url('demo'), {
      headers: { Host: 'evil.example' },
      origin: 'https://evil.example',
    });
    expect(rebound.status).toBe(403);
  });

  it('the own page would be refused on this port with $host, as the page says', async () => {
    const { host, url } = await start({ changes: { 'Host $http_host': 'Host $host' } });
    const refused = await refusedHandshake(url('demo'), { origin: `https://${host}` });
    expect(refused.status).toBe(403);
  });

  it('viewers have the address that nginx saw, whatever they say themselves', async () => {
    const { backend, proxy, host, url } = await start();
    await connectViewer(url('demo'), {
      localAddress: '127.0.0.2',
      headers: { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Host': 'evil.example' },
    });
    expect(await proxy.events.next(named('viewer.admitted'))).toMatchObject({
      remote: '127.0.0.2',
    });
    const { request } = await backend.connections.next();
    expect(request.headers).toMatchObject({
      host,
      'x-forwarded-for': '203.0.113.7, 127.0.0.2, 127.0.0.1',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'https',
    });
  });

  it('without --trust-proxy they have that of nginx', async () => {
    const backend = await echoBackend();
    const proxy = await runProgram(['--backend', backend.url]);
    const host = await startNginx(proxy);
    await connectViewer(`wss://${host}/ws/demo`, { localAddress: '127.0.0.2' });
    expect((await proxy.events.next(named('viewer.admitted'))).remote).toMatch(
      /^127\.0\.0\.1:\d+$/,
    );
    const { request } = await backend.connections.next();
    expect(request.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
  });

  it('a viewer beyond the cap reads 1013, and a slot is free when one has gone', async () => {
    const { proxy, url } = await start({ args: ['--cap', '1'] });
    const first = await connectViewer(url('demo'));
    const refused = await connectViewer(url('demo'), { protocols: ['chat'] });
    expect(await closeOf(refused)).toEqual({
      code: 1013,
      reason: 'too many connections for this session',
    });
    first.terminate();
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({
      cause: 'viewer-lost',
      viewers: 0,
    });
    await echo(await connectViewer(url('demo')), 'in its place');
  });

  it('a viewer that answers no pings is evicted and reads why', async () => {
    const { proxy, url } = await start({ args: ['--ping-interval', '50ms'] });
    const mute = connectRaw(url('demo'), { answerPings: false });
    expect((await mute.closed()).close).toEqual({ code: 1001, reason: 'pong timeout' });
    expect(await proxy.events.next(named('viewer.evicted'))).toMatchObject({
      cause: 'pong-timeout',
    });
  });

  it('pings keep an idle viewer from the read timeout, which cuts it off without them', async () => {
    const changes = { 'proxy_read_timeout 60s': 'proxy_read_timeout 1s' };
    const backend = await silentBackend();
    const [pinged, unpinged] = await Promise.all(
      ['100ms', '15s'].map((interval) =>
        start({ backend, changes, args: ['--ping-interval', interval, '--pong-timeout', '30s'] }),
      ),
    );
    const idle = await connectViewer(pinged!.url('demo'));
    let pings = 0;
    const enough = new Promise<void>((resolve) => {
      idle.on('ping', () => {
        pings += 1;
        // Well beyond the read timeout.
        if (pings === 25) resolve();
      });
    });
    const forgotten = await connectViewer(unpinged!.url('demo'));
    expect(await closeOf(forgotten)).toMatchObject({ code: 1006 });
    await enough;
    expect(idle.readyState).toBe(idle.OPEN);
  });
});
