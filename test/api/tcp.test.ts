import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { chmod, writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { glimpse } from '../../src/api/office.ts';
import { tokensFrom } from '../../src/api/tokens.ts';
import type { ProxyControl } from '../../src/contract.ts';
import { openAttachLink } from '../../src/control/attach-link.ts';
import { connect as connectControl } from '../../src/control/client.ts';
import type { BouncerError } from '../../src/errors.ts';
import { StubControl } from '../control/stub-control.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { eventually } from '../support/process-figures.ts';
import { withProxy } from '../support/proxy.ts';
import { connectViewer } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { ask, open, openOn, privateFolder, tcpOf } from './ask.ts';

const token = 'correct-horse-battery';
const bearer = { Authorization: `Bearer ${token}` };
const listen = { host: '127.0.0.1', port: 0 };

const openTcp = async (more: object = {}) => {
  const control = new StubControl();
  const api = await openOn(control, { socketPath: null, listen, token, ...more });
  return { control, place: tcpOf(api) };
};

/** Says something on a bare connection and gives all that comes until its end. */
const say = (
  to: { readonly path: string } | { readonly port: number },
  text: string,
): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = 'path' in to ? connect(to.path) : connect(to.port, '127.0.0.1');
  onCleanup(() => socket.destroy());
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answer));
  socket.write(text, 'latin1');
  return within('the end of a connection', promise, { ms: 20_000 });
};

const armed = async (control: ProxyControl) =>
  (await glimpse(control))?.armed?.first.map(({ actor }) => actor).toSorted();

describe('over TCP', () => {
  test.each(['/healthz', '/v1/proxy', '/v1/events', '/metrics', '/nothing'])(
    'nothing is said without a token, not even at %s',
    async (path) => {
      const { place } = await openTcp();
      for (const headers of [
        {},
        { Authorization: 'Bearer wrong-horse-battery' },
        { Authorization: token },
      ]) {
        const reply = await ask(place, 'GET', path, { headers });
        expect(reply.status).toBe(401);
        expect(reply.headers['www-authenticate']).toBe('Bearer realm="wsbouncer"');
        expect(reply.text).not.toContain(token);
      }
    },
  );

  test('a token is enough, and its name is the actor', async () => {
    const file = join(await privateFolder(), 'tokens');
    await writeFile(file, `# who may\nci:${token}\n\nnobody:another-of-16-and-more\n`, {
      mode: 0o600,
    });
    const { control, place } = await openTcp({ tokenFile: file, token: null });
    expect((await ask(place, 'PUT', '/v1/lock', { headers: bearer })).status).toBe(204);
    await ask(place, 'DELETE', '/v1/lock', {
      headers: { ...bearer, 'X-Wsbouncer-Actor': ' Ad\u00c3\u00a9\t' },
    });
    expect(control.commands.map((command) => 'actor' in command && command.actor)).toEqual([
      'ci',
      'ci (Adé)',
    ]);
  });

  test('a console acts under the name of its token, and knows its own intentions', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const file = join(await privateFolder(), 'tokens');
    await writeFile(file, `ci:${token}\n`, { mode: 0o600 });
    const api = await openOn(proxy.control, {
      socketPath: null,
      listen,
      tokenFile: file,
    });
    await connectViewer(proxy.url('a'));
    const { viewer } = await proxy.events.next(named('viewer.admitted'));
    const { port } = tcpOf(api);
    const to = { host: '127.0.0.1', port, token };
    const carrier = await openAttachLink(to);
    const [ann, bob] = [connectControl(carrier), connectControl(await openAttachLink(to))];
    const arm = { do: 'intend', what: 'armed', viewers: [viewer], dueMs: 60_000 } as const;
    await ann.command({ ...arm, actor: 'ann' });
    await bob.command({ ...arm, actor: 'bob' });
    expect(await proxy.events.next(named('eviction.armed'))).toMatchObject({ actor: 'ci (ann)' });
    expect(await armed(ann)).toEqual(['ann', 'ci (bob)']);
    expect(await armed(bob)).toEqual(['bob', 'ci (ann)']);
    expect(await armed(proxy.control)).toEqual(['ci (ann)', 'ci (bob)']);
    // What a link has armed is taken back under the same name when it ends.
    carrier.close();
    expect(await proxy.events.next(named('eviction.undone'))).toMatchObject({ actor: 'ci (ann)' });
    await bob.command({ do: 'stop', now: true });
    expect(await proxy.events.next(named('proxy.stopped'))).toMatchObject({ actor: 'ci' });
  });

  test('others than this machine are let in only where that was asked for', async () => {
    const everywhere = { host: '0.0.0.0', port: 0 };
    await expect(openTcp({ listen: everywhere })).rejects.toThrow(
      /can be reached from other machines/,
    );
    const { place } = await openTcp({ listen: everywhere, isPublic: true });
    const Host = 'control.example';
    expect((await ask(place, 'GET', '/healthz', { headers: { ...bearer, Host } })).status).toBe(
      200,
    );
    expect((await ask(place, 'GET', '/healthz', { headers: { Host } })).status).toBe(401);
  });

  test('a name that is not this machine is not answered', async () => {
    const { place } = await openTcp();
    for (const Host of [
      'evil.example',
      `evil.example:${place.port}`,
      'localhost.evil.example',
      'a b',
    ]) {
      expect((await ask(place, 'GET', '/healthz', { headers: { ...bearer, Host } })).status).toBe(
        403,
      );
    }
    for (const Host of ['localhost', '127.0.0.1', `[::1]:${place.port}`]) {
      expect((await ask(place, 'GET', '/healthz', { headers: { ...bearer, Host } })).status).toBe(
        200,
      );
    }
  });

  test('four streams run to one address and the fifth is told to wait', async () => {
    const { place } = await openTcp();
    const streams = [];
    for (let n = 0; n < 4; n += 1)
      streams.push(await open(place, 'GET', '/v1/events', { headers: bearer }));
    const fifth = await ask(place, 'GET', '/v1/events', { headers: bearer });
    expect([fifth.status, fifth.headers['retry-after']]).toEqual([429, '10']);
    expect(fifth.json.detail).toMatch(/--max-streams-per-address/);
    streams[0]?.destroy();
    await eventually('a place', async () => {
      const again = await open(place, 'GET', '/v1/events', { headers: bearer });
      return again.statusCode === 200;
    });
  });
});

