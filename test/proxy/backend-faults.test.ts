import { describe, expect, it } from 'vitest';
import type { ProxyOptions, ViewerId } from '../../src/contract.ts';
import { hangingBackend, rawBackend, type RawBackendOptions } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, frameHeader } from '../support/frames.ts';
import { randomFrom } from '../support/random.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { quietProxy } from './aftermath.ts';
import { askAlong, onlyRow, turns, until } from './pair.ts';

const lost = { code: 1011, reason: 'backend lost' };
const unavailable = { code: 1011, reason: 'backend unavailable' };
const protocolError = { code: 1002, reason: 'protocol error' };

/** A viewer and its backend's end, with what is to be quiet after them. */
const setUp = async (backend: RawBackendOptions = {}, options: Partial<ProxyOptions> = {}) => {
  const set = await quietProxy(await rawBackend(backend), options);
  const viewer = connectRaw(set.proxy.url('a'));
  await viewer.open();
  const { peer } = await set.backend.connections.next();
  // Node's HTTP server leaves that to whoever took the socket over.
  peer.socket.on('end', () => peer.socket.end());
  return { ...set, viewer, peer };
};

type Set = Awaited<ReturnType<typeof setUp>>;

const leftOf = ({ proxy }: Pick<Set, 'proxy'>) => proxy.events.next(named('viewer.left'));

/** Time passes until the viewer is gone; returns how much did. */
const passUntilLeft = async ({ clock, proxy }: Set, tickMs: number): Promise<number> => {
  const start = clock.now();
  await until('the viewer is gone', async () => {
    clock.advance(tickMs);
    await turns(3);
    await askAlong();
    await turns(2);
    return proxy.events.left.some(({ event }) => event === 'viewer.left');
  });
  return clock.now() - start;
};

const text = frame({ opcode: opcodes.text, payload: 'on its way' });

describe('a backend that dies', () => {
  const deaths: readonly (readonly [string, (peer: RawPeer) => unknown])[] = [
    ['ends TCP', (peer) => peer.socket.end()],
    ['is reset', (peer) => peer.reset()],
    ['ends TCP behind a frame', (peer) => peer.socket.end(text)],
    ['ends TCP behind half a message', (peer) => peer.socket.end(frame({ opcode: 1, fin: false }))],
    ['ends TCP without reading what was sent', (peer) => peer.destroy()],
  ];
  it.for(deaths)('and %s is told to the viewer, and nothing is left', async ([, die]) => {
    const set = await setUp();
    set.viewer.sendFrame({ opcode: opcodes.text, payload: 'are you there' });
    die(set.peer);
    expect((await set.viewer.closed()).close).toEqual(lost);
    expect(await leftOf(set)).toMatchObject({ cause: 'backend-lost', ...lost, viewers: 0 });
    await set.nothingLeft();
  });

  it.for([
    ['ends TCP', (peer: RawPeer) => peer.socket.end()],
    ['is reset', (peer: RawPeer) => peer.reset()],
  ] as const)('and %s in the middle of a frame cuts the viewer', async ([, die]) => {
    const set = await setUp();
    set.peer.send(frameHeader({ opcode: opcodes.binary, claims: 100 }));
    await until('it is passed on', async () => (await onlyRow(set.proxy)).bytesToViewer === 2);
    die(set.peer);
    expect((await set.viewer.closed()).close).toBeNull();
    expect(await leftOf(set)).toMatchObject({ cause: 'backend-lost', closeSent: false });
    await set.nothingLeft();
  });
});

