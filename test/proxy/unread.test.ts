import { expect, it } from 'vitest';
import { named } from '../support/events.ts';
import { FrameReader, opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { onlyRow, pair, pass, turns, until } from './pair.ts';

const SIP = 64 * 1024;

/** So small that each is read whole: the proxy stops at the end of one. */
const piece = frame({ opcode: opcodes.binary, payload: Buffer.alloc(16_000) });

const bySeconds = { tickMs: 1_000, asking: true } as const;

it('a viewer whose Ping lies unread in its own kernel stays while it takes what waits, and loses its slot to nobody', async () => {
  const ends = await pair({ proxy: { cap: 1, probeOnFullMs: 2_000 } });
  const { clock, proxy, peer, viewer } = ends;
  await pass(clock, 250);
  await until('it has answered', async () => (await onlyRow(proxy)).rttMs !== null);
  const reader = new FrameReader();
  const sip = async (): Promise<void> => {
    const size = Math.min(SIP, viewer.socket.readableLength);
    const chunk = viewer.socket.read(size) as Buffer | null;
    for (const { opcode, payload } of reader.feed(chunk ?? Buffer.alloc(0))) {
      if (opcode === opcodes.ping) viewer.sendFrame({ opcode: opcodes.pong, payload });
    }
    await turns();
  };
  const send = async (): Promise<number> => {
    const sent = (await onlyRow(proxy)).bytesToViewer + piece.length;
    peer.send(piece);
    await until('it is passed on', async () => (await onlyRow(proxy)).bytesToViewer === sent);
    return sent;
  };

  viewer.pause();
  // Two sips and a half, all of which its kernel takes; behind them comes the Ping.
  while ((await send()) < 2.5 * SIP);
  await pass(clock, 15_000);
  while ((await onlyRow(proxy)).queuedBytes === 0) await send();
  await pass(clock, 3_000, bySeconds);
  await sip();
  await pass(clock, 1_000, bySeconds);
  expect(await onlyRow(proxy)).toMatchObject({ state: 'late' });

  const newcomer = connectRaw(proxy.url('a'));
  await until('it is held', async () => (await proxy.snapshot()).totals.held === 1);
  await pass(clock, 3_000, { tickMs: 250, asking: true });
  expect((await newcomer.closed()).close?.code).toBe(1013);

  await pass(clock, 8_000, bySeconds);
  await sip();
  await pass(clock, 16_500, bySeconds);
  // Its kernel takes the room of that sip when it will: what it takes late is progress.
  await until('it takes nothing more', async () => {
    await pass(clock, 1_000, bySeconds);
    return (await onlyRow(proxy)).state === 'stuck';
  });
  expect(await onlyRow(proxy)).toMatchObject({ state: 'stuck', deadlineHeld: true });
  await until('it comes to the Ping', async () => {
    await sip();
    await pass(clock, 250, { asking: true });
    return proxy.events.left.some(named('viewer.recovered'));
  });
  expect(proxy.events.all.map(({ event }) => event)).not.toContain('viewer.evicted');
});