describe('tokens', () => {
  test.each([
    ['', 'T has no token; write one into it'],
    ['short', 'T has a token of 5 characters; use 16 to 512'],
    ['sixteen characters', 'T has something that is no token; use letters'],
    [`# x\n${'y'.repeat(20)}\nsh:ort`, 'T, line 3, has a token of 3 characters'],
  ])('%j are refused, unseen', (text, line) => {
    expect(() => tokensFrom(text, 'T')).toThrow(
      expect.objectContaining({ line: expect.stringContaining(line) }),
    );
  });

  test('count only as they are', () => {
    const texts = fc.stringMatching(/^[\w.~+/-]{16,40}$/);
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const { nameOf } = tokensFrom(`a:${one}`, 'T');
        expect(nameOf(one)).toBe('a');
        expect(nameOf(other)).toBe(one === other ? 'a' : null);
        expect(nameOf(one.slice(1))).toBeNull();
      }),
    );
  });

  test.each([
    ['600', 'fine'],
    ['640', 'fine'],
    ['444', 'fine'],
    ['660', 'others may write into .* \\(mode 0660\\); take that away: chmod go-w'],
    ['602', 'others may write into .* \\(mode 0602\\)'],
  ])('of a file with the mode %s: %s', async (mode, line) => {
    const tokenFile = join(await privateFolder(), 'tokens');
    await writeFile(tokenFile, token);
    await chmod(tokenFile, Number.parseInt(mode, 8));
    const opened = openTcp({ tokenFile, token: null }).then(
      () => 'fine',
      (error: unknown) => (error as BouncerError).line,
    );
    expect(await opened).toMatch(new RegExp(line));
  });

  test('of a file that is not there stop the start', async () => {
    await expect(openTcp({ tokenFile: '/nowhere', token: null })).rejects.toThrow(
      /cannot be read \(ENOENT\)/,
    );
  });
});

const path = async () => ({ path: (await openOn(new StubControl())).socketPath });

describe('bounds', () => {
  test('a long head gets 431', async () => {
    const answer = await say(
      await path(),
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*within 8192 bytes/s);
  });

  test('what is no HTTP gets 400', async () => {
    expect(await say(await path(), 'hello\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 .*problem\+json.*HTTP\/1\.1/s,
    );
  });

  test('who says nothing, or does not come to an end, gets 408 within seconds', async () => {
    const { place } = await openTcp();
    const heads = ['', 'GET /healthz HTTP/1.1\r\n'];
    const doors = [await path(), place];
    const answers = await Promise.all(doors.flatMap((to) => heads.map((head) => say(to, head))));
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('nothing is tunnelled, and only consoles are upgraded', async () => {
    const to = await path();
    expect(await say(to, 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /);
    const upgrade = (target: string, protocol: string): Promise<string> =>
      say(
        to,
        `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n\r\n`,
      );
    const own = await upgrade('/v1/proxy', 'wsbouncer-control');
    expect(own).toMatch(/^HTTP\/1\.1 400 .*only \/v1\/attach is upgraded/s);
    // Whoever offers another protocol gets what there is without it.
    expect(await upgrade('/healthz', 'h2c')).toMatch(/^HTTP\/1\.1 200 /);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const reply = await ask({ socketPath: to.path }, 'GET', '/v1/attach', { headers });
    expect([reply.status, reply.headers.upgrade]).toEqual([426, 'wsbouncer-control']);
    const plain = 'GET /v1/attach HTTP/1.1\r\nHost: x\r\n';
    const answers = await say(to, `${plain}\r\n${plain}Connection: close\r\n\r\n`);
    const connections = [...answers.matchAll(/^Connection: (.*)\r$/gm)].map(([, value]) => value);
    expect(connections).toEqual(['Upgrade', 'Upgrade, close']);
  });

  test('a body of any length to a route that takes none is not waited for', async () => {
    const to = await path();
    const head = 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n';
    expect(await say(to, head)).toMatch(/^HTTP\/1\.1 200 .*Connection: close/s);
  });

  test('connections are bounded, and those who are let in are answered', async () => {
    const to = await path();
    const sockets: Socket[] = [];
    // Who waits to be cut for saying nothing gets an answer first.
    const closed: Promise<number>[] = [];
    onCleanup(() => sockets.forEach((socket) => socket.destroy()));
    while (sockets.length < 210) {
      const socket = connect(to.path).on('error', () => undefined);
      sockets.push(socket);
      let bytes = 0;
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      closed.push(new Promise((resolve) => socket.on('close', () => resolve(bytes))));
      await once(socket, 'connect');
    }
    expect(await within('some to be closed', Promise.race(closed))).toBe(0);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    await eventually('an answer', async () => {
      const reply = await ask({ socketPath: to.path }, 'GET', '/healthz').catch(() => null);
      return reply?.status === 200;
    });
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true);
  });
});
