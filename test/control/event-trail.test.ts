import { describe, expect, it } from 'vitest';
import { Recall } from '../../src/api/recall.ts';
import { ControlClient } from '../../src/control/client.ts';
import { serve } from '../../src/control/serve.ts';
import { keptEvents } from '../../src/api/recall.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { HandCarrier, hello, typed } from './hand-carrier.ts';
import { eventAt, StubControl } from './stub-control.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A proxy whose newest `kept` events can be had again, and links to it. */
const served = (kept = keptEvents, epoch = 'now') => {
  const control = new StubControl();
  const recall = new Recall(epoch, kept);
  control.events((event) => recall.add(event));
  const offer = serve(control, recall);
  const link = (): HandCarrier => {
    const carrier = new HandCarrier();
    offer(carrier);
    carrier.say(hello);
    return carrier;
  };
  /** Events from one number to another. */
  const tell = (from: number, to: number): void => {
    for (let n = from; n <= to; n += 1) control.tell(eventAt(n));
  };
  return { control, recall, link, tell };
};

/** All events that were sent, once every batch has been acknowledged. */
const heardOn = async (carrier: HandCarrier): Promise<readonly ProxyEvent[]> => {
  for (let before = -1; before !== carrier.countOf('events');) {
    before = carrier.countOf('events');
    carrier.say({ type: 'heard' });
    await turn();
    await turn();
  }
  return carrier.sent.all.filter(typed('events')).flatMap(({ events }) => events);
};

const placeOn = (carrier: HandCarrier): string =>
  carrier.sent.all.findLast(typed('events'))?.place ?? 'nowhere';

const numbered = (from: number, to: number): readonly ProxyEvent[] =>
  Array.from({ length: to - from + 1 }, (_none, n) => eventAt(from + n));

describe('events over a link that can come back', () => {
  it('begin with now, and with a place to come back to', async () => {
    const { link, tell } = served();
    tell(1, 3);
    const carrier = link();
    carrier.say({ type: 'listen' });
    expect(carrier.sent.all.at(-1)).toEqual({ type: 'events', events: [], place: 'now-3' });
    tell(4, 5);
    expect(await heardOn(carrier)).toEqual(numbered(4, 5));
    expect(placeOn(carrier)).toBe('now-5');
  });

  it('go on where the last link broke, each once and in order', async () => {
    const { link, tell } = served();
    const first = link();
    first.say({ type: 'listen' });
    tell(1, 2);
    expect(await heardOn(first)).toEqual(numbered(1, 2));
    const place = placeOn(first);
    first.close();
    tell(3, 2_500);
    const second = link();
    second.say({ type: 'listen', after: place });
    tell(2_501, 2_502);
    expect(await heardOn(second)).toEqual(numbered(3, 2_502));
  });

  it('say how many are missing where more has happened than is kept', async () => {
    const { link, tell } = served(10);
    tell(1, 2);
    const carrier = link();
    tell(3, 20);
    carrier.say({ type: 'listen', after: 'now-2' });
    const { time } = eventAt(11);
    expect(await heardOn(carrier)).toEqual([
      { time, event: 'events.dropped', count: 8 },
      ...numbered(11, 20),
    ]);
  });

  it('are not held for one who does not take them: he is told of the gap', async () => {
    const { link, tell } = served(10);
    const carrier = link();
    carrier.say({ type: 'listen' }, { type: 'heard' });
    tell(1, 2);
    await turn();
    tell(3, 30);
    await turn();
    expect(carrier.countOf('events')).toBe(2);
    expect(await heardOn(carrier)).toEqual([
      ...numbered(1, 2),
      { time: eventAt(21).time, event: 'events.dropped', count: 18 },
      ...numbered(21, 30),
    ]);
  });

  it('of another run begin with its first', async () => {
    const { link, tell } = served(10, 'next');
    tell(1, 3);
    const carrier = link();
    carrier.say({ type: 'listen', after: 'now-700' });
    expect(await heardOn(carrier)).toEqual(numbered(1, 3));
  });

  it('begin with now where the place is none', async () => {
    const { link, tell } = served();
    tell(1, 3);
    const carrier = link();
    carrier.say({ type: 'listen', after: 'where I was' });
    tell(4, 4);
    expect(await heardOn(carrier)).toEqual(numbered(4, 4));
  });

  it('all come before the proxy takes its leave, acknowledged or not', async () => {
    const { control, link, tell } = served();
    const carrier = link();
    carrier.say({ type: 'listen' });
    tell(1, 3_000);
    control.end('stopped');
    await carrier.sent.next(typed('bye'));
    const sent = carrier.sent.all.filter(typed('events')).flatMap(({ events }) => events);
    expect(sent).toEqual(numbered(1, 3_000));
  });

  it('say in their last who has stopped the proxy, and so does the leave-taking', async () => {
    const { control, link } = served();
    const carrier = link();
    control.tell({ time: eventAt(1).time, event: 'proxy.stopped', actor: 'ann' });
    control.end('stopped');
    expect(await carrier.sent.next(typed('bye'))).toEqual({
      type: 'bye',
      reason: 'stopped',
      by: 'ann',
    });
  });

  it('are not sent any more once nobody listens', async () => {
    const { link, tell } = served();
    const carrier = link();
    carrier.say({ type: 'listen' }, { type: 'heard' });
    tell(1, 1);
    carrier.say({ type: 'unlisten' });
    await turn();
    expect(await heardOn(carrier)).toEqual([]);
  });
});

/** A client and the next link to it, of which the test is the other end. */
const screen = () => {
  const client = new ControlClient();
  const next = (): HandCarrier => {
    const carrier = new HandCarrier();
    void client.use(carrier);
    carrier.say(hello);
    return carrier;
  };
  return { client, next };
};

describe('a screen whose link comes back', () => {
  it('asks for what came after the last events that it heard', () => {
    const { client, next } = screen();
    const heard: ProxyEvent[] = [];
    const first = next();
    const leave = client.events((event) => heard.push(event));
    expect(first.sent.all.at(-1)).toEqual({ type: 'listen' });
    first.say({ type: 'events', events: [], place: 'now-3' });
    first.say({ type: 'events', events: [eventAt(4)], place: 'now-4' });
    first.close();
    const second = next();
    expect(second.sent.all.at(-1)).toEqual({ type: 'listen', after: 'now-4' });
    second.say({ type: 'events', events: [eventAt(5)], place: 'now-5' });
    expect(heard).toEqual([eventAt(4), eventAt(5)]);
    // Whoever has stopped listening missed nothing.
    leave();
    client.events(() => undefined);
    expect(second.sent.all.at(-1)).toEqual({ type: 'listen' });
    second.close();
    expect(next().sent.all.at(-1)).toEqual({ type: 'listen' });
  });

  it('asks for what is new where it was given no place', () => {
    const { client, next } = screen();
    const first = next();
    client.events(() => undefined);
    first.say({ type: 'events', events: [eventAt(1)] });
    first.close();
    expect(next().sent.all.at(-1)).toEqual({ type: 'listen' });
  });
});
