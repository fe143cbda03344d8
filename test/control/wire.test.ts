import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFromProxy,
  decodeToProxy,
  encode,
  versionTrouble,
  wireVersion,
} from '../../src/control/wire.ts';
import { someView } from './stub-control.ts';
import { anyFromProxy, anyToProxy } from './wire-arbitraries.ts';

const decoders = { decodeToProxy, decodeFromProxy };

/** Every object and list within a value that JSON can carry. */
const within = (value: unknown): object[] =>
  typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(within)]
    : [];

describe('the messages of a control link', () => {
  it('arrive as they were sent, in both directions', () => {
    fc.assert(
      fc.property(anyToProxy, (message) => {
        expect(decodeToProxy(encode(message))).toEqual({ ok: true, message });
      }),
    );
    fc.assert(
      fc.property(anyFromProxy, (message) => {
        expect(decodeFromProxy(encode(message))).toEqual({ ok: true, message });
      }),
    );
  });

  it('take one line each', () => {
    fc.assert(
      fc.property(fc.oneof(anyToProxy, anyFromProxy), (message) => {
        expect(encode(message)).not.toMatch(/[\r\n]/);
      }),
    );
  });

  it('let through fields that a newer program adds', () => {
    fc.assert(
      fc.property(anyFromProxy, (message) => {
        const more: unknown = JSON.parse(encode(message));
        for (const part of within(more)) {
          if (!Array.isArray(part)) {
            Reflect.set(part, 'added later', { by: ['a newer', 1] });
          }
        }
        expect(decodeFromProxy(JSON.stringify(more))).toEqual({ ok: true, message: more });
      }),
    );
  });
});

describe.each(Object.entries(decoders))('%s', (_name, decode) => {
  it('gives an error for anything that is no message, and never throws', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.record({ type: fc.string(), id: fc.anything() }).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(anything, (garbage) => {
        expect(decode(garbage)).toEqual({
          ok: false,
          error: expect.stringMatching(/./),
          type: expect.toSatisfy(isTextOrNull),
          id: expect.toSatisfy(isCountOrNull),
        });
      }),
    );
  });

  it.each([
    ['a value that is not text', { type: 'hello', version: 1 }],
    ['nothing', ''],
    ['half a message', '{"type":"hello","ver'],
    ['a name that every object has', '{"type":"constructor"}'],
    ['a name that is inherited', '{"__proto__":{"type":"hello","version":1}}'],
    ['very deep nesting', '['.repeat(100_000)],
  ])('gives an error for %s', (_what, garbage) => {
    expect(decode(garbage)).toMatchObject({ ok: false, type: expect.toSatisfy(isTextOrNull) });
  });
});

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isCountOrNull = (value: unknown): boolean => value === null || Number.isSafeInteger(value);

const term = { on: 'text', has: 'a', not: false };

/** Fields that may be absent, in one message or another. */
const optional = new Set([
  'code',
  'reason',
  'closeSent',
  'status',
  'actor',
  'note',
  'who',
  'session',
  'preview',
  'viewers',
  'more',
  'beforeMs',
  'lifted',
  'path',
  'later',
  'control',
  'controlListen',
  'target',
  'by',
  'after',
  'place',
  'armed',
  'empty',
  'heldMs',
  'limit',
  'sort',
  'skip',
  'replay',
]);

/** A copy of a message without one of its values, chosen by `at`, or with junk in its place. */
const spoil = (message: object, at: number, junk?: unknown): { text: string; key: string } => {
  const copy = structuredClone(message);
  const places = within(copy).flatMap((part) => Object.keys(part).map((key) => ({ part, key })));
  const { part, key } = places[at % places.length]!;
  Reflect.deleteProperty(part, key);
  if (junk !== undefined) {
    Reflect.set(part, key, junk);
  }
  return { text: JSON.stringify(copy), key };
};

