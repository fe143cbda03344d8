import { describe, expect, it } from 'vitest';
import type { ProxyOptions, ViewerState } from '../../src/contract.ts';
import { floodBackend, rawBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { everything, type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { nearEnd } from './far-peers.ts';
import { farNetwork } from './namespace.ts';
import { longMessage, type Pace, paces, sendSlowly, slowViewer } from './slow-viewers.ts';

const KIB = 1024;
const WRITE_TIMEOUT_MS = 4_000;

/** So that a viewer is stuck after a second, and evicted after four. */
const quick = {
  pingIntervalMs: 500,
  pongTimeoutMs: 1_500,
  writeTimeoutMs: WRITE_TIMEOUT_MS,
} as const;

/** What the pictures of the proxy showed of the only viewer of a session. */
type Shown = {
  readonly state: ViewerState;
  readonly queuedBytes: number;
  readonly stuckMs: number;
};

/** Looks at every picture from now on. */
const watch = ({ control }: TestProxy, session: string): readonly Shown[] => {
  const shown: Shown[] = [];
  const watching = control.watch(everything, ({ viewers }) => {
    shown.push(...viewers.rows.filter((row) => row.session === session));
  });
  onCleanup(watching.close);
  return shown;
};

const namesOf = ({ events }: TestProxy, session: string): readonly string[] =>
  events.all.flatMap((one) => ('session' in one && one.session === session ? [one.event] : []));

/** A session whose backend sends without end, and a viewer of it that reads at that pace. */
const flooded = async (pace: Pace, timing: Partial<ProxyOptions>) => {
  const [far, backend] = await Promise.all([farNetwork(), floodBackend()]);
  const proxy = await withProxy({ backend: backend.template, listen: nearEnd(far), ...timing });
  const viewer = await slowViewer(far, proxy.address, 'a', pace);
  await proxy.events.next(named('viewer.admitted'));
  return { proxy, backend, viewer, shown: watch(proxy, 'a') };
};

const gone = ['viewer.evicted', 'viewer.left'];

describe('a viewer of what never ends', () => {
  it.for([
    ['50 KiB/s', { ...paces.fifty, buffer: 16 * KIB }, 8_000, 300 * KIB],
    ['4 KiB/s into a small buffer', paces.four, 16_000, 28 * KIB],
  ] as const)(
    'that reads %s is never stuck and stays',
    async ([, pace, writeTimeoutMs, enough]) => {
      const { proxy, viewer, shown } = await flooded(pace, { ...quick, writeTimeoutMs });
      await viewer.hasRead(enough, { ms: 60_000 });
      const names = namesOf(proxy, 'a');
      for (const name of [...gone, 'viewer.stuck']) expect(names).not.toContain(name);
      expect(shown.length).toBeGreaterThan(20);
      expect(shown.filter(({ state }) => state === 'stuck')).toEqual([]);
      // It is slow, and is seen to be.
      expect(shown.at(-1)?.queuedBytes).toBeGreaterThan(16 * KIB);
    },
  );

  it('that reads in bursts is stuck in between, and stays, whoever wants its slot', async () => {
    const pings = { pingIntervalMs: 1_500, pongTimeoutMs: 4_500 };
    const timing = { ...pings, writeTimeoutMs: 8_000, cap: 1, probeOnFullMs: 300 };
    const { proxy, viewer, shown } = await flooded(paces.bursts, timing);
    // Its kernel keeps more and more for it, and among that the Pings.
    for (let nth = 2; nth <= 4; nth += 1) {
      await viewer.hasRead(nth * paces.bursts.bytes, { ms: 60_000 });
      const newcomer = connectRaw(proxy.url('a'));
      expect((await newcomer.closed()).close?.code).toBe(1013);
    }
    const names = namesOf(proxy, 'a');
    for (const name of gone) expect(names).not.toContain(name);
    expect(names.filter((name) => name === 'viewer.stuck').length).toBeGreaterThan(1);
    expect(shown.some(({ state }) => state !== 'stuck')).toBe(true);
    expect(Math.max(...shown.map(({ stuckMs }) => stuckMs))).toBeLessThan(timing.writeTimeoutMs);
  });

  it('that never reads is stuck and evicted by the write deadline, though it sends all the while', async () => {
    const { proxy, shown, backend } = await flooded(
      { bytes: 0, everyMs: 1_000, sendEveryMs: 100 },
      quick,
    );
    await proxy.events.next(named('viewer.stuck'));
    const evicted = await proxy.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ cause: 'write-timeout', closeSent: false, viewers: 0 });
    const { durationMs } = await proxy.events.next(named('viewer.left'));
    expect(durationMs).toBeGreaterThan(0.9 * WRITE_TIMEOUT_MS);
    expect(durationMs).toBeLessThan(2 * WRITE_TIMEOUT_MS);
    // It lives, so that it is not late before it is stuck.
    const states = shown.map(({ state }) => state);
    expect(states).toContain('stuck');
    expect(states.slice(0, states.indexOf('stuck'))).not.toContain('late');
    await backend.tally.until((tally) => tally.open('a') === 0, 'its backend to be let go');
  });

  it('that reads a lot and then no more is evicted by the write deadline too', async () => {
    const pace = { bytes: 8 * KIB * KIB, everyMs: 1_000, times: 1 };
    const { proxy, viewer, shown } = await flooded(pace, quick);
    const evicted = await proxy.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ cause: 'write-timeout', closeSent: false });
    expect(viewer.read()).toBeGreaterThan(256 * KIB);
    expect(shown.some(({ state }) => state === 'stuck')).toBe(true);
  });
});

describe('a viewer that sends one message of 256 KiB slowly', () => {
  it('is well all the while, and so is a backend that waits for it', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({
      backend: backend.template,
      ...quick,
      backendPingIntervalMs: quick.pingIntervalMs,
    });
    // Until its message is over it cannot answer a Ping.
    const viewer = connectRaw(proxy.url('a'), { answerPings: false });
    await viewer.open();
    const { peer } = await backend.connections.next();
    const shown = watch(proxy, 'a');
    sendSlowly(viewer, true);
    const arrived = await peer.frames.next(
      ({ opcode }) => opcode === opcodes.binary,
      'the message',
      { ms: 30_000 },
    );
    expect(arrived.payload).toHaveLength(longMessage.length);
    expect(arrived.payload.equals(longMessage)).toBe(true);
    expect(new Set(shown.map(({ state }) => state))).toEqual(new Set(['ok']));
    expect(namesOf(proxy, 'a')).toEqual(['viewer.admitted']);
  });
});
