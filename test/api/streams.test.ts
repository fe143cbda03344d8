import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ProxyEvent } from '../../src/events.ts';
import { keptEvents, Recall } from '../../src/api/recall.ts';
import { Streams } from '../../src/api/streams.ts';
import { StubControl } from '../control/stub-control.ts';
import { keepEchoing } from '../support/audience.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { eventually } from '../support/process-figures.ts';
import { withProxy } from '../support/proxy.ts';
import { connectViewer } from '../support/viewer.ts';
import { listenTo, type Message, open, openOn } from './ask.ts';

const eventAt = (n: number, detail = ''): ProxyEvent => ({
  time: new Date(n).toISOString(),
  event: 'proxy.listening',
  address: `${n}${detail}`,
});

const numberIn = ({ data }: Message): number => Number.parseInt(data.address, 10);

let control: StubControl;
let place: { readonly socketPath: string };

beforeEach(async () => {
  control = new StubControl();
  place = await openOn(control);
});

const tell = (from: number, to: number, detail = ''): void => {
  for (let n = from; n <= to; n += 1) control.tell(eventAt(n, detail));
};

describe('the stream of events', () => {
  test('has what happens from now on, numbered', async () => {
    tell(1, 3);
    const { messages } = await listenTo(place);
    tell(4, 5);
    const [four, five] = [await messages.next(), await messages.next()];
    expect([four, five].map(numberIn)).toEqual([4, 5]);
    expect(four.event).toBe('proxy.listening');
    expect(four.id).toMatch(/^[a-z0-9]+-4$/);
    expect(messages.all).toHaveLength(2);
  });

  test('goes on behind the last event that a reader had', async () => {
    const first = await listenTo(place);
    tell(1, 2);
    const { id } = await first.messages.next();
    first.answer.destroy();
    tell(3, 4);
    const again = await listenTo(place, '/v1/events', { headers: { 'Last-Event-ID': id } });
    const query = await listenTo(place, `/v1/events?after=${id}`);
    for (const { messages } of [again, query]) {
      const seen = [await messages.next(), await messages.next(), await messages.next()];
      expect(seen.map(numberIn)).toEqual([2, 3, 4]);
    }
  });

  test('begins with all that are kept where 0 was the last', async () => {
    tell(1, 2);
    const { messages } = await listenTo(place, '/v1/events?after=0');
    expect([await messages.next(), await messages.next()].map(numberIn)).toEqual([1, 2]);
  });

  test('says how many are missing where the last one is no longer kept', async () => {
    const first = await listenTo(place);
    tell(1, 1);
    const { id } = await first.messages.next();
    tell(2, keptEvents + 11);
    const { messages } = await listenTo(place, '/v1/events', { headers: { 'Last-Event-ID': id } });
    const gap = await messages.next();
    expect(gap).toMatchObject({ event: 'events.dropped', data: { count: 10 } });
    expect(numberIn(await messages.next())).toBe(12);
    const next = await listenTo(place, `/v1/events?after=${gap.id}`);
    expect(numberIn(await next.messages.next())).toBe(12);
  });

  test('says that nobody knows what is missing where the id is of a proxy before', async () => {
    tell(1, 2);
    const { messages } = await listenTo(place, '/v1/events?after=old-17');
    const gap = await messages.next();
    expect(gap.data).toMatchObject({ event: 'events.dropped', count: 0, restarted: true });
    expect([await messages.next(), await messages.next()].map(numberIn)).toEqual([1, 2]);
  });

  test('drops and counts what a reader does not take, and goes on when it reads again', async () => {
    const { answer, messages } = await listenTo(place);
    tell(1, 1);
    await messages.next();
    answer.pause();
    const rounds = 12;
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < rounds; round += 1) {
      tell(2 + round * keptEvents, 1 + (round + 1) * keptEvents, '.'.repeat(200));
      await new Promise(setImmediate);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    answer.resume();
    const last = 1 + rounds * keptEvents;
    await messages.next(
      (each) => each.event !== 'events.dropped' && numberIn(each) === last,
      'the last event',
    );
    const gaps = messages.all.filter(({ event }) => event === 'events.dropped');
    const missed = gaps.reduce((sum, { data }) => sum + data.count, 0);
    expect(missed).toBeGreaterThan(0);
    expect(messages.all.length - gaps.length + missed).toBe(last);
  });

  test('ends with the proxy, after its last event', async () => {
    const { messages } = await listenTo(place);
    control.tell({ time: new Date(9).toISOString(), event: 'proxy.stopped' });
    control.end('stopped');
    expect((await messages.next()).event).toBe('proxy.stopped');
    await expect(messages.next()).rejects.toThrow('the stream has ended');
  });

  test('has a bounded number of readers', async () => {
    const streams = [];
    for (let n = 0; n < 100; n += 1) streams.push(await open(place, 'GET', '/v1/events'));
    const more = await open(place, 'GET', '/v1/events');
    expect([more.statusCode, more.headers['retry-after']]).toEqual([503, '10']);
    streams[0]?.destroy();
    await eventually('a place', async () => {
      const again = await open(place, 'GET', '/v1/events');
      return again.statusCode === 200;
    });
  });
});

