import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/contract.ts';
import { eventHoldBytes } from '../../src/control/event-hold.ts';
import { serve } from '../../src/control/serve.ts';
import { wireVersion } from '../../src/control/wire.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { HandCarrier, hello, typed } from './hand-carrier.ts';
import { eventAt, snapshotAt, someView, StubControl } from './stub-control.ts';
import { anyToProxy } from './wire-arbitraries.ts';

/** A stub that is served, to an end that has greeted. */
const served = () => {
  const control = new StubControl();
  const carrier = new HandCarrier();
  serve(control)(carrier);
  carrier.say(hello);
  return { control, carrier };
};

/** One who listens, has been sent a batch, and has not acknowledged it. */
const listening = async () => {
  const ends = served();
  ends.carrier.say({ type: 'listen' });
  ends.control.tell(eventAt(0));
  await turn();
  return ends;
};

/** The end of this turn of the event loop, when batches of events go out. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const batches = ({ sent }: HandCarrier): (readonly ProxyEvent[])[] =>
  sent.all.filter(typed('events')).map(({ events }) => events);

const order = (to: number): ProxyEvent => ({
  time: eventAt(to).time,
  event: 'cap.changed',
  from: 1,
  to,
  actor: 'mira',
});

/** When so many batches have gone out, from the first on. */
const batchesSent = async ({ sent }: HandCarrier, count: number): Promise<void> => {
  while (sent.all.filter(typed('events')).length < count) await sent.next(typed('events'));
};

/** Whether a promise has settled, once those before it have had their chance. */
const settled = async (promise: unknown): Promise<boolean> => {
  let done = false;
  void Promise.resolve(promise).then(() => {
    done = true;
  });
  await turn();
  return done;
};

describe('a picture for several links', () => {
  it('is written once', async () => {
    const control = new StubControl();
    const carriers = [new HandCarrier(), new HandCarrier(), new HandCarrier()];
    const offer = serve(control);
    for (const carrier of carriers) {
      offer(carrier);
      carrier.say(hello, { type: 'watch', id: 7, view: someView });
    }
    let written = 0;
    const address = '127.0.0.1:8080';
    const picture = Object.defineProperty(snapshotAt(1), 'address', {
      get: () => {
        written += 1;
        return address;
      },
    });
    for (const watch of control.watches) void watch.show(picture);
    for (const { sent } of carriers) {
      expect(await sent.next(typed('snapshot'))).toEqual({
        type: 'snapshot',
        id: 7,
        snapshot: { ...snapshotAt(1), address },
      });
    }
    expect(written).toBe(1);
  });
});

describe('greeting', () => {
  it('says first which version it speaks', () => {
    const { carrier } = served();
    expect(carrier.sent.all).toEqual([{ type: 'hello', version: wireVersion }]);
  });

  it.each([
    ['garbage', 'GET / HTTP/1.1'],
    ['a message before the greeting', JSON.stringify({ type: 'watch', id: 1, view: someView })],
  ])('takes its leave of an end that starts with %s', async (_what, text) => {
    const control = new StubControl();
    const carrier = new HandCarrier();
    serve(control)(carrier);
    carrier.sayText(text);
    expect(await carrier.sent.next(typed('bye'))).toMatchObject({
      reason: 'the other end does not speak like a wsbouncer',
    });
    expect(carrier.closed).toBe(true);
    carrier.say(hello, { type: 'watch', id: 1, view: someView });
    expect(control.watches).toEqual([]);
  });

  it('takes its leave of another version and says the remedy', async () => {
    const carrier = new HandCarrier();
    serve(new StubControl())(carrier);
    carrier.say({ type: 'hello', version: wireVersion + 1 });
    const { reason } = await carrier.sent.next(typed('bye'));
    expect(reason).toMatch(/use the same release for both/);
    expect(carrier.closed).toBe(true);
  });
});

describe('a watch', () => {
  it('gets a picture, and its promise settles when that was seen and no sooner', async () => {
    const { control, carrier } = served();
    carrier.say({ type: 'watch', id: 1, view: someView });
    const [watch] = control.watches;
    for (const seq of [1, 2, 3]) {
      const shown = watch!.show(snapshotAt(seq));
      expect(carrier.sent.all.at(-1)).toEqual({
        type: 'snapshot',
        id: 1,
        snapshot: snapshotAt(seq),
      });
      expect(await settled(shown)).toBe(false);
      carrier.say({ type: 'seen', id: 1 });
      expect(await settled(shown)).toBe(true);
    }
  });

  it('waits for its own acknowledgement, not for that of another', async () => {
    const { control, carrier } = served();
    carrier.say({ type: 'watch', id: 1, view: someView }, { type: 'watch', id: 2, view: someView });
    const shown = control.watches.map((watch) => watch.show(snapshotAt(1)));
    carrier.say({ type: 'seen', id: 2 });
    expect(await settled(shown[0])).toBe(false);
    expect(await settled(shown[1])).toBe(true);
  });

  it('looks where it is told to', () => {
    const { control, carrier } = served();
    const elsewhere = { ...someView, worst: 9 };
    carrier.say({ type: 'watch', id: 1, view: someView }, { type: 'look', id: 1, view: elsewhere });
    carrier.say({ type: 'look', id: 1, view: someView, later: true });
    expect(control.watches[0]!.views).toEqual([someView, elsewhere, someView]);
    expect(control.watches[0]!.patience).toEqual([false, true]);
  });

  it.each([
    ['it is ended', (carrier: HandCarrier) => carrier.say({ type: 'unwatch', id: 1 })],
    ['the link is', (carrier: HandCarrier) => carrier.close()],
  ])('is closed when %s, and keeps nobody waiting', async (_when, end) => {
    const { control, carrier } = served();
    carrier.say({ type: 'watch', id: 1, view: someView });
    const [watch] = control.watches;
    const shown = watch!.show(snapshotAt(1));
    end(carrier);
    expect(watch!.open).toBe(false);
    expect(await settled(shown)).toBe(true);
    expect(await settled(watch!.show(snapshotAt(2)))).toBe(true);
    expect(carrier.countOf('snapshot')).toBe(1);
  });
});

