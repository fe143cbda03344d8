import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import {
  echoBackend,
  hangingBackend,
  rawBackend,
  refusingBackend,
  statusBackend,
} from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { eventually } from '../support/process-figures.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo, refusedHandshake } from '../support/viewer.ts';
import { measuredProxy, scrape } from './measured-proxy.ts';

const actor = 'test';

describe('the metrics of a proxy with real viewers', () => {
  it('count who came, who was refused, who was evicted and who left, and why', async () => {
    const { proxy, metrics } = await measuredProxy({
      backend: (await echoBackend()).template,
      cap: 3,
    });
    const viewers = await Promise.all([1, 2, 3].map(() => connectViewer(proxy.url('a'))));
    await connectViewer(proxy.url('b'));
    for (let nth = 0; nth < 5; nth += 1) await closeOf(await connectViewer(proxy.url('a')));
    const full = await scrape(metrics);
    expect(full.value('wsbouncer_viewers')).toBe(4);
    expect(full.value('wsbouncer_viewers_by_state', { state: 'ok' })).toBe(4);
    expect(full.value('wsbouncer_sessions')).toBe(2);
    expect(full.value('wsbouncer_sessions_at_cap')).toBe(1);
    expect(full.value('wsbouncer_cap')).toBe(3);
    expect(full.value('wsbouncer_max_viewers')).toBe(10_000);
    expect(full.value('wsbouncer_admissions_total', { result: 'admitted' })).toBe(4);
    expect(full.value('wsbouncer_admissions_total', { result: 'refused' })).toBe(5);
    expect(full.value('wsbouncer_refusals_total', { reason: 'cap' })).toBe(5);
    expect(full.value('wsbouncer_closes_total', { side: 'viewer', code: '1013' })).toBe(5);
    expect(full.value('wsbouncer_backend_dial_seconds_count', { result: 'ok' })).toBe(4);

    await proxy.control.command({ do: 'set-cap', cap: 2, session: 'a' as SessionId, actor });
    const lowered = await scrape(metrics);
    expect(lowered.value('wsbouncer_sessions_over_cap')).toBe(1);
    expect(lowered.value('wsbouncer_sessions_at_cap')).toBe(1);

    const { viewer } = await proxy.events.next(named('viewer.admitted', { session: 'a' }));
    await proxy.control.command({ do: 'evict', viewer, actor });
    await proxy.events.next(named('viewer.left', { viewer }));
    const { viewer: second } = await proxy.events.next(named('viewer.admitted', { session: 'a' }));
    viewers[1]!.close(4001, 'enough');
    await proxy.events.next(named('viewer.left', { viewer: second }));
    viewers[2]!.close();
    await proxy.events.next(named('viewer.left', { session: 'a' }));

    const after = await scrape(metrics);
    expect(after.value('wsbouncer_evictions_total', { reason: 'operator' })).toBe(1);
    expect(after.value('wsbouncer_leaves_total', { reason: 'evicted' })).toBe(1);
    expect(after.value('wsbouncer_leaves_total', { reason: 'viewer-closed' })).toBe(2);
    expect(after.value('wsbouncer_closes_total', { side: 'viewer', code: '1008' })).toBe(1);
    expect(after.value('wsbouncer_closes_total', { side: 'backend', code: '4xxx' })).toBe(1);
    expect(after.value('wsbouncer_closes_total', { side: 'backend', code: 'empty' })).toBe(1);
    expect(after.value('wsbouncer_viewer_lifetime_seconds_count')).toBe(3);
    expect(after.value('wsbouncer_viewers')).toBe(1);
    expect(after.value('wsbouncer_sessions_at_cap')).toBe(0);
  });

  it('tell a viewer that was cut from one that closed', async () => {
    const { proxy, metrics } = await measuredProxy({ backend: (await echoBackend()).template });
    const viewer = await connectViewer(proxy.url('a'));
    viewer.terminate();
    await proxy.events.next(named('viewer.left', { cause: 'viewer-lost' }));
    const { value } = await scrape(metrics);
    expect(value('wsbouncer_leaves_total', { reason: 'viewer-lost' })).toBe(1);
    expect(value('wsbouncer_closes_total', { side: 'viewer', code: 'none' })).toBe(1);
  });

  it('say what became of dials', async () => {
    const refusing = await measuredProxy({ backend: (await refusingBackend()).template });
    await closeOf(await connectViewer(refusing.proxy.url('a')));
    const refused = await scrape(refusing.metrics);
    expect(refused.value('wsbouncer_admissions_total', { result: 'failed' })).toBe(1);
    expect(refused.value('wsbouncer_backend_dial_seconds_count', { result: 'refused' })).toBe(1);
    expect(refused.value('wsbouncer_closes_total', { side: 'viewer', code: '1011' })).toBe(1);

    const wrong = await measuredProxy({
      backend: (await statusBackend(500)).template,
      refuseWith: 'http',
    });
    expect((await refusedHandshake(wrong.proxy.url('a'))).status).toBe(502);
    const answered = await scrape(wrong.metrics);
    expect(answered.value('wsbouncer_backend_dial_seconds_count', { result: 'bad-answer' })).toBe(
      1,
    );
    // A status is no Close.
    const closes = answered.families.get('wsbouncer_closes')?.samples ?? [];
    expect(closes.map(({ value }) => value)).toEqual(closes.map(() => 0));

    const hanging = await hangingBackend();
    const { proxy, metrics } = await measuredProxy({ backend: hanging.template });
    const viewer = connectRaw(proxy.url('a'));
    await hanging.dials.next();
    const dialling = await scrape(metrics);
    expect(dialling.value('wsbouncer_viewers_by_state', { state: 'dialling' })).toBe(1);
    viewer.socket.destroy();
    await proxy.events.next(named('backend.unavailable'));
    const aborted = await scrape(metrics);
    expect(aborted.value('wsbouncer_admissions_total', { result: 'aborted' })).toBe(1);
    expect(aborted.value('wsbouncer_backend_dial_seconds_count', { result: 'aborted' })).toBe(1);
  });

  it('count relayed bytes and messages to the byte, of those that are gone too', async () => {
    const { proxy, metrics } = await measuredProxy({ backend: (await echoBackend()).template });
    const relayed = async () => {
      const { value } = await scrape(metrics);
      return (['to-viewer', 'to-backend'] as const).map((direction) => ({
        bytes: value('wsbouncer_relay_bytes_total', { direction }),
        messages: value('wsbouncer_relay_messages_total', { direction }),
      }));
    };
    const first = await connectViewer(proxy.url('a'));
    const second = await connectViewer(proxy.url('b'));
    for (let nth = 0; nth < 3; nth += 1) await echo(first, 'x'.repeat(100));
    await echo(second, Buffer.alloc(1_000));
    // Frames: 2 bytes, 2 more from 126 bytes on, and 4 of a mask from the viewer.
    const expected = [
      { bytes: 3 * 102 + 1_004, messages: 4 },
      { bytes: 3 * 106 + 1_008, messages: 4 },
    ];
    expect(await relayed()).toEqual(expected);

    first.close();
    await proxy.events.next(named('viewer.left'));
    expect(await relayed()).toEqual(expected);
    await eventually('nothing to be left of it', () => first.readyState === first.CLOSED);
    expect(await relayed()).toEqual(expected);
    second.terminate();
    const left = await proxy.events.next(named('viewer.left', { session: 'b' }));
    expect(left).toMatchObject({ bytesToViewer: 1_004, bytesToBackend: 1_008 });
    expect(await relayed()).toEqual(expected);
  });

  it('count what a viewer that was evicted is still passed, up to the end of the frame', async () => {
    const backend = await rawBackend();
    const { proxy, metrics } = await measuredProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url('a'));
    await viewer.open();
    const { peer } = await backend.connections.next();
    const whole = frame({ opcode: opcodes.binary, payload: Buffer.alloc(5_000) });
    peer.send(whole.subarray(0, 1_000));
    const toViewer = { direction: 'to-viewer' };
    const bytes = async () =>
      (await scrape(metrics)).value('wsbouncer_relay_bytes_total', toViewer);
    await eventually('a part to be passed on', async () => (await bytes()) === 1_000);
    const { viewer: id } = await proxy.events.next(named('viewer.admitted'));
    await proxy.control.command({ do: 'evict', viewer: id, actor });
    peer.send(whole.subarray(1_000));
    await viewer.closed();
    expect(await bytes()).toBe(whole.length);
    const left = await proxy.events.next(named('viewer.left'));
    expect(left.bytesToViewer).toBe(1_000);
  });

  it('have every round trip of a Ping that was answered', async () => {
    const { proxy, metrics, rtts } = await measuredProxy({
      backend: (await echoBackend()).template,
      pingIntervalMs: 100,
      pongTimeoutMs: 10_000,
    });
    await Promise.all([1, 2, 3].map(() => connectViewer(proxy.url('a'))));
    await eventually('some Pongs', () => rtts.length >= 9);
    const before = rtts.length;
    const { value } = await scrape(metrics);
    const count = value('wsbouncer_ping_rtt_seconds_count');
    expect(count).toBeGreaterThanOrEqual(before);
    expect(count).toBeLessThanOrEqual(rtts.length);
    expect(value('wsbouncer_ping_rtt_seconds_sum')).toBeGreaterThan(0);
    expect(value('wsbouncer_ping_rtt_seconds_sum')).toBeLessThan(count * 10);
  });

  it('hand the values of a scrape that runs to whoever asks meanwhile', async () => {
    let measured = 0;
    const { proxy, metrics } = await measuredProxy({ backend: (await echoBackend()).template });
    metrics.follow(() => {
      measured += 1;
      return proxy.control.measure();
    });
    const all = await Promise.all(Array.from({ length: 50 }, () => metrics.metrics()));
    expect(new Set(all).size).toBe(1);
    expect(measured).toBe(1);
    await metrics.metrics();
    expect(measured).toBe(2);
  });

  it('go on after a scrape that failed', async () => {
    const { proxy, metrics } = await measuredProxy({ backend: (await echoBackend()).template });
    metrics.follow(() => {
      throw new Error('no measures');
    });
    await expect(metrics.metrics()).rejects.toThrow('no measures');
    metrics.follow(proxy.control.measure);
    expect((await scrape(metrics)).value('wsbouncer_viewers')).toBe(0);
  });
});
