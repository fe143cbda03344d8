/** A session that is full of viewers who do not answer, and newcomers who find it so. */
import type { ProxyOptions, ViewerId } from '../../src/contract.ts';
import { rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

/** How a ghost is closed. */
export const evicted = { code: 1001, reason: 'pong timeout' };

/** Silence after which a viewer is late, and the tick after it. */
export const LATE_MS = 17_000;

/** A session that is full of viewers who answer nothing, unless they are told to. */
export const fullSession = async (cap: number, options: Partial<ProxyOptions> = {}) => {
  const clock = new FakeClock();
  // Node's HTTP server leaves the end of a socket to whoever took it over.
  const backend = await rawBackend({
    onConnection: ({ peer }) => void peer.socket.on('end', () => peer.socket.end()),
  });
  const proxy = await withProxy(
    { backend: backend.template, cap, probeOnFullMs: 2_000, ...options },
    { clock },
  );
  const viewers: RawViewer[] = [];
  const ids: ViewerId[] = [];
  for (let nth = 0; nth < cap; nth += 1) {
    const viewer = connectRaw(proxy.url('a'), { answerPings: false });
    await viewer.open();
    viewers.push(viewer);
    ids.push((await proxy.events.next(named('viewer.admitted'))).viewer);
  }
  const come = () => connectRaw(proxy.url('a'));
  return { clock, backend, proxy, viewers, ids, come };
};

/** Pings that a viewer has got. */
export const pingsOf = (viewer: RawViewer): number => viewer.frames.all.filter(isPing).length;

/** All evictions so far. */
export const evictions = (proxy: TestProxy) => proxy.events.all.filter(named('viewer.evicted'));