describe('events', () => {
  it('of one turn go together, the next ones only after an acknowledgement', async () => {
    const { control, carrier } = served();
    carrier.say({ type: 'listen' });
    control.tell(eventAt(1));
    control.tell(eventAt(2));
    expect(batches(carrier)).toEqual([]);
    await turn();
    expect(batches(carrier)).toEqual([[eventAt(1), eventAt(2)]]);
    control.tell(eventAt(3));
    await turn();
    control.tell(eventAt(4));
    await turn();
    expect(batches(carrier)).toHaveLength(1);
    carrier.say({ type: 'heard' });
    await batchesSent(carrier, 2);
    expect(batches(carrier).slice(1)).toEqual([[eventAt(3), eventAt(4)]]);
    carrier.say({ type: 'heard' });
    control.tell(eventAt(5));
    await batchesSent(carrier, 3);
    expect(batches(carrier).slice(2)).toEqual([[eventAt(5)]]);
  });

  it('of a storm go together, however soon a batch is acknowledged', async () => {
    const { control, carrier } = await listening();
    control.tell(eventAt(1));
    carrier.say({ type: 'heard' });
    expect(batches(carrier)).toHaveLength(1);
    control.tell(eventAt(2));
    control.tell(eventAt(3));
    await batchesSent(carrier, 2);
    expect(batches(carrier)[1]).toEqual([eventAt(1), eventAt(2), eventAt(3)]);
  });

  it('of an order are not kept waiting, whether it was given before or after the acknowledgement', async () => {
    const { control, carrier } = await listening();
    control.tell(order(1));
    carrier.say({ type: 'heard' });
    expect(batches(carrier).slice(1)).toEqual([[order(1)]]);
    carrier.say({ type: 'heard' });
    control.tell(eventAt(2));
    control.tell(order(3));
    await turn();
    expect(batches(carrier).slice(2)).toEqual([[eventAt(2), order(3)]]);
  });

  it('are dropped and counted in their place while a reader stalls, beyond 1 MiB', async () => {
    const { control, carrier } = await listening();
    const sent = 4000;
    for (let n = 1; n <= sent; n += 1) {
      control.tell(eventAt(n, 1000));
    }
    await turn();
    expect(batches(carrier)).toHaveLength(1);
    carrier.say({ type: 'heard' });
    await batchesSent(carrier, 2);
    control.tell(eventAt(sent + 1));
    carrier.say({ type: 'heard' });
    await batchesSent(carrier, 3);
    const [, held, after] = batches(carrier);
    const kept = held!.slice(0, -1);
    expect(kept).toEqual(kept.map((_event, index) => eventAt(index + 1, 1000)));
    expect(held!.at(-1)).toEqual({
      time: eventAt(sent).time,
      event: 'events.dropped',
      count: sent - kept.length,
    });
    const bytes = kept.map((event) => JSON.stringify(event).length).reduce((a, b) => a + b);
    expect(bytes).toBeLessThanOrEqual(eventHoldBytes);
    expect(bytes).toBeGreaterThan(eventHoldBytes - 1100);
    expect(after).toEqual([eventAt(sent + 1)]);
  });

  it('are not dropped for coming in one big turn to a reader that is not slow', async () => {
    const { control, carrier } = served();
    carrier.say({ type: 'listen' });
    const count = Math.floor((1.5 * eventHoldBytes) / 1000);
    for (let n = 0; n < count; n += 1) {
      control.tell(eventAt(n, 1000));
    }
    await turn();
    expect(batches(carrier)).toHaveLength(1);
    carrier.say({ type: 'heard' });
    await batchesSent(carrier, 2);
    expect(batches(carrier).flat()).toEqual(
      Array.from({ length: count }, (_none, n) => eventAt(n, 1000)),
    );
  });

  it('end when the reader says so or the link is closed', async () => {
    const { control, carrier } = served();
    carrier.say({ type: 'listen' }, { type: 'listen' });
    expect(control.listeners.size).toBe(1);
    control.tell(eventAt(1));
    carrier.say({ type: 'unlisten' });
    expect(control.listeners.size).toBe(0);
    await turn();
    expect(batches(carrier)).toEqual([]);
    carrier.say({ type: 'listen' });
    expect(control.listeners.size).toBe(1);
    carrier.close();
    expect(control.listeners.size).toBe(0);
  });
});