describe('a round', () => {
  /** A reader that takes as much as the test says. */
  class Reader extends EventEmitter {
    writableNeedDrain = false;
    readonly written: string[] = [];
    write = (text: string): boolean => this.written.push(text) > 0;
    readonly end = (): void => {};
    destroyed = false;
    readonly destroy = (): void => {
      this.destroyed = true;
    };
  }

  const started = () => {
    const clock = new FakeClock();
    const recall = new Recall('e', 100);
    const missed: number[] = [];
    const streams = new Streams(recall, clock, (count) => missed.push(count));
    const reader = new Reader();
    streams.open(reader as unknown as ServerResponse, 0);
    const happen = (n: number): void => {
      recall.add(eventAt(n));
      streams.wake();
    };
    return { clock, reader, streams, happen, missed };
  };

  test('gives nothing to a reader who has not taken the last portion, not even a sign of life', () => {
    const { clock, reader, happen } = started();
    happen(1);
    clock.advance(50);
    const before = reader.written.length;
    expect(before).toBe(2);
    reader.writableNeedDrain = true;
    happen(2);
    clock.advance(60_000);
    expect(reader.written).toHaveLength(before);
    reader.writableNeedDrain = false;
    reader.emit('drain');
    clock.advance(50);
    expect(reader.written.at(-1)).toContain('id: e-2');
  });

  test('tells whoever counts how many a reader did not get', () => {
    const { clock, reader, happen, missed } = started();
    happen(1);
    clock.advance(50);
    reader.writableNeedDrain = true;
    for (let n = 2; n <= 150; n += 1) happen(n);
    expect(missed).toEqual([]);
    reader.writableNeedDrain = false;
    reader.emit('drain');
    clock.advance(50);
    expect(missed).toEqual([49]);
    expect(reader.written.join('')).toContain('"count":49');
  });

  test('comes at most twenty times a second, with all that is new', () => {
    const { clock, reader, happen } = started();
    clock.advance(50);
    const before = reader.written.length;
    for (let n = 1; n <= 40; n += 1) {
      happen(n);
      clock.advance(10);
    }
    expect(reader.written.length - before).toBeLessThanOrEqual(10);
    clock.advance(50);
    expect(reader.written.join('').match(/^id: /gm)).toHaveLength(40);
  });

  test('makes room where a reader has taken nothing for 30 s, and not before', () => {
    const { clock, reader, streams, happen } = started();
    const stall = (n: number): void => {
      reader.writableNeedDrain = false;
      reader.emit('drain');
      happen(n);
      clock.advance(50);
    };
    reader.write = (text) => {
      reader.writableNeedDrain = true;
      return reader.written.push(text) > 0;
    };
    stall(1);
    clock.advance(29_900);
    expect(streams.makeRoom()).toBe(false);
    // It takes all, and stalls again at what comes next.
    stall(2);
    clock.advance(29_900);
    expect([streams.makeRoom(), reader.destroyed, streams.count]).toEqual([false, false, 1]);
    clock.advance(100);
    expect([streams.makeRoom(), reader.destroyed, streams.count]).toEqual([true, true, 0]);
    expect(streams.makeRoom()).toBe(false);
  });
});

describe('stalled readers', () => {
  test('fifty of them change nothing for viewers, nor does their sudden end', async () => {
    const { template } = await echoBackend();
    const proxy = await withProxy({ backend: template, cap: 2 });
    const api = await openOn(proxy.control);
    const viewers = [];
    for (const session of ['a', 'a', 'b', 'b'])
      viewers.push(await connectViewer(proxy.url(session)));
    const audience = keepEchoing(viewers);
    const storm = async (from: number): Promise<void> => {
      for (let cap = from; cap < from + 6_000; cap += 1) {
        await proxy.control.command({ do: 'set-cap', cap: 2 + (cap % 2), actor: 'x'.repeat(500) });
        if (cap % 200 === 0) await new Promise(setImmediate);
      }
    };
    await storm(0);
    await eventually('turns without a reader', () => audience.count() >= 40);
    const quiet = audience.roundTrips();
    const stalled = [];
    for (let n = 0; n < 50; n += 1) {
      const answer = await open(api, 'GET', '/v1/events');
      answer.on('error', () => undefined);
      answer.pause();
      stalled.push(answer);
    }
    await storm(0);
    await eventually('turns', () => audience.count() >= 40);
    for (const answer of stalled) answer.destroy();
    await storm(0);
    await eventually('more turns', () => audience.count() >= 80);
    const { p99 } = audience.roundTrips();
    expect(p99).toBeLessThan(Math.max(100, 10 * quiet.p99));
    await audience.lastWords();
    expect(proxy.events.all.filter(named('viewer.left'))).toEqual([]);
  });
});

describe('what is recalled', () => {
  test('is the newest, however often it went round', () => {
    const recall = new Recall('e', 3);
    for (let n = 1; n <= 8; n += 1) {
      recall.add(eventAt(n));
      expect([recall.oldest, recall.newest]).toEqual([Math.max(1, n - 2), n]);
      expect(recall.textOf(n)).toContain(`id: e-${n}\n`);
      expect(recall.textOf(recall.oldest)).toContain(`"address":"${recall.oldest}"`);
      expect([recall.textOf(recall.oldest - 1), recall.textOf(n + 1)]).toEqual([null, null]);
    }
  });

  test.each(['', 'x', 'e-', 'e-1x', '-1', 'E-1', `${'e'.repeat(20)}-1`])(
    'has no number in %j',
    (id) => {
      expect(new Recall('e').numberOf(id)).toBeNull();
    },
  );
});
