/** A backend written with a library that shares no code with ours, and viewers of `ws`. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo, received } from '../support/viewer.ts';
import { pythonBackend } from './python.ts';
import { adapted, commandsOf, recipe } from './recipes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const throughTo = async (
  options: Parameters<typeof pythonBackend>[0],
  args: readonly string[] = [],
) => {
  const backend = await pythonBackend(options);
  return { backend, proxy: await runProgram(['--backend', backend.url, ...args]) };
};

describe('a python backend', () => {
  it('echoes texts and bytes, empty ones and those of several languages too', async () => {
    const { proxy } = await throughTo({ echo: true });
    const viewer = await connectViewer(proxy.url('demo'));
    const messages = ['', 'a text', 'Ünï¢ødé 漢字 🙂', Buffer.alloc(0), randomBytes(70_000)];
    for (const message of messages) viewer.send(message);
    for (const message of messages) {
      expect(await received(viewer).next()).toEqual({
        data: Buffer.from(message),
        binary: typeof message !== 'string',
      });
    }
  });

  it('sees the path, the query and the headers of the viewer', async () => {
    const { backend, proxy } = await throughTo({});
    await connectViewer(proxy.url('demo', '?depth=3&raw=%2F'), {
      headers: { Cookie: 'id=7', Authorization: 'Bearer token', Origin: `http://${proxy.address}` },
    });
    const { path, headers } = await backend.of('demo').next('open');
    expect(path).toBe('/demo?depth=3&raw=%2F');
    expect(Object.fromEntries(headers)).toMatchObject({
      Host: proxy.address,
      Origin: `http://${proxy.address}`,
      Cookie: 'id=7',
      Authorization: 'Bearer token',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': proxy.address,
    });
  });

  it('gets fragments as one message, and its own reach the viewer as it cut them', async () => {
    const { backend, proxy } = await throughTo({ keywords: { compression: null } });
    const viewer = await connectViewer(proxy.url('demo'));
    const peer = backend.of('demo');
    viewer.send('one, ', { fin: false });
    viewer.send('two, ', { fin: false });
    viewer.send('three', { fin: true });
    expect(await peer.message()).toBe('one, two, three');

    const raw = connectRaw(proxy.url('raw'));
    await backend.of('raw').next('open');
    backend.of('raw').sendParts(['uno, ', 'due, ', 'tre']);
    const frames = await Promise.all([1, 2, 3, 4].map(raw.nextData));
    expect(frames.map(({ fin, payload }) => [fin, payload.toString()])).toEqual([
      [false, 'uno, '],
      [false, 'due, '],
      [false, 'tre'],
      [true, ''],
    ]);
  });

  it('takes 256 KiB from a viewer and sends it 4 MiB', async () => {
    const { backend, proxy } = await throughTo({});
    const viewer = await connectViewer(proxy.url('demo'));
    const peer = backend.of('demo');
    const up = randomBytes(256 * KIB);
    viewer.send(up);
    expect(up.equals((await peer.message()) as Buffer)).toBe(true);
    const down = randomBytes(4 * MIB);
    peer.send(down);
    const { data } = await received(viewer).next();
    expect(down.equals(data)).toBe(true);
  });

  it('is closed with 1009 for one byte over 4 MiB, and its viewer learns that it is lost', async () => {
    const { backend, proxy } = await throughTo({});
    const viewer = await connectViewer(proxy.url('demo'));
    backend.of('demo').send(Buffer.alloc(4 * MIB + 1));
    expect(await closeOf(viewer)).toEqual({ code: 1011, reason: 'backend lost' });
    expect(await backend.of('demo').next('closed')).toMatchObject({
      code: 1009,
      reason: 'message too big',
    });
  });

  it('chooses the subprotocol among those that the viewer offers', async () => {
    const { backend, proxy } = await throughTo({ keywords: { subprotocols: ['v2', 'v1'] } });
    const viewer = await connectViewer(proxy.url('demo'), { protocols: ['v3', 'v2', 'v1'] });
    expect(viewer.protocol).toBe('v2');
    expect(await backend.of('demo').next('open')).toMatchObject({ subprotocol: 'v2' });
    expect((await connectViewer(proxy.url('none'))).protocol).toBe('');
  });

  it('compresses with a viewer that offers it and not with one that does not', async () => {
    const { backend, proxy } = await throughTo({ echo: true });
    const deflating = await connectViewer(proxy.url('with'), { perMessageDeflate: true });
    expect(deflating.extensions).toContain('permessage-deflate');
    expect(await backend.of('with').next('open')).toMatchObject({
      extensions: ['permessage-deflate'],
    });
    // Two alike: the second one is written with what both ends remember of the first.
    for (let time = 0; time < 2; time += 1) await echo(deflating, 'the same again '.repeat(9_000));
    deflating.close();
    // 270 kB each way, had they not been compressed.
    const { bytesToBackend, bytesToViewer } = await proxy.events.next(
      named('viewer.left', { session: 'with' }),
    );
    expect(Math.max(bytesToBackend, bytesToViewer)).toBeLessThan(20_000);

    const plain = await connectViewer(proxy.url('without'));
    expect(plain.extensions).toBe('');
    expect(await backend.of('without').next('open')).toMatchObject({ extensions: [] });
    await echo(plain, 'as it is');
  });

  it.each([
    { code: 4001, reason: 'bis später' },
    { code: 1000, reason: '' },
  ])('and its viewer hear that the other closed with $code', async ({ code, reason }) => {
    const { backend, proxy } = await throughTo({});
    const leaver = await connectViewer(proxy.url('up'));
    leaver.close(code, reason);
    expect(await backend.of('up').next('closed')).toMatchObject({ code, reason });
    expect(await closeOf(leaver)).toEqual({ code, reason });

    const stayer = await connectViewer(proxy.url('down'));
    backend.of('down').close(code, reason);
    expect(await closeOf(stayer)).toEqual({ code, reason });
    expect(await backend.of('down').next('closed')).toMatchObject({ code, reason });
  });

  it('hears of a viewer that closes without a code, and of one that is cut off', async () => {
    const { backend, proxy } = await throughTo({});
    const polite = await connectViewer(proxy.url('polite'));
    polite.close();
    expect(await backend.of('polite').next('closed')).toMatchObject({ code: 1005, reason: '' });
    const torn = await connectViewer(proxy.url('torn'));
    torn.terminate();
    expect(await backend.of('torn').next('closed')).toMatchObject({
      code: 1001,
      reason: 'viewer lost',
    });
  });

  it('that breaks the connection is lost, and one that says no is unavailable', async () => {
    const { backend, proxy } = await throughTo({ forbid: ['secret'] });
    const viewer = await connectViewer(proxy.url('demo'));
    backend.of('demo').abort();
    expect(await closeOf(viewer)).toEqual({ code: 1011, reason: 'backend lost' });
    const stranger = await connectViewer(proxy.url('secret'));
    expect(await closeOf(stranger)).toEqual({ code: 1011, reason: 'backend unavailable' });
    expect(
      await proxy.events.next(named('backend.unavailable', { session: 'secret' })),
    ).toMatchObject({ cause: 'bad-answer', viewers: 0 });
  });

  it('has the pings of its keepalive answered by the viewer, and not without one', async () => {
    const keepalive = { ping_interval: 0.05, ping_timeout: 20 };
    const { backend, proxy } = await throughTo({ echo: true, keywords: keepalive });
    const viewer = await connectViewer(proxy.url('demo'));
    for (let pongs = 0; pongs < 10; pongs += 1) await backend.of('demo').next('pong');
    await echo(viewer, 'still here');

    const impatient = { ping_interval: 0.05, ping_timeout: 0.3 };
    const other = await throughTo({ keywords: impatient });
    const mute = connectRaw(other.proxy.url('demo'), { answerPings: false });
    expect(await other.backend.of('demo').next('closed')).toMatchObject({ code: 1006 });
    expect((await mute.closed()).close).toEqual({ code: 1011, reason: 'keepalive ping timeout' });
  });
});

describe('python backends on a Unix socket for each session', () => {
  it('are told apart by the session, and a socket that is missing is unavailable', async () => {
    const directory = await privateDirectory();
    const backend = await pythonBackend({
      echo: true,
      sockets: { one: join(directory, 'one.sock'), two: join(directory, 'two.sock') },
    });
    const text = adapted(recipe('A Unix socket for each session', 'sh'), {
      '/run/sessions': directory,
    });
    const proxy = await runProgram(commandsOf(text, 'wsbouncer')[0] ?? []);
    for (const session of ['one', 'two']) {
      await echo(await connectViewer(proxy.url(session)), `to ${session}`);
      expect(await backend.of(session).message()).toBe(`to ${session}`);
    }
    const lost = await connectViewer(proxy.url('three'));
    expect(await closeOf(lost)).toEqual({ code: 1011, reason: 'backend unavailable' });
  });
});
