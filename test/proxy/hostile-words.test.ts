/**
 * Everything that a viewer or a backend can put words into, filled with what steers terminals and
 * breaks lines, through a real proxy: into the log go only the words of the proxy and the ids and
 * names that it has checked, and nothing of it moves a cursor.
 */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { eventText } from '../../src/console/event-text.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import type { Size } from '../../src/console/layout.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { screenOf } from '../../src/console/screen.ts';
import { initialState, plainSettings, type State } from '../../src/console/state.ts';
import { step } from '../../src/console/step.ts';
import { textOf } from '../../src/console/text.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { EventLines } from '../../src/run/event-lines.ts';
import { rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing } from '../support/frames.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewer, type RawViewerOptions } from '../support/raw-viewer.ts';

/** Stands in all of it that must not be logged at all. */
const SECRET = 'hunter2';

/** What steers, breaks, hides, turns or shifts. */
const HOSTILE: readonly string[] = [
  '\x1b[2J\x1b[H',
  '\x1b]0;title\x07',
  '\x1b]52;c;aGk=\x07',
  '\x1bPq\x1b\\',
  '\x1bc',
  '\x9b2J',
  '\x9d0;title\x9c',
  '\x90q\x9c',
  '\x85\x84\x8d',
  '\r\n{"event":"proxy.stopped"}\r\n',
  '\n{"time":"","event":"viewer.left"}',
  '\r',
  '\b\b\b\x7f',
  '\0',
  '","event":"proxy.stopped","x":"',
  '\\u001b[2J\\n',
  '\u2028{}\u2029',
  '\u202etxt.exe\u202c',
  '\u2066\u2069\u200f\u061c',
  '\u200b\u200d\ufeff\u00ad',
  `e${'\u0301'.repeat(60)}`,
  '\u1100\u1161\u11a8',
  '表示',
  '👩‍👩‍👧‍👦',
  'ｆｕｌｌ',
  '\ud83d',
  '\udc00\ud800',
  '\ue000\u{10fffd}\uffff',
  ...Array.from({ length: 16 }, (_, row) =>
    Array.from({ length: 16 }, (_, at) => String.fromCharCode(row * 16 + at)).join(''),
  ),
];

/** As many bytes on the wire as the text has in UTF-8. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Once as UTF-8, once as single bytes where there are such. */
const spellings = (text: string): readonly string[] =>
  /^[\0-\xff]*$/.test(text) ? [wire(text), text] : [wire(text)];

/** What Node takes for a header's value. */
const asValue = (text: string): string => text.replaceAll(/(?![\t\x80-\xff])\p{Cc}/gu, '');

const who = 'x-forwarded-user';

/** Headers in which everything is hostile; the name alone is logged, and without the secret. */
const headersOf = (text: string): NonNullable<RawViewerOptions['extraHeaders']> => ({
  Origin: `http://${SECRET}${text}`,
  'X-Forwarded-For': `${SECRET}${text}, 192.0.2.7`,
  'X-Forwarded-Host': `${SECRET}${text}`,
  'X-Forwarded-Proto': `${SECRET}${text}`,
  'X-Forwarded-User': text,
  'User-Agent': `${SECRET}${text}`,
  Cookie: `a=${SECRET}${text}`,
  Authorization: `Basic ${SECRET}${text}`,
  Referer: `${SECRET}${text}`,
});

const STATE = ['session', 'viewer', 'remote', 'who', 'viewers', 'cap'];
const PUT = ['code', 'reason', 'closeSent'];
const COUNTS = ['bytesToViewer', 'bytesToBackend', 'messagesToViewer', 'messagesToBackend'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'viewer.admitted': [...STATE, 'dialMs', 'heldMs'],
  'viewer.refused': [...STATE, ...PUT, 'cause', 'status', 'heldMs'],
  'viewer.left': [...STATE, ...PUT, 'cause', 'durationMs', ...COUNTS],
  'backend.unavailable': [...STATE, ...PUT, 'cause', 'detail', 'dialMs', 'status'],
  'session.full': ['session', 'viewers', 'cap'],
};

/** Controls, formats and what turns; halves; what breaks lines. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** Printable ASCII, and letters that take one cell everywhere: said here once more, on purpose. */
const NARROW = /^[\x20-\x7e\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]*$/;

/** The log of a proxy, as a headless run writes it. */
const logOf = (proxy: TestProxy) => {
  let text = '';
  const stream = {
    writableLength: 0,
    write: (chunk: string | Uint8Array) => {
      text += Buffer.from(chunk).toString('utf8');
      return true;
    },
    on: () => undefined,
  };
  proxy.control.events(
    new EventLines(
      stream,
      systemClock,
      () => undefined,
      (run) => run(),
    ).write,
  );
  return { text: () => text };
};

/** Every line is one event and nothing else, and says nothing that it should not. */
const expectClean = (log: string, events: number): void => {
  expect(log.endsWith('\n')).toBe(true);
  const lines = log.slice(0, -1).split('\n');
  expect(lines).toHaveLength(events);
  for (const line of lines) {
    const event = JSON.parse(line) as ProxyEvent;
    expect(JSON.stringify(event)).toBe(line);
    expect(line).not.toMatch(UNSEEN);
    expect(line).not.toContain(SECRET);
    const { time, event: name, ...fields } = event;
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Object.keys(FIELDS)).toContain(name);
    for (const field of Object.keys(fields)) expect(FIELDS[name]).toContain(field);
    // The line of the console's log mode.
    expect(eventText(event)).toMatch(NARROW);
  }
};

const signs = new Set(JSON.stringify(unicodeGlyphs));
const keys = [
  'tab',
  'enter',
  'esc',
  'j',
  'tab',
  'enter',
  'esc',
  'G',
  'enter',
  'esc',
  ':',
  'e',
  'v',
];
const sizes: readonly Size[] = [
  { columns: 160, rows: 50 },
  { columns: 60, rows: 15 },
];

