/** Viewers written with a library that shares no code with ours. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { echoBackend, refusingBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';
import { pythonBackend, pythonViewer } from './python.ts';

const KIB = 1024;

describe('a python viewer', () => {
  it('and a python backend reach each other as without a proxy, compressed as both like it', async () => {
    const backend = await pythonBackend({ keywords: { subprotocols: ['talk'] } });
    const { url } = await runProgram(['--backend', backend.url]);
    const viewer = pythonViewer(url('demo'), { keywords: { subprotocols: ['chat', 'talk'] } });
    const there = backend.of('demo');
    const asAgreed = { subprotocol: 'talk', extensions: ['permessage-deflate'] };
    expect(await viewer.next('open')).toMatchObject(asAgreed);
    expect(await there.next('open')).toMatchObject(asAgreed);
    const message = randomBytes(100 * KIB);
    for (const [from, to] of [
      [viewer, there],
      [there, viewer],
    ] as const) {
      from.send('a text, 漢字');
      expect(await to.message()).toBe('a text, 漢字');
      from.send(message);
      expect(message.equals((await to.message()) as Buffer)).toBe(true);
      from.sendParts(['in ', 'three ', 'parts']);
      expect(await to.message()).toBe('in three parts');
      from.ping();
      await to.next('pinged');
      await from.next('pong');
    }
    viewer.close(4321, 'enough');
    expect(await there.next('closed')).toMatchObject({ code: 4321, reason: 'enough' });
    expect(await viewer.next('closed')).toMatchObject({ code: 4321, reason: 'enough' });
  });

  it('beyond the cap reads 1013 and the reason, whatever it offers', async () => {
    const backend = await echoBackend({ choose: () => 'chat' });
    const proxy = await runProgram(['--backend', backend.url, '--cap', '1']);
    const first = pythonViewer(proxy.url('demo'));
    await first.next('open');
    for (const keywords of [{}, { subprotocols: ['chat'] }, { compression: null }]) {
      const refused = pythonViewer(proxy.url('demo'), { keywords });
      await refused.next('open');
      expect(await refused.next('closed')).toMatchObject({
        code: 1013,
        reason: 'too many connections for this session',
      });
    }
    first.send('undisturbed');
    expect(await first.message()).toBe('undisturbed');
    first.close(1000, '');
    await proxy.events.next(named('viewer.left'));
    const next = pythonViewer(proxy.url('demo'));
    next.send('in its place');
    expect(await next.message()).toBe('in its place');
  });

  it('beyond the cap gets HTTP 503 where the operator chose that', async () => {
    const backend = await echoBackend();
    const refusing = ['--cap', '1', '--refuse-with', 'http'];
    const proxy = await runProgram(['--backend', backend.url, ...refusing]);
    await pythonViewer(proxy.url('demo')).next('open');
    const refused = pythonViewer(proxy.url('demo'));
    expect(await refused.next('refused')).toMatchObject({ status: 503 });
  });

  it('over its message limit reads 1009, also when it sends in fragments', async () => {
    const backend = await echoBackend();
    const proxy = await runProgram(['--backend', backend.url]);
    const tooBig = { code: 1009, reason: 'message too big' };
    const whole = pythonViewer(proxy.url('demo'));
    const inParts = pythonViewer(proxy.url('demo'));
    whole.send(randomBytes(256 * KIB + 1));
    inParts.sendParts([randomBytes(200 * KIB), randomBytes(56 * KIB + 1)]);
    expect(await whole.next('closed')).toMatchObject(tooBig);
    expect(await inParts.next('closed')).toMatchObject(tooBig);
    for (let time = 0; time < 2; time += 1) {
      await proxy.events.next(named('viewer.left', { cause: 'message-too-big' }));
    }
  });

  it('whose library answers pings stays, and one that answers none is evicted', async () => {
    const backend = await echoBackend();
    const often = ['--ping-interval', '50ms', '--pong-timeout', '500ms'];
    const proxy = await runProgram(['--backend', backend.url, ...often]);
    const lively = pythonViewer(proxy.url('demo'));
    await lively.next('open');
    const mute = pythonViewer(proxy.url('demo'), { mute: true });
    expect(await mute.next('closed')).toMatchObject({ code: 1001, reason: 'pong timeout' });
    const evicted = await proxy.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ cause: 'pong-timeout', viewers: 1 });
    // As many last twice as long as the mute one was borne.
    for (let pings = 0; pings < 20; pings += 1) await lively.next('pinged');
    lively.send('still here');
    expect(await lively.message()).toBe('still here');
    expect(proxy.events.all.filter(named('viewer.evicted'))).toHaveLength(1);
  });

  it('has the pings of its own keepalive answered by the backend', async () => {
    const backend = await echoBackend();
    const proxy = await runProgram(['--backend', backend.url]);
    const keywords = { ping_interval: 0.05, ping_timeout: 2 };
    const viewer = pythonViewer(proxy.url('demo'), { keywords });
    for (let pongs = 0; pongs < 10; pongs += 1) await viewer.next('pong');
    viewer.send('still here');
    expect(await viewer.message()).toBe('still here');
  });

  it('reads why the proxy ends it: no backend, and a proxy that stops', async () => {
    const refusing = await refusingBackend();
    const without = await runProgram(['--backend', refusing.url]);
    expect(await pythonViewer(without.url('demo')).next('closed')).toMatchObject({
      code: 1011,
      reason: 'backend unavailable',
    });
    const backend = await echoBackend();
    const proxy = await runProgram(['--backend', backend.url]);
    const viewer = pythonViewer(proxy.url('demo'));
    await viewer.next('open');
    expect(await proxy.stop()).toEqual({ code: 0, signal: null });
    expect(await viewer.next('closed')).toMatchObject({
      code: 1001,
      reason: 'proxy is shutting down',
    });
  });

  it('of a foreign page gets 403, one of the own page gets in', async () => {
    const backend = await echoBackend();
    const proxy = await runProgram(['--backend', backend.url]);
    const own = pythonViewer(proxy.url('demo'), {
      keywords: { origin: `http://${proxy.address}` },
    });
    await own.next('open');
    const foreign = pythonViewer(proxy.url('demo'), { keywords: { origin: 'http://evil.test' } });
    expect(await foreign.next('refused')).toMatchObject({ status: 403 });
  });

  it('connects over a Unix socket', async () => {
    const backend = await echoBackend();
    const unix = join(await privateDirectory(), 'proxy.sock');
    await runProgram(['--backend', backend.url, '--listen', `unix:${unix}`]);
    const viewer = pythonViewer('ws://localhost/ws/demo', { unix });
    viewer.send('by way of a file');
    expect(await viewer.message()).toBe('by way of a file');
  });
});
