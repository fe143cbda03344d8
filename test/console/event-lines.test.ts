import { describe, expect, it } from 'vitest';
import type { FeedEntry } from '../../src/contract.ts';
import type { EventBody, ProxyEvent } from '../../src/events.ts';
import { eventLines, foldEvents } from '../../src/console/event-lines.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import { textOf } from '../../src/console/text.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sessionId, viewerId } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

const place = { session: sessionId('deploy-77f1'), remote: '10.8.1.30:52210', viewers: 8, cap: 8 };
const named = { ...place, viewer: viewerId('v1042') };
const state = { ...named, silentMs: 17_000, queuedBytes: 3_145_728 };
const put = { code: 1001, reason: 'pong timeout', closeSent: true };

const told = (body: EventBody): string => {
  const event: ProxyEvent = { time: '2026-11-21T12:05:06.123Z', ...body };
  const driver = new ConsoleDriver({ ...smallWorld, events: [event] }, { columns: 110, rows: 40 });
  return textOf(eventLines(driver.state, unicodeGlyphs)[1] ?? []).replaceAll(/ +/g, ' ');
};

describe('an event is told', () => {
  it.each<[string, EventBody]>([
    ['listen 127.0.0.1:8080', { event: 'proxy.listening', address: '127.0.0.1:8080' }],
    ['stopped ', { event: 'proxy.stopped' }],
    [
      'join deploy-77f1 v1042 8/8 from 10.8.1.30:52210',
      { event: 'viewer.admitted', dialMs: 3, ...named },
    ],
    [
      'refuse deploy-77f1 at cap 8/8 from 10.8.1.30:52210',
      { event: 'viewer.refused', cause: 'cap', ...place },
    ],
    [
      'refuse deploy-77f1 all slots of the proxy taken, from 10.8.1.30:52210',
      { event: 'viewer.refused', cause: 'max-viewers', ...place },
    ],
    ['late deploy-77f1 v1042 silent for 17s', { event: 'viewer.late', ...state }],
    [
      'expire deploy-77f1 v1042 silent for 17s, near its deadline',
      { event: 'viewer.expiring', ...state },
    ],
    ['stuck deploy-77f1 v1042 3.0M waits and none is taken', { event: 'viewer.stuck', ...state }],
    ['recover deploy-77f1 v1042 well again', { event: 'viewer.recovered', ...state }],
    [
      'evict deploy-77f1 v1042 pong timeout, now 8/8',
      { event: 'viewer.evicted', cause: 'pong-timeout', ...named, ...put },
    ],
    [
      'evict deploy-77f1 v1042 by operator (console), now 8/8',
      { event: 'viewer.evicted', cause: 'operator', actor: 'console', ...named, closeSent: true },
    ],
    [
      'backend deploy-77f1 v1042 bad answer: it said 404?',
      {
        event: 'backend.unavailable',
        cause: 'bad-answer',
        detail: 'it said 404\u0007',
        dialMs: 2,
        ...named,
      },
    ],
    ['cap 8 to 5 by console', { event: 'cap.changed', from: 8, to: 5, actor: 'console' }],
    [
      'cap deploy-77f1 8 to 5 by console',
      { event: 'cap.changed', from: 8, to: 5, actor: 'console', session: place.session },
    ],
    [
      'full deploy-77f1 8/8, the next viewer is refused',
      { event: 'session.full', session: place.session, viewers: 8, cap: 8 },
    ],
    ['dropped 3 events', { event: 'events.dropped', count: 3 }],
  ])('%s', (text, body) => {
    expect(told(body)).toBe(`12:05:06 ${text}`);
  });

  it('with the close that ended a viewer, but for the end of an evicted one', () => {
    const left = {
      ...named,
      event: 'viewer.left',
      durationMs: 64_000,
      bytesToViewer: 1,
      bytesToBackend: 1,
      messagesToViewer: 1,
      messagesToBackend: 1,
      closeSent: true,
    } as const;
    expect(told({ ...left, cause: 'viewer-closed', code: 1000, reason: 'b\u001Bye' })).toContain(
      'leave deploy-77f1 v1042 viewer closed after 1m04s, 1000 b?ye',
    );
    expect(told({ ...left, cause: 'evicted' })).toBe('');
  });
});

const refused = (second: number, port: number, session = 'load'): FeedEntry => ({
  seq: second,
  event: {
    time: `2026-11-21T23:59:${String(second).padStart(2, '0')}.000Z`,
    event: 'viewer.refused',
    cause: 'cap',
    ...place,
    session: sessionId(session),
    remote: `10.8.1.30:${port}`,
  },
});

describe('refusals', () => {
  it('of one machine by one session are one line for ten seconds, at the newest', () => {
    const other: FeedEntry = {
      seq: 9,
      event: { time: '2026-11-21T23:59:04.500Z', event: 'proxy.stopped' },
    };
    const entries = [refused(1, 1), refused(2, 2), refused(3, 3, 'other'), other, refused(10, 4)];
    const lines = foldEvents(entries, 10);
    expect(lines.map(({ event, count, seconds }) => [event.event, count, seconds])).toEqual([
      ['viewer.refused', 1, 0],
      ['proxy.stopped', 1, 0],
      ['viewer.refused', 3, 9],
    ]);
    expect(foldEvents([...entries, refused(11, 5)], 10).at(-1)).toMatchObject({ count: 1 });
  });

  it('are counted at the end of the line', () => {
    const events = [refused(1, 1), refused(4, 2)].map(({ event }) => event);
    const driver = new ConsoleDriver({ ...smallWorld, events });
    expect(driver.screen).toContain('from 10.8.1.30:2 (x2 in 3 s)');
  });

  it('are told one by one while the feed is scrolled back', () => {
    const events = [refused(1, 1), refused(2, 2), refused(3, 3)].map(({ event }) => event);
    const driver = new ConsoleDriver({ ...smallWorld, events: [...events, ...events] });
    driver.press('tab', 'tab', 'k');
    expect(driver.screen).toContain('from 10.8.1.30:2\n');
  });
});