describe('a backend that stops', () => {
  it('in its handshake is unavailable after the dial timeout, and nothing is left', async () => {
    const set = await quietProxy(await hangingBackend());
    const viewer = connectRaw(set.proxy.url('a'));
    await set.backend.dials.next();
    set.clock.advance(10_000);
    expect((await viewer.closed()).close).toEqual(unavailable);
    const event = await set.proxy.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'timeout', viewers: 0 });
    await set.backend.tally.until((tally) => tally.open('any') === 0, 'the dial to end');
    await set.nothingLeft();
  });

  it.for([
    ['in mid-frame', frameHeader({ opcode: opcodes.binary, claims: 100 }), null],
    ['between two frames', frame({ opcode: opcodes.text, payload: 'and then' }), lost],
    ['in mid-message', frame({ opcode: opcodes.text, payload: 'and', fin: false }), lost],
  ] as const)('%s is lost after the pong timeout, and nothing is left', async ([, said, close]) => {
    const set = await setUp({ answerPings: false });
    set.peer.send(said);
    await until('it is passed on', async () => (await onlyRow(set.proxy)).bytesToViewer > 0);
    expect(await passUntilLeft(set, 5_000)).toBe(45_000);
    expect(await leftOf(set)).toMatchObject({ cause: 'backend-lost' });
    expect((await set.viewer.closed()).close).toEqual(close);
    await set.nothingLeft();
  });

  it('reading is lost to the write deadline, and nothing is left', async () => {
    const set = await setUp();
    set.peer.pause();
    const one = frame({ opcode: opcodes.binary, payload: Buffer.alloc(200_000), masked: true });
    await until('the viewer is paused', async () => {
      if (set.viewer.socket.writableLength === 0) set.viewer.send(one);
      return (await onlyRow(set.proxy)).deadlineHeld;
    });
    expect(await passUntilLeft(set, 1_000)).toBeGreaterThanOrEqual(20_000);
    expect(await leftOf(set)).toMatchObject({ cause: 'backend-lost', ...lost });
    expect((await set.viewer.closed()).close).toEqual(lost);
    // One that reads nothing does not see its end either.
    set.peer.resume();
    expect((await set.peer.closed()).how).toBe('reset');
    await set.nothingLeft();
  });
});

const random = randomFrom(4);

/** The first byte is one that no frame begins with. */
const noise = (): Buffer => Buffer.concat([Buffer.from([0x73]), random.bytes(5_000)]);

