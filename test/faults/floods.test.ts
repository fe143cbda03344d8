/**
 * Floods of the smallest frames there are, which cost most for their bytes: the program holds no
 * more for them, and who is beside them does not feel it.
 */
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { forgetPeak, peakMiB, residentMiB } from '../support/process-figures.ts';
import { runProgram } from '../support/program.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { p99Of } from '../support/round-trips.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';

/** The sources themselves, which Node runs as they are. */
const script = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const { continuation, binary, ping, pong } = opcodes;

type Flood = {
  readonly what: string;
  /** One frame as often as that, behind `first`. */
  readonly each: (masked: boolean) => Buffer;
  readonly times: number;
  readonly first?: (masked: boolean) => Buffer;
  /** How many of them reach the other side; from there on the flood is refused. */
  readonly most?: { readonly viewer: number; readonly backend: number };
};

const fragment = (payload: string) => (masked: boolean) =>
  frame({ opcode: continuation, fin: false, payload, masked });
const begun = (masked: boolean) => frame({ opcode: binary, fin: false, payload: 'x', masked });

const FLOODS: readonly Flood[] = [
  {
    what: '100,000 Pings',
    each: (masked) => frame({ opcode: ping, payload: 'flood', masked }),
    times: 100_000,
  },
  {
    what: '100,000 Pongs that nobody asked for',
    each: (masked) => frame({ opcode: pong, payload: 'flood', masked }),
    times: 100_000,
  },
  {
    what: 'a million fragments of one byte',
    first: begun,
    each: fragment('x'),
    times: 1_000_000,
    most: { viewer: 262_143, backend: 1_000_000 },
  },
  {
    what: 'a million fragments of nothing',
    first: begun,
    each: fragment(''),
    times: 1_000_000,
    most: { viewer: 65_536, backend: 65_536 },
  },
];

/** Nothing but the bytes is looked at from here on; `reached` resolves with so many of them. */
const counted = (socket: Socket) => {
  socket.removeAllListeners('readable');
  let bytes = 0;
  let wanted = Number.POSITIVE_INFINITY;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= wanted) resolve();
  });
  return {
    bytes: () => bytes,
    reached: (count: number) => {
      wanted = count;
      if (bytes >= count) resolve();
      return within(`${count} bytes`, promise, { ms: 20_000, saw: () => `${bytes} came` });
    },
  };
};

/** Sends every message back until the connection ends. */
const echoes = async (peer: RawPeer): Promise<void> => {
  try {
    for (;;) {
      const { opcode, payload } = await peer.nextData();
      peer.sendFrame({ opcode, payload });
    }
  } catch {
    // It has ended.
  }
};

it.each(['viewer', 'backend'] as const)('a flood from a %s', async (side) => {
  const backend = await rawBackend({
    onConnection: ({ session, peer }) => {
      if (session === 'calm') void echoes(peer);
    },
  });
  const program = await runProgram(['--backend', backend.url], { script });
  const neighbour = await connectViewer(program.url('calm'));
  const quiet = await p99Of(neighbour, 200);

  for (const { what, each, times, first = () => Buffer.alloc(0), most } of FLOODS) {
    const viewer = connectRaw(program.url('wild'));
    await viewer.open();
    const { peer } = await backend.connections.next(({ session }) => session === 'wild');
    const [from, to] = side === 'viewer' ? [viewer, peer] : [peer, viewer];
    const arrived = counted(to.socket);
    const masked = side === 'viewer';
    const one = each(masked);
    const flood = Buffer.concat([first(masked), Buffer.alloc(one.length * times, one)]);
    const passing = most?.[side] ?? times;
    forgetPeak(program.pid);
    const before = residentMiB(program.pid);

    let over = false;
    const passed = arrived.reached(first(masked).length + one.length * passing).finally(() => {
      over = true;
    });
    from.send(flood);
    const [flooded] = await Promise.all([p99Of(neighbour, 200, () => !over), passed]);

    // One that is refused goes of itself.
    if (passing === times) viewer.destroy();
    const refused = side === 'viewer' ? 'message-too-big' : 'backend-lost';
    const cause = passing === times ? 'viewer-lost' : refused;
    await program.events.next(named('viewer.left', { cause, session: 'wild' }));
    // Behind those that passed comes nothing but a Close of the proxy.
    expect([what, arrived.bytes() - one.length * passing < 64]).toEqual([what, true]);
    expect([what, peakMiB(program.pid) - before < 64]).toEqual([what, true]);
    // Generous: the flood is made and counted in the process that takes the time.
    expect([what, flooded < Math.max(500, 10 * quiet)]).toEqual([what, true]);
  }
  await echo(neighbour, 'still here');
});
