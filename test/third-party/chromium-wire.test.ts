/** What a browser sends and gets through the proxy is what it sends and gets without one. */
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { WebSocket as Connection } from 'ws';
import { echoBackend, type WsBackend, type WsOptions } from '../support/backends.ts';
import { runProgram } from '../support/program.ts';
import { within } from '../support/within.ts';
import { chromiumTabs, otherSite } from './chromium.ts';

const openTab = chromiumTabs();

const KIB = 1024;

/** What a page does with one WebSocket. */
type Part = {
  readonly protocols?: readonly string[];
  /** Sent once it is open: a text, or that many bytes. */
  readonly sends?: readonly (string | number)[];
  /** How many messages it waits for, and how it closes then; without it the other side does. */
  readonly after?: number;
  readonly closes?: readonly [code?: number, reason?: string];
};

/** Plays a part in the page; runs there, so it refers to nothing outside itself. */
const play = ({ url, part }: { url: string; part: Part }) =>
  new Promise<unknown>((resolve) => {
    const { protocols = [], sends = [], after, closes } = part;
    const socket = new WebSocket(url, [...protocols]);
    socket.binaryType = 'arraybuffer';
    const messages: string[] = [];
    let opened = {};
    const leave = () => {
      if (messages.length === after) socket.close(...(closes ?? []));
    };
    socket.onopen = () => {
      opened = { protocol: socket.protocol, extensions: socket.extensions };
      for (const one of sends) {
        socket.send(
          typeof one === 'string'
            ? one
            : Uint8Array.from({ length: one }, (_, at) => (at * 31 + (at >> 8)) % 256),
        );
      }
      leave();
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      const binary = data instanceof ArrayBuffer;
      const text = String(data);
      const units: readonly number[] = binary
        ? [...new Uint8Array(data)]
        : Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
      // Long ones as a sum in which every place counts.
      const sum = units.reduce((sum, unit) => (sum * 31 + unit) % 1_000_003, 0);
      const what = binary ? 'binary' : 'text';
      const gist = units.length > 200 ? `sum ${sum}` : binary ? units.join() : text;
      messages.push(`${what} of ${units.length}: ${gist}`);
      leave();
    };
    socket.onclose = ({ code, reason, wasClean }) =>
      resolve({ ...opened, messages, code, reason, wasClean });
  });

/** How one connection went, at both its ends. */
const story = async (
  page: Page,
  url: string,
  { connections }: WsBackend,
  part: Part,
  serve: (connection: Connection) => void,
) => {
  const playing = page.evaluate(play, { url, part });
  const { ws } = await connections.next();
  const closed = once(ws, 'close') as Promise<[number, Buffer]>;
  serve(ws);
  const seen = await within('the page to be through', playing);
  const [code, reason] = await within('the backend to be left', closed);
  return { seen, left: { code, reason: reason.toString() } };
};

type Case = {
  readonly what: string;
  readonly part: Part;
  readonly serve?: (connection: Connection) => void;
  /** What the page sees, in part. */
  readonly seen: object;
  readonly options?: WsOptions;
  /** What the backend sees through the proxy, if not what it sees directly. */
  readonly left?: { readonly code: number; readonly reason: string };
};

const done = { closes: [1000, 'done'] } as const;
const closing = (code: number, reason: string): Case => ({
  what: `the session closes with ${code} and ${Buffer.byteLength(reason)} bytes of reason`,
  part: {},
  serve: (connection) => connection.close(code, reason),
  seen: { code, reason, wasClean: true },
});
const leaving = (...closes: [code?: number, reason?: string]): Case => ({
  what: `the page closes with ${closes.join(' ') || 'nothing'}`,
  part: { after: 0, closes },
  seen: { code: closes[0] ?? 1005, reason: closes[1] ?? '', wasClean: true },
});

