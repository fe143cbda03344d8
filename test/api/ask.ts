/** A control socket under test, and how to ask there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiParts, type ControlApi, openApi } from '../../src/api/api.ts';
import type { ControlOptions, ProxyControl } from '../../src/contract.ts';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { within } from '../support/within.ts';

/** A folder of its own, private, gone after the test. */
export const privateFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wsb-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** How it runs where a test does not say. */
export const socketOnly = (socketPath: string): ControlOptions => ({
  socketPath,
  listen: null,
  isPublic: false,
  tokenFile: null,
  token: null,
  maxStreamsPerAddress: 4,
});

/** Opens the control of a proxy on a socket of its own. */
export const openOn = async (
  control: ProxyControl & { readonly address?: string },
  options: Partial<ControlOptions> = {},
  parts: Partial<ApiParts> = {},
): Promise<ControlApi & { readonly socketPath: string }> => {
  const all = { ...socketOnly(join(await privateFolder(), 'c.sock')), ...options };
  const api = await openApi(control, all, { address: control.address ?? '127.0.0.1:1', ...parts });
  onCleanup(api.close);
  return { ...api, socketPath: api.socketPath ?? '' };
};

/** Where to ask. */
export type Place =
  | { readonly socketPath: string }
  | { readonly port: number; readonly localAddress?: string };

/** The place of a door over TCP. */
export const tcpOf = ({ tcp }: Pick<ControlApi, 'tcp'>): { readonly port: number } => ({
  port: Number(/\d+$/.exec(tcp ?? '')?.[0]),
});

/** What is asked besides method and path. */
export type Asked = {
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON. */
  readonly body?: unknown;
  /** As it is. */
  readonly text?: string;
};

/** What JSON says; a test knows what it looks for. */
type Json = ReturnType<typeof JSON.parse>;

/** What came back, whole. */
export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Json;
};

/** Opens a request and gives its answer while that is still to be read. */
export const open = (
  place: Place,
  method: string,
  path: string,
  { headers = {}, body, text = body === undefined ? '' : JSON.stringify(body) }: Asked = {},
): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const length = text === '' ? {} : { 'Content-Length': String(Buffer.byteLength(text)) };
  const asked = request({
    ...place,
    ...('port' in place ? { host: '127.0.0.1' } : {}),
    method,
    path,
    agent: false,
    headers: { ...type, ...length, ...headers },
  });
  asked.on('response', resolve);
  asked.on('error', reject);
  onCleanup(() => asked.destroy());
  asked.end(text);
  return within(`an answer to ${method} ${path}`, promise);
};

/** Asks and reads the whole answer. */
export const ask = async (
  place: Place,
  method: string,
  path: string,
  asked?: Asked,
): Promise<Reply> => {
  const answer = await open(place, method, path, asked);
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  const isJson = /json/.test(answer.headers['content-type'] ?? '');
  const { statusCode: status = 0, headers } = answer;
  return { status, headers, text, json: isJson && text !== '' ? JSON.parse(text) : null };
};

/** One message of the event stream. */
export type Message = { readonly id: string; readonly event: string; readonly data: Json };

/** Reads a stream of events into an inbox. */
export const listenTo = async (place: Place, path = '/v1/events', asked: Asked = {}) => {
  const answer = await open(place, 'GET', path, asked);
  const messages = new Inbox<Message>('messages of the stream');
  let rest = '';
  answer.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, id = '', event = '', data = ''] =
        /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(part) ?? [];
      if (id !== '') messages.push({ id, event, data: JSON.parse(data) });
    }
  });
  answer.on('close', () => messages.end('the stream has ended'));
  answer.on('error', () => undefined);
  return { answer, messages };
};
