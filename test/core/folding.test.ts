import { describe, expect, it } from 'vitest';
import type { SessionId, ViewerId } from '../../src/contract.ts';
import { foldKey, hasLine, hostOf, kindsOf, originKey } from '../../src/core/folding.ts';
import type { EventBody } from '../../src/events.ts';

const place = { session: 'a' as SessionId, remote: '192.0.2.1:5000', viewers: 1, cap: 8 };
const named = { ...place, viewer: 'v1' as ViewerId };
const state = { ...named, silentMs: 1, queuedBytes: 0 };
const closed = { closeSent: true };
const figures = {
  durationMs: 1,
  bytesToViewer: 0,
  bytesToBackend: 0,
  messagesToViewer: 0,
  messagesToBackend: 0,
};

const refusal = (where: Partial<Extract<EventBody, { event: 'viewer.refused' }>>): EventBody => ({
  event: 'viewer.refused',
  cause: 'cap',
  ...place,
  ...where,
});

describe('the host of a viewer', () => {
  it.each([
    ['192.0.2.1:5000', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:db8::1]:5000', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    ['unix', 'unix'],
    ['', ''],
  ])('of %j is %j', (remote, host) => {
    expect(hostOf(remote)).toBe(host);
  });
});

describe('where viewers come from', () => {
  const a = 'a' as SessionId;

  it('is told apart by name where there is one, and by host otherwise', () => {
    expect(originKey(a, 'mira', '192.0.2.1:1')).toBe(originKey(a, 'mira', '192.0.2.2:2'));
    expect(originKey(a, 'mira', '192.0.2.1:1')).not.toBe(originKey(a, 'jon', '192.0.2.1:1'));
    expect(originKey(a, null, '192.0.2.1:1')).toBe(originKey(a, null, '192.0.2.1:2'));
    expect(originKey(a, null, '192.0.2.1:1')).not.toBe(originKey(a, null, '192.0.2.2:1'));
    expect(originKey(a, null, '192.0.2.1:1')).not.toBe(
      originKey('b' as SessionId, null, '192.0.2.1:1'),
    );
  });

  it('cannot be forged by a name that looks like a host', () => {
    expect(originKey(a, '192.0.2.1', '192.0.2.9:1')).not.toBe(originKey(a, null, '192.0.2.1:1'));
  });
});

describe('what may be one line', () => {
  it('are refusals of one session, cause and host, whatever the port', () => {
    expect(foldKey(refusal({ remote: '192.0.2.1:1' }))).toBe(
      foldKey(refusal({ remote: '192.0.2.1:2' })),
    );
    expect(foldKey(refusal({ remote: '[::1]:1' }))).toBe(foldKey(refusal({ remote: '[::1]:2' })));
    const others = [
      refusal({ session: 'b' as SessionId }),
      refusal({ cause: 'max-viewers' }),
      refusal({ remote: '192.0.2.2:5000' }),
      refusal({ who: 'mira' }),
    ];
    const keys = new Set([refusal({}), ...others].map(foldKey));
    expect(keys.size).toBe(5);
  });

  it('are those for which no session is to blame in whichever session, of one host', () => {
    const b = 'b' as SessionId;
    for (const cause of ['max-viewers', 'draining'] as const) {
      expect(foldKey(refusal({ cause, session: b }))).toBe(foldKey(refusal({ cause })));
      const other = refusal({ cause, remote: '192.0.2.2:5000' });
      expect(foldKey(other)).not.toBe(foldKey(refusal({ cause })));
    }
    const locked = refusal({ cause: 'locked' });
    // Where all are locked, a storm may make up a new session each time.
    expect(foldKey(refusal({ cause: 'locked', session: b }))).toBe(foldKey(locked));
  });

  it('is nothing else', () => {
    expect(foldKey({ event: 'viewer.admitted', dialMs: 1, ...named })).toBe(null);
    expect(foldKey({ event: 'proxy.stopped' })).toBe(null);
  });
});

it('the leaving of an evicted viewer has no line of its own', () => {
  const left = { event: 'viewer.left', ...named, ...figures, ...closed } as const;
  expect(hasLine({ ...left, cause: 'evicted' })).toBe(false);
  expect(hasLine({ ...left, cause: 'viewer-closed' })).toBe(true);
  expect(hasLine({ event: 'viewer.evicted', cause: 'operator', ...named, ...closed })).toBe(true);
});

describe('the families', () => {
  const evicted = { event: 'viewer.evicted', cause: 'operator', ...named, ...closed } as const;
  const cases: readonly (readonly [EventBody, readonly string[]])[] = [
    [refusal({}), ['refusals']],
    [{ event: 'session.full', session: place.session, viewers: 8, cap: 8 }, ['refusals']],
    [{ ...evicted, cause: 'pong-timeout' }, ['evictions']],
    [{ ...evicted, actor: 'console' }, ['evictions', 'operator']],
    [{ event: 'viewer.admitted', dialMs: 1, ...named }, ['visits']],
    [{ event: 'viewer.left', cause: 'viewer-lost', ...named, ...figures, ...closed }, ['visits']],
    [{ event: 'viewer.late', ...state }, ['states']],
    [{ event: 'viewer.expiring', ...state }, ['states']],
    [{ event: 'viewer.stuck', ...state }, ['states']],
    [{ event: 'viewer.recovered', ...state }, ['states']],
    [
      { event: 'backend.unavailable', cause: 'refused', detail: '', dialMs: 1, ...named },
      ['backends'],
    ],
    [{ event: 'viewer.kept', forMs: 1, actor: 'console', ...named }, ['operator']],
    [{ event: 'cap.changed', from: 8, to: 5, actor: 'console' }, ['operator']],
    [{ event: 'proxy.listening', address: '127.0.0.1:1' }, ['operator']],
    [{ event: 'proxy.stopped' }, ['operator']],
    [{ event: 'proxy.draining', windowMs: 1, viewers: 1, actor: 'console' }, ['operator']],
    [{ event: 'session.locked', actor: 'console' }, ['operator']],
    [{ event: 'session.unlocked', session: place.session, actor: 'console' }, ['operator']],
    [
      { event: 'eviction.armed', viewers: [named.viewer], count: 1, dueMs: 1, actor: 'console' },
      ['operator'],
    ],
    [
      { event: 'eviction.undone', viewers: [named.viewer], count: 1, actor: 'console' },
      ['operator'],
    ],
    [{ event: 'events.dropped', count: 1 }, ['operator']],
  ];

  it.each(cases)('of %j are %j', (event, kinds) => {
    expect(kindsOf(event)).toEqual(kinds);
  });
});