/** The console in front of the proxy, page by page: every row has letters of one cell alone. */
const expectSteady = async (proxy: TestProxy): Promise<void> => {
  for (const size of sizes) {
    let state: State = initialState(size, plainSettings, 0);
    for (const key of ['', ...keys]) {
      if (key !== '') state = step(state, { type: 'keys', keys: [key] }, 0).state;
      const snapshot = await proxy.snapshot(viewOf(state));
      state = step(state, { type: 'snapshot', snapshot }, 0).state;
      for (const row of screenOf(state, unicodeGlyphs).map(textOf)) {
        const plain = Array.from(row, (sign) => (signs.has(sign) ? ' ' : sign)).join('');
        expect(plain).toMatch(NARROW);
        expect(row.length).toBeLessThanOrEqual(size.columns);
        expect(row).not.toContain(SECRET);
      }
      for (const row of screenOf(state, asciiGlyphs).map(textOf)) expect(row).not.toMatch(UNSEEN);
    }
  }
};

const believing = {
  cap: 1,
  allowOrigins: ['*'],
  trustProxies: ['127.0.0.0/8'],
  whoHeader: who,
} as const;

/** A Close's reason, as long as it may be; not always UTF-8. */
const reasonOf = (spelled: string): Buffer =>
  Buffer.from(`${SECRET}${spelled}`, 'latin1').subarray(0, 123);

describe.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))(
  'the words %s',
  (_what, text) => {
    it('of viewers and backends get into no line of the log, and move nothing', async () => {
      const backend = await rawBackend({
        extraHeaders: { 'X-Backend': `${SECRET}${asValue(wire(text))}` },
      });
      const proxy = await withProxy({ backend: backend.template, ...believing });
      const log = logOf(proxy);
      const answered: RawViewer[] = [];
      for (const spelled of spellings(text)) {
        // As they are, wherever Node lets them by; in the target, always.
        const wild = (target: string): void => {
          const extraHeaders = headersOf(spelled);
          const url = proxy.url('a').replace('/ws/a', target);
          answered.push(connectRaw(url, { extraHeaders }));
        };
        wild(`/ws/${SECRET}${spelled}`);
        wild(`/ws/${encodeURIComponent(`${SECRET}${text.toWellFormed()}`)}`);
        wild(`/${SECRET}${spelled}`);

        const value = asValue(spelled);
        const extraHeaders = headersOf(value);
        const offer = { extraHeaders, subprotocols: [`${SECRET}${value}`] };
        const query = `?q=${encodeURIComponent(`${SECRET}${text.toWellFormed()}`)}`;
        const first = connectRaw(proxy.url('a', query), offer);
        await first.open();
        const one = await backend.connections.next();
        await connectRaw(proxy.url('a', query), { extraHeaders }).closed();
        const content = Buffer.from(`${SECRET}${text}`);
        first.sendFrame({ opcode: opcodes.text, payload: content });
        first.sendFrame({ opcode: opcodes.ping, payload: content.subarray(0, 125) });
        one.peer.sendFrame({ opcode: opcodes.binary, payload: content });
        await first.nextData();
        await expectSteady(proxy);
        first.sendFrame({ opcode: opcodes.close, payload: closing(4_000, reasonOf(spelled)) });
        await first.closed();
        await proxy.events.next(named('viewer.left', { cause: 'viewer-closed', code: 4_000 }));

        const second = connectRaw(proxy.url('a', query), { extraHeaders });
        await second.open();
        const { peer } = await backend.connections.next();
        peer.sendFrame({ opcode: opcodes.close, payload: closing(4_001, reasonOf(spelled)) });
        await second.closed();
        await proxy.events.next(named('viewer.left', { cause: 'backend-closed', code: 4_001 }));

        const third = connectRaw(proxy.url('a', query), { extraHeaders });
        await third.open();
        await backend.connections.next();
        third.sendFrame({ opcode: 3, payload: content });
        await third.closed();
        await proxy.events.next(named('viewer.left', { cause: 'protocol-error' }));
      }
      for (const viewer of answered) {
        expect((await viewer.open()).status).toBeGreaterThan(399);
      }
      await expectSteady(proxy);
      // Three came in and went, one of them at a full session, and one was refused.
      expectClean(log.text(), spellings(text).length * 10);
    });

    it('of a backend that refuses get into no line of the log', async () => {
      const answers = spellings(text).flatMap((spelled) => [
        `HTTP/1.1 200 ${SECRET}${spelled}\r\n\r\n`,
        `HTTP/1.1 ${SECRET}${spelled}\r\n\r\n`,
        `HTTP/1.1 101 ${SECRET}${spelled}\r\nX-A: ${SECRET}${spelled}\r\n\r\n`,
        `${SECRET}${spelled}\r\n\r\n`,
        `HTTP/1.1 101 OK\r\nUpgrade: ${SECRET}${spelled}\r\n${SECRET}${spelled}: a\r\n\r\n`,
        `HTTP/1.1 101 OK\r\nSec-WebSocket-Protocol: ${SECRET}${spelled}\r\n\r\n${SECRET}`,
      ]);
      await Promise.all(
        answers.map(async (answer) => {
          const backend = await rawBackend({ answer });
          const proxy = await withProxy({ backend: backend.template, ...believing, cap: 2 });
          const log = logOf(proxy);
          const viewer = connectRaw(proxy.url('a'));
          expect((await viewer.closed()).close?.code).toBe(1011);
          await proxy.events.next(named('backend.unavailable', { cause: 'bad-answer' }));
          expectClean(log.text(), 1);
        }),
      );
    });
  },
);