const cases: readonly Case[] = [
  {
    what: 'texts, empty and beyond ASCII, come back',
    part: { sends: ['', 'a text', 'ä 漢字 🙂 \u0000'], after: 3, ...done },
    seen: {
      messages: ['text of 0: ', 'text of 6: a text', 'text of 9: ä 漢字 🙂 \u0000'],
      code: 1000,
      reason: 'done',
    },
  },
  {
    what: 'binary messages of every length of a header come back',
    part: { sends: [0, 1, 125, 126, 127, 65_535, 65_536], after: 7, ...done },
    seen: { code: 1000 },
  },
  {
    what: 'a message of 200 KiB comes back',
    part: { sends: [200 * KIB], after: 1, ...done },
    seen: { messages: [expect.stringMatching(/^binary of 204800: sum \d+$/)] },
  },
  {
    what: 'the session says 3 MiB',
    part: { after: 1, ...done },
    serve: (connection) => connection.send(Buffer.alloc(3 * KIB * KIB, 'three MiB')),
    seen: { messages: [expect.stringMatching(/^binary of 3145728: sum \d+$/)] },
  },
  {
    what: 'a text arrives in fragments that cut its characters, with pings between',
    part: { after: 1, ...done },
    serve: (connection) => {
      const bytes = Buffer.from('漢字🙂');
      for (const byte of bytes) {
        connection.send(Buffer.from([byte]), { binary: false, fin: false });
        connection.ping();
      }
      connection.send('', { binary: false, fin: true });
    },
    seen: { messages: ['text of 4: 漢字🙂'] },
  },
  {
    what: 'a text that is not UTF-8 ends it',
    part: {},
    serve: (connection) => connection.send(Buffer.from([0x61, 0xff]), { binary: false }),
    seen: { messages: [], code: 1006, wasClean: false },
  },
  closing(1000, ''),
  closing(1001, 'away'),
  closing(1008, 'not you'),
  closing(1011, 'oops'),
  closing(1012, 'service restart'),
  closing(1013, 'later'),
  closing(3000, 'a registered one'),
  closing(4999, `${'ä'.repeat(61)}!`),
  {
    what: 'the session closes with nothing',
    part: {},
    serve: (connection) => connection.close(),
    seen: { code: 1005, reason: '', wasClean: true },
  },
  leaving(),
  leaving(1000),
  leaving(3000, 'bye'),
  leaving(4999, `${'ä'.repeat(61)}!`),
  {
    what: 'a subprotocol is chosen',
    part: { protocols: ['chat', 'talk'], after: 0, ...done },
    options: { choose: () => 'talk' },
    seen: { protocol: 'talk', code: 1000 },
  },
  {
    what: 'no subprotocol is chosen, which a browser does not put up with',
    part: { protocols: ['chat'] },
    options: { choose: () => false },
    seen: { code: 1006, wasClean: false },
    left: { code: 1001, reason: 'viewer lost' },
  },
  {
    what: 'compression is agreed on',
    part: { sends: ['x'.repeat(100 * KIB), 70_000, 'short'], after: 3, ...done },
    options: { deflate: true },
    seen: { extensions: expect.stringMatching(/^permessage-deflate/), code: 1000 },
  },
  {
    what: 'compression is declined',
    part: { sends: ['x'.repeat(100 * KIB)], after: 1, ...done },
    seen: { extensions: '', code: 1000 },
  },
];

describe('in a browser, through the proxy as directly', () => {
  it.each(cases)('$what', async ({ part, serve = () => undefined, seen, options, left }) => {
    const backend = await echoBackend(options);
    const origin = await otherSite();
    const proxy = await runProgram(['--backend', backend.url, '--allow-origin', origin]);
    const { page } = await openTab();
    await page.goto(origin);
    const direct = backend.url.replace('{session}', 'demo');
    const expected = await story(page, direct, backend, part, serve);
    expect(expected.seen).toMatchObject(seen);
    const through = await story(page, proxy.url('demo'), backend, part, serve);
    expect(through).toEqual({ ...expected, left: left ?? expected.left });
  });
});