describe('a message of which one value is wrong', () => {
  it('is an error, whichever value of whatever message it is', () => {
    // No field has the shape of this one, and neither has an item of any list.
    const junk = [[[]]];
    fc.assert(
      fc.property(anyFromProxy, fc.nat(), (message, at) => {
        expect(decodeFromProxy(spoil(message, at, junk).text)).toMatchObject({ ok: false });
      }),
    );
    fc.assert(
      fc.property(anyToProxy, fc.nat(), (message, at) => {
        expect(decodeToProxy(spoil(message, at, junk).text)).toMatchObject({ ok: false });
      }),
    );
  });

  it('is an error where a value is missing that must be there', () => {
    fc.assert(
      fc.property(anyFromProxy, fc.nat(), (message, at) => {
        const { text, key } = spoil(message, at);
        fc.pre(!optional.has(key));
        expect(decodeFromProxy(text)).toMatchObject({ ok: false });
      }),
    );
    fc.assert(
      fc.property(anyToProxy, fc.nat(), (message, at) => {
        const { text, key } = spoil(message, at);
        fc.pre(!optional.has(key));
        expect(decodeToProxy(text)).toMatchObject({ ok: false });
      }),
    );
  });

  it.each([
    ['message.id', { type: 'look', id: -1, view: {} }],
    ['message.id', { type: 'seen', id: 1.5 }],
    ['message.id is missing', { type: 'seen' }],
    ['message.command.do', { type: 'command', id: 1, command: { do: 'explode' } }],
    ['message.command.viewer', { type: 'command', id: 1, command: { do: 'evict', actor: 'a' } }],
    ['message.command.cap', { type: 'command', id: 1, command: { do: 'preview-cap', cap: null } }],
    [
      'message.command.session',
      {
        type: 'command',
        id: 1,
        command: { do: 'preview-cap', cap: 1, session: null },
      },
    ],
    ['message.command.now', { type: 'command', id: 1, command: { do: 'stop', now: 'yes' } }],
  ])('is told apart by where it is wrong: %s', (where, message) => {
    expect(decodeToProxy(JSON.stringify(message))).toMatchObject({
      ok: false,
      error: expect.stringContaining(where),
    });
  });

  it.each<[string, object]>([
    ['message.view.worst', { worst: -1 }],
    ['message.view.gone', { gone: -1 }],
    ['message.view.sessions.before', { sessions: { ...someView.sessions, before: -1 } }],
    ['message.view.viewers.after', { viewers: { ...someView.viewers, after: 1e300 } }],
    ['message.view.events.rows', { events: { ...someView.events, rows: -3 } }],
    ['message.view.events.kind', { events: { ...someView.events, kind: 'wars' } }],
    ['message.view.sessions.after', { sessions: { ...someView.sessions, after: 10_001 } }],
    ['message.view.viewers.before', { viewers: { ...someView.viewers, before: 10_001 } }],
    ['message.view.worst', { worst: 10_001 }],
    ['message.view.gone', { gone: 10_001 }],
    ['message.view.events.rows', { events: { ...someView.events, rows: 10_001 } }],
    ['message.view.followed', { followed: Array.from({ length: 1_001 }, (_none, n) => `v${n}`) }],
    ['message.view.filter', { filter: Array.from({ length: 51 }, () => term) }],
    ['message.view.filter[1].has', { filter: [term, { ...term, has: 'x'.repeat(201) }] }],
    ['message.view.filter[0].on', { filter: [{ ...term, on: 'mood' }] }],
    ['message.view.filter[0].bound', { filter: [{ on: 'rtt', than: 'more', not: false }] }],
    ['message.view.sessionSort.by', { sessionSort: { by: 'who', reversed: false } }],
    ['message.view.viewerSort.by', { viewerSort: { by: 'refused', reversed: false } }],
  ])('is told apart in a view: %s', (where, change) => {
    const message = { type: 'watch', id: 1, view: { ...someView, ...change } };
    expect(decodeToProxy(JSON.stringify(message))).toMatchObject({
      ok: false,
      error: expect.stringContaining(where),
    });
  });

  it('is none in a view that asks for as much as it may', () => {
    const most = { anchor: null, edge: 'first', before: 10_000, after: 10_000 };
    const view = {
      ...someView,
      sessions: most,
      viewers: most,
      worst: 10_000,
      gone: 10_000,
      events: { ...someView.events, rows: 10_000 },
      followed: Array.from({ length: 1_000 }, (_none, n) => `v${n}`),
      filter: Array.from({ length: 50 }, () => ({ ...term, has: 'x'.repeat(200) })),
    };
    const message = { type: 'look', id: 1, view };
    expect(decodeToProxy(JSON.stringify(message))).toEqual({ ok: true, message });
  });

  it('still says which command it was about, so that its sender can be told', () => {
    const message = { type: 'command', id: 7, command: { do: 'set-cap', cap: Number.NaN } };
    expect(decodeToProxy(JSON.stringify(message))).toMatchObject({ type: 'command', id: 7 });
  });
});

describe('versions', () => {
  it('get along only where they are the same, and say the remedy', () => {
    expect(versionTrouble(wireVersion)).toBeNull();
    expect(versionTrouble(wireVersion + 1)).toMatch(/version 4 .* version 5; use the same release/);
  });
});
