import { describe, expect, it } from 'vitest';
import { attach, type LinkNews } from '../../src/control/attachment.ts';
import { BouncerError } from '../../src/errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Inbox } from '../support/inbox.ts';
import { HandCarrier, hello, typed } from './hand-carrier.ts';
import { snapshotAt, someView } from './stub-control.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Attached, to carriers of which the test is the other end. */
const attached = async () => {
  const clock = new FakeClock();
  const news = new Inbox<LinkNews>('news');
  const faults: unknown[] = [];
  const dialled = new Inbox<HandCarrier>('carriers', String);
  let absent = false;
  const dial = async () => {
    const carrier = new HandCarrier();
    dialled.push(carrier);
    if (absent) throw new BouncerError('absent', 'nothing is there', 'start one');
    return carrier;
  };
  const attaching = attach({
    dial,
    clock,
    onNews: news.push,
    onFault: (fault) => faults.push(fault),
  });
  const first = await dialled.next();
  await turn();
  first.say(hello);
  const control = await attaching;
  return { control, clock, news, faults, dialled, first, gone: (is: boolean) => (absent = is) };
};

describe('an attachment', () => {
  it('dials again after a moment, and asks anew for what is watched and listened to', async () => {
    const { control, clock, news, dialled, first } = await attached();
    const seen: number[] = [];
    control.watch(someView, ({ seq }) => void seen.push(seq));
    control.events(() => undefined);
    first.close();
    expect(await news.next()).toMatchObject({ link: 'down', stopped: false });
    expect(await control.command({ do: 'set-cap', cap: 3, actor: 'ann' })).toMatchObject({
      ok: false,
    });
    clock.advance(200);
    const second = await dialled.next();
    await turn();
    second.say(hello);
    expect(await news.next()).toEqual({ link: 'back' });
    const { id } = await second.sent.next(typed('watch'));
    await second.sent.next(typed('listen'));
    // Nothing that was ordered is ordered again.
    expect(second.countOf('command')).toBe(0);
    second.say({ type: 'snapshot', id, snapshot: snapshotAt(7) });
    await second.sent.next(typed('seen'));
    expect(seen).toEqual([7]);
    control.detach();
  });

  it('tries at growing intervals, up to five seconds, for as long as nobody answers', async () => {
    const { control, clock, news, dialled, first, gone } = await attached();
    gone(true);
    first.close();
    await news.next();
    for (const ms of [200, 500, 1_000, 2_000, 5_000, 5_000]) {
      const before = dialled.all.length;
      clock.advance(ms - 1);
      await turn();
      expect(dialled.all.length).toBe(before);
      clock.advance(1);
      expect(await news.next()).toEqual({
        link: 'down',
        reason: 'nothing is there',
        stopped: false,
      });
    }
    control.detach();
    clock.advance(60_000);
    await turn();
    expect(dialled.all.length).toBe(7);
    expect(clock.pending).toBe(0);
  });

  it.each(['stopped', 'drained'])(
    'tells a proxy that has %s from one that is lost',
    async (reason) => {
      const { control, news, first } = await attached();
      first.say({ type: 'bye', reason });
      const words = `the proxy has ${reason}`;
      expect(await news.next()).toEqual({ link: 'down', reason: words, stopped: true });
      control.detach();
    },
  );

  it('says who has stopped the proxy, where that is known', async () => {
    const { control, news, first } = await attached();
    first.say({ type: 'bye', reason: 'stopped', by: 'ann' });
    expect(await news.next()).toEqual({ link: 'down', reason: 'stopped by ann', stopped: true });
    control.detach();
  });

  it('counts a link as lost on which nothing is answered', async () => {
    const { control, clock, news, first } = await attached();
    clock.advance(5_000);
    const { id } = await first.sent.next(typed('command'));
    first.say({ type: 'result', id, result: { ok: true, viewers: [], more: false } });
    await turn();
    clock.advance(5_000);
    await first.sent.next(typed('command'));
    expect(news.all).toEqual([]);
    clock.advance(5_000);
    expect(await news.next()).toMatchObject({ link: 'down' });
    control.detach();
  });

  it('says why the first try fails, be it silence or another version', async () => {
    const clock = new FakeClock();
    const parts = { clock, onNews: () => undefined, onFault: () => undefined };
    const silent = new HandCarrier();
    const waiting = attach({ ...parts, dial: async () => silent });
    await turn();
    clock.advance(5_000);
    await expect(waiting).rejects.toThrow('it does not answer');
    const old = new HandCarrier();
    const refused = attach({ ...parts, dial: async () => old });
    await turn();
    old.say({ type: 'hello', version: 1 });
    await expect(refused).rejects.toThrow(/use the same release for both/);
    expect(old.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('shows no picture of a link that is lost', async () => {
    const { control, clock, dialled, first } = await attached();
    const seen: number[] = [];
    const held = Promise.withResolvers<void>();
    control.watch(someView, async ({ seq }) => {
      seen.push(seq);
      await held.promise;
    });
    const { id } = await first.sent.next(typed('watch'));
    first.say({ type: 'snapshot', id, snapshot: snapshotAt(1) });
    first.say({ type: 'snapshot', id, snapshot: snapshotAt(2) });
    await turn();
    first.close();
    await turn();
    clock.advance(200);
    const second = await dialled.next();
    await turn();
    second.say(hello, { type: 'snapshot', id, snapshot: snapshotAt(3) });
    held.resolve();
    await second.sent.next(typed('seen'));
    expect(seen).toEqual([1, 3]);
    control.detach();
  });
});