describe('a backend that sends garbage', () => {
  const answers: readonly (readonly [string, string])[] = [
    ['random bytes', random.bytes(2_000).toString('latin1')],
    ['an endless line', 'HTTP/1.1 101 '.padEnd(100_000, 'x')],
    ['endless headers', `HTTP/1.1 101 Switching Protocols\r\n${'X: y\r\n'.repeat(20_000)}`],
    ['frames without a 101', text.toString('latin1').repeat(2_000)],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['a NUL in a header', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: web\0socket\r\n\r\n'],
  ];
  it.for(answers)('before its 101 (%s) is unavailable', async ([, answer]) => {
    const set = await quietProxy(await rawBackend({ answer }));
    const viewer = connectRaw(set.proxy.url('a'));
    // What does not end is waited for in vain.
    await set.backend.connections.next();
    await turns(20);
    set.clock.advance(10_000);
    expect((await viewer.closed()).close).toEqual(unavailable);
    const event = await set.proxy.events.next(named('backend.unavailable'));
    expect(event.viewers).toBe(0);
    expect(event.detail).not.toContain('xxx');
    await set.nothingLeft();
  });

  it.for([
    ['right behind its 101', noise(), true],
    ['later', noise(), false],
    ['behind a frame', Buffer.concat([text, noise()]), false],
    ['that is HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), false],
    ['that is a masked frame', frame({ opcode: 1, payload: 'x', masked: true }), false],
  ] as const)('after it (%s) is told 1002, its viewer 1011', async ([, bytes, early]) => {
    const set = await setUp({ answerClose: false, ...(early && { early: bytes }) });
    if (!early) set.peer.send(bytes);
    expect((await set.viewer.closed()).close).toEqual(lost);
    expect(await leftOf(set)).toMatchObject({ cause: 'backend-lost', ...lost });
    expect((await set.peer.closed()).close).toEqual(protocolError);
    await set.nothingLeft();
  });
});

const evict = ({ proxy }: Set) =>
  proxy.control.command({ do: 'evict', viewer: 'v1' as ViewerId, actor: 'test' });

describe('a backend that ignores a Close', () => {
  const causes: readonly (readonly [string, (set: Set) => unknown, number])[] = [
    [
      'of its viewer',
      ({ viewer }) => viewer.sendFrame({ opcode: 8, payload: closing(4000) }),
      4000,
    ],
    ['after its viewer was reset', ({ viewer }) => viewer.reset(), 1001],
    ['after its viewer was evicted', evict, 1001],
    ['after its own offence', ({ peer }) => peer.sendFrame({ opcode: 3 }), 1002],
  ];
  it.for(causes)('%s and goes on talking is cut 2 s later', async ([, end, code]) => {
    const set = await setUp({ answerClose: false });
    // Not even when the proxy ends TCP does it end it too.
    set.peer.socket.removeAllListeners('end');
    await end(set);
    const close = await set.peer.nextFrame(({ opcode }) => opcode === opcodes.close);
    expect(close.payload.readUInt16BE()).toBe(code);
    await leftOf(set);
    for (let nth = 0; nth < 7; nth += 1) {
      set.clock.advance(250);
      set.peer.send(text);
      await turns(2);
    }
    expect(set.backend.tally.open('a')).toBe(1);
    set.clock.advance(250);
    // It learns of it by what it says next.
    await until('it is cut', () => {
      set.peer.send(text);
      return set.backend.tally.open('a') === 0;
    });
    await set.nothingLeft();
  });

  it('because it reads nothing is cut too', async () => {
    const set = await setUp({ answerClose: false });
    set.peer.pause();
    const one = frame({ opcode: opcodes.binary, payload: Buffer.alloc(200_000), masked: true });
    await until('the viewer is paused', async () => {
      if (set.viewer.socket.writableLength === 0) set.viewer.send(one);
      return (await onlyRow(set.proxy)).deadlineHeld;
    });
    await evict(set);
    await leftOf(set);
    set.clock.advance(1_000);
    await turns(5);
    set.peer.resume();
    expect((await set.peer.closed()).how).toBe('reset');
    expect((await set.viewer.closed()).close?.code).toBe(1008);
    await set.nothingLeft();
  });
});

/** RFC 6455 7.4 and the IANA registry, written down anew. */
const isLegal = (code: number): boolean =>
  [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code) ||
  code >= 3000;

describe('a backend that closes', () => {
  it(
    'with every code from 1000 to 4999 is passed on or found out',
    { timeout: 120_000 },
    async () => {
      const codes = Array.from({ length: 4_000 }, (_, nth) => 1_000 + nth);
      const backend = await rawBackend({
        onConnection: ({ session, peer }) => {
          const payload = closing(Number(session), 'why');
          peer.sendFrame({ opcode: opcodes.close, payload });
        },
      });
      const set = await quietProxy(backend);
      const wrong: unknown[] = [];
      const ask = async (code: number): Promise<void> => {
        const { close } = await connectRaw(set.proxy.url(String(code))).closed();
        const expected = isLegal(code) ? { code, reason: 'why' } : lost;
        if (close?.code !== expected.code || close.reason !== expected.reason) {
          wrong.push({ code, close });
        }
      };
      const queue = codes.values();
      const work = async (): Promise<void> => {
        for (const code of queue) await ask(code);
      };
      await Promise.all(Array.from({ length: 50 }, work));
      expect(wrong).toEqual([]);
      for (const { session, peer } of backend.connections.all) {
        const code = Number(session);
        const { close } = await peer.closed();
        const expected = isLegal(code) ? { code, reason: 'why' } : protocolError;
        if (close?.code !== expected.code || close.reason !== expected.reason) {
          wrong.push({ code, close, at: 'backend' });
        }
      }
      expect(wrong).toEqual([]);
      const left = set.proxy.events.all.filter(named('viewer.left'));
      expect(left).toHaveLength(4_000);
      for (const { session, cause, code } of left) {
        const expected = isLegal(Number(session)) ? Number(session) : 1011;
        if (code !== expected || (cause === 'backend-closed') !== (expected === Number(session))) {
          wrong.push({ session, cause, code });
        }
      }
      expect(wrong).toEqual([]);
      await set.nothingLeft();
    },
  );

  it('without a code is passed on without one', async () => {
    const set = await setUp();
    set.peer.sendFrame({ opcode: opcodes.close });
    expect((await set.viewer.closed()).close).toEqual({ code: 1005, reason: '' });
    expect((await set.peer.closed()).close).toEqual({ code: 1005, reason: '' });
    const left = await leftOf(set);
    expect(left).toMatchObject({ cause: 'backend-closed', closeSent: true });
    expect(left).not.toHaveProperty('code');
    await set.nothingLeft();
  });
});

it('a backend that never stops sending Pongs nobody asked for leaves nothing behind', async () => {
  const set = await setUp();
  const one = frame({ opcode: opcodes.pong, payload: 'nobody asked' });
  const block = Buffer.concat(Array.from({ length: 2_000 }, () => one));
  let goesOn = true;
  const pour = (error?: Error | null): void => {
    if (goesOn && !error) set.peer.socket.write(block, pour);
  };
  pour();
  // A Ping of the proxy finds its place in between, and its Pong is found among the others.
  for (let nth = 0; nth < 30; nth += 1) {
    set.clock.advance(1_000);
    await turns(3);
  }
  set.viewer.sendFrame({ opcode: opcodes.text, payload: 'still here' });
  expect((await set.peer.nextData()).payload.toString()).toBe('still here');
  const ping = await set.viewer.nextFrame(({ opcode }) => opcode === opcodes.ping);
  expect(ping.payload).toHaveLength(8);
  goesOn = false;
  expect((await set.viewer.leave()).close).toEqual({ code: 1000, reason: '' });
  await set.nothingLeft();
});
