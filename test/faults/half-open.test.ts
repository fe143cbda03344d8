import { describe, expect, it } from 'vitest';
import { rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { eventually } from '../support/process-figures.ts';
import { onlyRow } from '../proxy/pair.ts';
import { farBackend, farViewer, nearEnd } from './far-peers.ts';
import { askKernel, type End, farEndOf } from './kill-tcp.ts';
import { farNetwork } from './namespace.ts';

const PING_BYTES = 10;

const quick = { cap: 1, pingIntervalMs: 500, pongTimeoutMs: 1_500 } as const;

/** Long enough to look at what the kernel has, before it is over. */
const PATIENT_MS = 4_000;

const pongTimeout = { cause: 'pong-timeout', code: 1001, reason: 'pong timeout' } as const;

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

const names = ({ events }: TestProxy): readonly string[] => events.all.map(({ event }) => event);

/** One viewer in another network, which has answered a Ping, and its backend. */
const farPair = async (options: Partial<Parameters<typeof withProxy>[0]> = {}) => {
  const far = await farNetwork();
  const backend = await rawBackend();
  const timing = { ...quick, ...options };
  const proxy = await withProxy({ backend: backend.template, listen: nearEnd(far), ...timing });
  const viewer = await farViewer(far, proxy, 'a');
  const { peer } = await backend.connections.next();
  await eventually('it has answered', async () => (await onlyRow(proxy)).rttMs !== null);
  return { far, backend, proxy, viewer, peer, end: farEndOf(viewer.socket) };
};

/** The slot is free: somebody else takes it, and a frame goes round. */
const takesTheSlot = async ({ proxy, backend }: Awaited<ReturnType<typeof farPair>>) => {
  const next = connectRaw(proxy.url('a'));
  await next.open();
  const { peer } = await backend.connections.next();
  next.sendFrame({ opcode: opcodes.text, payload: 'there?' });
  expect((await peer.nextData()).payload.toString()).toBe('there?');
  peer.sendFrame({ opcode: opcodes.text, payload: 'here' });
  expect((await next.nextData()).payload.toString()).toBe('here');
};

const isGivenBack = (end: End): Promise<void> =>
  eventually('its descriptor is given back', async () => (await askKernel(end))?.held !== true);

const faults = [
  ['whose link goes down', 'unplug'],
  ['whose packets are swallowed', 'swallow'],
] as const;

describe('a viewer in another network', () => {
  it.for(faults)(
    '%s is evicted by the pong deadline, although every write succeeds',
    async ([, fault]) => {
      const ends = await farPair({ pongTimeoutMs: PATIENT_MS });
      const { far, proxy, end, peer } = ends;
      await eventually(
        'all is acknowledged',
        async () => (await askKernel(end))?.unacknowledged === 0,
      );
      await far[fault]();
      const began = performance.now();
      await proxy.events.next(named('viewer.expiring'));
      // Pings of the meantime: the kernel has taken them, and nothing waits in the process.
      expect(await askKernel(end)).toMatchObject({ state: 'ESTAB', held: true });
      expect((await askKernel(end))?.unacknowledged).toBeGreaterThanOrEqual(PING_BYTES);
      expect((await onlyRow(proxy)).stuckMs).toBe(0);
      const evicted = await proxy.events.next(named('viewer.evicted', pongTimeout));
      expect(performance.now() - began).toBeLessThan(2 * PATIENT_MS);
      expect(evicted).toMatchObject({ viewers: 0, closeSent: true });
      expect((await peer.closed()).close).toEqual({ code: 1001, reason: 'viewer evicted' });
      await takesTheSlot(ends);
      await isGivenBack(end);
    },
  );

  it('and that is sent data all the while is evicted by the write deadline, at the latest', async () => {
    const ends = await farPair({
      pingIntervalMs: 1_000,
      pongTimeoutMs: 30_000,
      writeTimeoutMs: 2_000,
    });
    const { far, proxy, viewer, peer, end } = ends;
    await viewer.nextFrame(isPing);
    await far.unplug();
    peer.sendFrame({ opcode: opcodes.text, payload: 'into the void' });
    await proxy.events.next(named('viewer.stuck'));
    expect((await onlyRow(proxy)).queuedBytes).toBeGreaterThanOrEqual(15);
    expect(await askKernel(end)).toMatchObject({ state: 'ESTAB', held: true });
    peer.sendFrame({ opcode: opcodes.text, payload: 'and more of it' });
    await proxy.events.next(named('viewer.evicted', { cause: 'write-timeout' }));
    await takesTheSlot(ends);
    await isGivenBack(end);
  });

  it('that comes back before the deadline goes on where it was', async () => {
    const { far, proxy, viewer, peer } = await farPair({ pongTimeoutMs: 20_000 });
    await far.unplug();
    peer.sendFrame({ opcode: opcodes.text, payload: 'held up' });
    await proxy.events.next(named('viewer.expiring'));
    await far.plug();
    expect((await viewer.nextData()).payload.toString()).toBe('held up');
    await proxy.events.next(named('viewer.recovered'));
    viewer.sendFrame({ opcode: opcodes.text, payload: 'heard' });
    expect((await peer.nextData()).payload.toString()).toBe('heard');
    expect(names(proxy)).not.toContain('viewer.left');
  });
});

/** A viewer of this machine, and its backend in another network. */
const farBackendPair = async (options: Partial<Parameters<typeof withProxy>[0]> = {}) => {
  const far = await farNetwork();
  const backend = await farBackend(far);
  const proxy = await withProxy({
    backend: backend.template,
    ...quick,
    backendPingIntervalMs: 500,
    ...options,
  });
  const viewer = connectRaw(proxy.url('a'));
  await viewer.open();
  return { far, proxy, viewer, peer: await backend.connections.next() };
};

describe('a backend in another network', () => {
  const backendLost = { code: 1011, reason: 'backend lost' };

  it.for(faults)('%s is lost, although every write succeeds', async ([, fault]) => {
    const { far, proxy, viewer, peer } = await farBackendPair({ pongTimeoutMs: 3_000 });
    const end = farEndOf(peer.socket);
    await peer.nextFrame(isPing);
    await eventually(
      'all is acknowledged',
      async () => (await askKernel(end))?.unacknowledged === 0,
    );
    await far[fault]();
    const began = performance.now();
    await eventually('a Ping waits in the kernel', async () => {
      const kernel = await askKernel(end);
      return kernel?.state === 'ESTAB' && kernel.unacknowledged > PING_BYTES;
    });
    const left = await proxy.events.next(named('viewer.left'));
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(left).toMatchObject({ cause: 'backend-lost', ...backendLost, closeSent: true });
    expect((await viewer.closed()).close).toEqual(backendLost);
    expect(names(proxy)).not.toContain('viewer.evicted');
    await isGivenBack(end);
  });

  it('and that is sent data all the while is lost by the write deadline, at the latest', async () => {
    const { far, proxy, viewer, peer } = await farBackendPair({ writeTimeoutMs: 2_000 });
    const end = farEndOf(peer.socket);
    await peer.nextFrame(isPing);
    await far.unplug();
    viewer.sendFrame({ opcode: opcodes.text, payload: 'into the void' });
    const left = await proxy.events.next(named('viewer.left'));
    expect(left).toMatchObject({ cause: 'backend-lost', ...backendLost, closeSent: true });
    expect(left.bytesToBackend).toBeGreaterThan(0);
    await isGivenBack(end);
  });

  it('that is there and has nothing to say stays', async () => {
    const { proxy, viewer, peer } = await farBackendPair();
    for (let nth = 0; nth < 6; nth += 1) await peer.nextFrame(isPing);
    peer.sendFrame({ opcode: opcodes.text, payload: 'at last' });
    expect((await viewer.nextData()).payload.toString()).toBe('at last');
    expect(viewer.frames.all.filter(({ opcode }) => opcode === opcodes.pong)).toEqual([]);
    expect(names(proxy)).not.toContain('viewer.left');
  });

  it('is not asked with an interval of 0, and its silence is no fault', async () => {
    const { far, proxy, viewer, peer } = await farBackendPair({ backendPingIntervalMs: 0 });
    for (let nth = 0; nth < 4; nth += 1) await viewer.nextFrame(isPing);
    expect(peer.frames.all).toEqual([]);
    await far.unplug();
    for (let nth = 0; nth < 4; nth += 1) await viewer.nextFrame(isPing);
    expect(names(proxy)).not.toContain('viewer.left');
  });
});
