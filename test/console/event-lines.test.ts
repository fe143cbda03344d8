import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody, ProxyEvent } from '../../src/events.ts';
import { eventLines, foldText } from '../../src/console/event-lines.ts';
import { eventText } from '../../src/console/event-text.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import { clean, textOf, widthOf } from '../../src/console/text.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sessionId, viewerId } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

const place = { session: sessionId('deploy-77f1'), remote: '10.8.1.30:52210', viewers: 8, cap: 8 };
const named = { ...place, viewer: viewerId('v1042') };
const state = { ...named, silentMs: 17_000, queuedBytes: 3_145_728 };
const put = { code: 1001, reason: 'pong timeout', closeSent: true };

const event: ProxyEvent = {
  time: '2026-11-21T12:05:06.123Z',
  event: 'viewer.refused',
  cause: 'cap',
  ...place,
};

const told = (body: EventBody): string => {
  const event: ProxyEvent = { time: '2026-11-21T12:05:06.123Z', ...body };
  const driver = new ConsoleDriver({ ...smallWorld, events: [event] }, { columns: 110, rows: 40 });
  return textOf(eventLines(driver.state, unicodeGlyphs)[1] ?? []).replaceAll(/ +/g, ' ');
};

describe('an event is told', () => {
  it.each<[string, EventBody]>([
    ['listen 127.0.0.1:8080', { event: 'proxy.listening', address: '127.0.0.1:8080' }],
    [
      'listen 127.0.0.1:8080, control /run/w/8080.sock',
      { event: 'proxy.listening', address: '127.0.0.1:8080', control: '/run/w/8080.sock' },
    ],
    ['stopped ', { event: 'proxy.stopped' }],
    ['stopped by ann', { event: 'proxy.stopped', actor: 'ann' }],
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
      'keep deploy-77f1 v1042 mira for 5m00s by console',
      { event: 'viewer.kept', forMs: 300_000, actor: 'console', ...named, who: 'mira' },
    ],
    [
      'keep deploy-77f1 v1042 no longer, by console',
      { event: 'viewer.kept', forMs: 0, actor: 'console', ...named },
    ],
    [
      'evict deploy-77f1 v1042 Жанна by operator (con?sole): spills?, now 8/8',
      {
        event: 'viewer.evicted',
        cause: 'operator',
        actor: 'con\u001Bsole',
        note: 'spills\u202E',
        ...named,
        who: 'Жанна',
        closeSent: true,
      },
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
    [
      'cap all sessions 8 to 5 by console',
      { event: 'cap.changed', from: 8, to: 5, actor: 'console' },
    ],
    [
      'cap deploy-77f1 8 to 5 by console',
      { event: 'cap.changed', from: 8, to: 5, actor: 'console', session: place.session },
    ],
    [
      'drain 3 viewers to go over 30s, by con?sole',
      { event: 'proxy.draining', windowMs: 30_000, viewers: 3, actor: 'con\u001Bsole' },
    ],
    [
      'drain 1 viewer to go at once, 12s were left, by ann',
      { event: 'proxy.draining', windowMs: 0, beforeMs: 12_900, viewers: 1, actor: 'ann' },
    ],
    [
      'lock deploy-77f1 newcomers are refused, by ann',
      { event: 'session.locked', session: place.session, actor: 'ann' },
    ],
    ['lock all sessions newcomers are refused, by ann', { event: 'session.locked', actor: 'ann' }],
    [
      'unlock all sessions newcomers may come in, by ann',
      { event: 'session.unlocked', actor: 'ann' },
    ],
    [
      'arm v1042 to be evicted in 3s, by a?nn',
      {
        event: 'eviction.armed',
        viewers: [named.viewer],
        count: 1,
        dueMs: 3_000,
        actor: 'a\u001Bnn',
      },
    ],
    [
      'arm 12 viewers (v1, v2, v3, 9 more) to be evicted in 3s, by ann',
      {
        event: 'eviction.armed',
        viewers: ['v1', 'v2', 'v3', 'v4', 'v5'].map(viewerId),
        count: 12,
        dueMs: 3_000,
        actor: 'ann',
      },
    ],
    [
      'undo 2 viewers (v1, v?2) not evicted after all, by ann',
      {
        event: 'eviction.undone',
        viewers: ['v1', 'v\u001B2'].map(viewerId),
        count: 2,
        actor: 'ann',
      },
    ],
    [
      'full deploy-77f1 8/8, the next viewer is refused',
      { event: 'session.full', session: place.session, viewers: 8, cap: 8 },
    ],
    ['dropped 3 events', { event: 'events.dropped', count: 3 }],
    [
      'log the log has trouble: the disk is full (ENOSPC); /var/log/w?.jsonl',
      {
        event: 'log.failed',
        path: '/var/log/w\u001B.jsonl',
        detail: 'the disk is full (ENOSPC)',
      },
    ],
    ['log the log works again; 3 events lost', { event: 'log.recovered', lost: 3 }],
    [
      'no evict v7? by ann: v7 had already gone',
      {
        event: 'command.refused',
        do: 'evict',
        target: 'v7\u0007',
        actor: 'ann',
        reason: 'v7 had already gone',
      },
    ],
    [
      'no set cap by ann: a cap is a whole number from 1 to 100000',
      {
        event: 'command.refused',
        do: 'set-cap',
        actor: 'ann',
        reason: 'a cap is a whole number from 1 to 100000',
      },
    ],
    [
      'backend deploy-77f1 v1042 aborted: the viewer was ended first (ann): too many',
      {
        event: 'backend.unavailable',
        cause: 'aborted',
        detail: 'the viewer was ended first',
        dialMs: 2,
        actor: 'ann',
        note: 'too many',
        ...named,
      },
    ],
  ])('%s', (text, body) => {
    expect(told(body)).toBe(`12:05:06 ${text}`);
  });

  it('with the close that ended a viewer', () => {
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
  });
});