describe('commands', () => {
  it('are carried out and answered by their number, in whatever order they are done', async () => {
    const { control, carrier } = served();
    const slow = Promise.withResolvers<CommandResult>();
    control.answer = ({ do: what }) =>
      what === 'stop' ? slow.promise : Promise.resolve({ ok: false, reason: 'gone' });
    carrier.say(
      { type: 'command', id: 1, command: { do: 'stop', now: false } },
      { type: 'command', id: 2, command: { do: 'preview-cap', cap: 3 } },
    );
    expect(await carrier.sent.next(typed('result'))).toEqual({
      type: 'result',
      id: 2,
      result: { ok: false, reason: 'gone' },
    });
    slow.resolve({ ok: true });
    expect(await carrier.sent.next(typed('result'))).toMatchObject({ id: 1, result: { ok: true } });
  });

  it('that make no sense are answered too, and never reach the proxy', async () => {
    const { control, carrier } = served();
    carrier.sayText('{"type":"command","id":5,"command":{"do":"set-cap","cap":null,"actor":"a"}}');
    const { id, result } = await carrier.sent.next(typed('result'));
    expect({ id, ...result }).toEqual({
      id: 5,
      ok: false,
      reason: expect.stringContaining('cap is not a number'),
    });
    expect(control.commands).toEqual([]);
  });

  it('that the proxy fails at are answered', async () => {
    const { control, carrier } = served();
    control.answer = () => Promise.reject(new TypeError('a bug'));
    carrier.say({ type: 'command', id: 1, command: { do: 'stop', now: true } });
    expect(await carrier.sent.next(typed('result'))).toMatchObject({
      result: { ok: false, reason: 'the proxy failed at it: TypeError: a bug' },
    });
  });
});

describe('garbage', () => {
  it('is complained about, and what follows is heard', async () => {
    const { control, carrier } = served();
    carrier.sayText('{"type":"dance"}');
    expect(await carrier.sent.next(typed('complaint'))).toMatchObject({
      reason: 'message.type is an unknown word',
    });
    carrier.say({ type: 'listen' });
    expect(control.listeners.size).toBe(1);
  });

  it('never throws, however it is mixed with messages', async () => {
    const anything = fc.oneof(fc.anything(), fc.json(), anyToProxy);
    await fc.assert(
      fc.asyncProperty(fc.array(anything), async (texts) => {
        const { control, carrier } = served();
        for (const text of texts) {
          carrier.sayText(typeof text === 'object' ? JSON.stringify(text) : text);
        }
        carrier.close();
        await turn();
        expect(control.watches.every((watch) => !watch.open)).toBe(true);
        expect(control.listeners.size).toBe(0);
      }),
    );
  });
});

describe('the end of the proxy', () => {
  it('comes after what is held and after the answer to the last command', async () => {
    const { control, carrier } = served();
    control.answer = async () => {
      control.tell(eventAt(3));
      control.end('stopped');
      await control.closed;
      return { ok: true };
    };
    carrier.say({ type: 'listen' });
    control.tell(eventAt(1));
    await turn();
    control.tell(eventAt(2));
    carrier.say({ type: 'command', id: 1, command: { do: 'stop', now: true } });
    await carrier.sent.next(typed('bye'));
    expect(carrier.sent.all.slice(-3)).toEqual([
      { type: 'result', id: 1, result: { ok: true } },
      { type: 'events', events: [eventAt(2), eventAt(3)] },
      { type: 'bye', reason: 'stopped' },
    ]);
    expect(carrier.closed).toBe(true);
  });

  it('is told on a link that comes too late', async () => {
    const control = new StubControl();
    const offer = serve(control);
    control.end('stopped');
    await turn();
    await turn();
    const carrier = new HandCarrier();
    offer(carrier);
    expect(carrier.sent.all).toEqual([hello, { type: 'bye', reason: 'stopped' }]);
  });

  it('says nothing on a link that was closed before', async () => {
    const { control, carrier } = served();
    carrier.close();
    control.end('stopped');
    await turn();
    await turn();
    expect(carrier.sent.all).toEqual([hello]);
  });
});

it('serves so many watches at once, and as many again when those have ended', async () => {
  const { control, carrier } = served();
  for (let id = 0; id < 20; id += 1) carrier.say({ type: 'watch', id, view: someView });
  expect(control.watches.filter(({ open }) => open)).toHaveLength(16);
  expect(carrier.sent.all.filter(typed('complaint'))).toHaveLength(4);
  carrier.say({ type: 'watch', id: 3, view: someView }, { type: 'unwatch', id: 0 });
  carrier.say({ type: 'watch', id: 20, view: someView });
  expect(control.watches.filter(({ open }) => open)).toHaveLength(16);
  expect(carrier.sent.all.filter(typed('complaint'))).toHaveLength(4);
});
