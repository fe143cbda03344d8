/**
 * What a request is answered with, as a value: JSON, nothing, or a problem (RFC 9457) whose
 * `detail` says what to do instead. Who writes it to a socket is somebody else.
 */
import { STATUS_CODES } from 'node:http';

/** A whole answer. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
};

const jsonType = 'application/json; charset=utf-8';

/** A value, as JSON. */
export const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'Content-Type': jsonType },
  body: `${JSON.stringify(value)}\n`,
});

/** A text that is not ours to shape. */
export const plain = (body: string, contentType: string): Answer => ({
  status: 200,
  headers: { 'Content-Type': contentType },
  body,
});

/** It is done (204), or has begun (202); there is nothing else to say. */
export const done = (status: 202 | 204 = 204): Answer => ({ status, headers: {}, body: '' });

/** It cannot be done; `detail` is a sentence that names the remedy. */
export const problem = (
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { 'Content-Type': 'application/problem+json', ...headers },
  body: `${JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail })}\n`,
});

/** What was read of a request, or why it cannot be. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly answer: Answer };

/** It was understood. */
export const read = <Value>(value: Value): Read<Value> => ({ ok: true, value });

/** It was not: 400 with this sentence, unless another status fits. */
export const unread = (detail: string, status = 400): Read<never> => ({
  ok: false,
  answer: problem(status, detail),
});
