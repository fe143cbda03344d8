/**
 * A request to the control socket of a proxy, and its answer. Node's own client is enough: one
 * request on one connection, over a Unix socket or with a token over TCP.
 */
import { type IncomingMessage, request } from 'node:http';
import { placeText } from '../core/host.ts';
import { BouncerError } from '../errors.ts';

/** Where a proxy is controlled. */
export type Place =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly token: string };

/** Who asks, where, and how long an answer may take. */
export type Asker = {
  readonly place: Place;
  /** Null: nobody in particular. */
  readonly actor: string | null;
  readonly timeoutMs: number;
};

/** A whole answer. */
export type Answer = { readonly status: number; readonly text: string };

/** Longest answer; a page of a thousand rows is far below. */
const MOST_BYTES = 64 * 1024 * 1024;

const troubleOf = (place: Place, error: NodeJS.ErrnoException): BouncerError => {
  if (error instanceof BouncerError) return error;
  const where = placeText(place);
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new BouncerError(
        'absent',
        `no wsbouncer answers at ${where}`,
        'start it, or name the control socket of one that runs',
        error,
      );
    case 'EACCES':
      return new BouncerError(
        'environment',
        `no permission to ask at ${where}`,
        'ask as the user who runs the proxy',
        error,
      );
    default:
      return new BouncerError(
        'environment',
        `the connection to ${where} broke (${error.code ?? error.message})`,
        'look whether the proxy runs, and try again',
        error,
      );
  }
};

/** Sends a request; resolves with the head of the answer, of which the body is still to be read. */
export const open = (
  { place, actor, timeoutMs }: Asker,
  method: string,
  path: string,
  body?: object,
): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const text = body === undefined ? '' : JSON.stringify(body);
  const where = 'socketPath' in place ? place : { host: place.host, port: place.port };
  const asked = request({
    ...where,
    method,
    path,
    agent: false,
    headers: {
      ...('socketPath' in place ? { Host: 'localhost' } : {}),
      ...('token' in place ? { Authorization: `Bearer ${place.token}` } : {}),
      ...(actor === null ? {} : { 'X-Wsbouncer-Actor': actor }),
      ...(text === ''
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    },
  });
  asked.setTimeout(timeoutMs, () => {
    const what = `${placeText(place)} does not answer within ${timeoutMs}ms`;
    asked.destroy(
      new BouncerError('environment', what, 'look whether it is stuck, or pass --timeout'),
    );
  });
  asked.on('response', resolve);
  asked.on('error', (error) => reject(troubleOf(place, error)));
  asked.end(text);
  return promise;
};

/**
 * Asks and reads the whole answer, whatever its status.
 * @throws BouncerError of kind `absent` or `environment`
 */
export const ask = async (
  asker: Asker,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> => {
  const answer = await open(asker, method, path, body);
  let text = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > MOST_BYTES) throw new Error('its answer is too long');
    }
  } catch (error) {
    throw troubleOf(asker.place, error as NodeJS.ErrnoException);
  }
  return { status: answer.statusCode ?? 0, text };
};