describe('without colours, for the log', () => {
  it('is one line with the time, the verb, the place and the words', () => {
    const event: ProxyEvent = {
      time: '2026-11-21T12:05:06.123Z',
      event: 'viewer.late',
      ...state,
      who: 'mi\nra',
    };
    expect(eventText(event)).toBe('12:05:06 late    deploy-77f1 v1042 mi?ra silent for 17s');
    expect(eventText({ time: event.time, event: 'proxy.stopped' })).toBe('12:05:06 stopped');
    expect(eventText({ time: event.time, event: 'session.locked', actor: 'ann' })).toBe(
      '12:05:06 lock    all sessions newcomers are refused, by ann',
    );
  });

  it('never has a character that could steer the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const foreign = {
          ...named,
          who: text,
          remote: text,
          note: text,
          actor: text,
          reason: text,
        };
        const time = '2026-11-21T12:05:06.123Z';
        const told = eventText({
          time,
          event: 'viewer.evicted',
          cause: 'operator',
          closeSent: true,
          ...foreign,
        });
        expect(told).toBe(clean(told));
      }),
    );
  });
});

const rowAt = (body: EventBody, columns: number): string => {
  const events = [{ time: '2026-11-21T12:05:06.123Z', ...body }];
  const driver = new ConsoleDriver({ ...smallWorld, events }, { columns, rows: 8 });
  driver.press('tab', 'tab');
  return driver.rows()[2]?.trimEnd() ?? '';
};

describe('a narrow feed', () => {
  it.each([
    [60, '12:05:06 late    deploy-77f1    v1042  silent for 17s'],
    [50, '12:05:06 late    depl…77f1 v1042  silent for 17s'],
    [40, '12:05:06 late    de…f1 v1042  silent fo…'],
    [30, '12:05:06 late    v1042  silen…'],
  ])('has room for the text in %d columns', (columns, text) => {
    expect(rowAt({ event: 'viewer.late', ...state }, columns)).toBe(text);
  });

  it('says in few cells that a cap is that of all sessions', () => {
    const cap: EventBody = { event: 'cap.changed', from: 8, to: 5, actor: 'console' };
    expect(rowAt(cap, 40)).toBe('12:05:06 cap     all   8 to 5 by console');
  });
});

describe('a storm', () => {
  it('is counted at the end of its line, whatever has to be cut for that', () => {
    const entry = { seq: 1, event, count: 12, spanMs: 9_600, holders: [] };
    expect(foldText(entry)).toBe('(x12 in 10 s)');
    expect(foldText({ ...entry, spanMs: 3 })).toBe('(x12 in 1 s)');
    expect(foldText({ ...entry, count: 1 })).toBe('');
    for (const columns of [60, 80, 120]) {
      const driver = new ConsoleDriver(smallWorld, { columns, rows: 36 });
      const snapshot = driver.state.snapshot;
      const state = { ...driver.state, snapshot: snapshot && { ...snapshot, events: [entry] } };
      const [, told = []] = eventLines(state, unicodeGlyphs);
      expect(textOf(told)).toMatch(/^12:05:06 refuse .*\(x12 in 10 s\)$/);
      expect(widthOf(told)).toBeLessThanOrEqual(columns);
    }
  });
});
