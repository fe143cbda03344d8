/**
 * The way from a console to a proxy that runs elsewhere: an HTTP Upgrade on its control socket,
 * after which the two speak as they do between threads.
 */
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { placeText } from '../core/host.ts';
import { BouncerError, type ErrorKind } from '../errors.ts';
import { attachProtocol, type Carrier } from './carrier.ts';
import { lineCarrier } from './line-carrier.ts';

/** Where a control socket is; over TCP with its token. */
export type AttachTo =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly token: string };

/** Longest line of a proxy's: the widest picture is far below. */
const MOST_LINE = 64 * 1024 * 1024;

/** For a proxy that takes the connection and says nothing. */
const ANSWER_MS = 5_000;

/** What is read of an answer that is none. */
const MOST_DETAIL = 4_096;

const cannot = (
  to: AttachTo,
  what: string,
  remedy: string,
  cause?: unknown,
  kind: ErrorKind = 'environment',
): BouncerError =>
  new BouncerError(kind, `cannot attach to ${placeText(to)}: ${what}`, remedy, cause);

const troubleOf = (to: AttachTo, error: NodeJS.ErrnoException): BouncerError => {
  switch (error.code) {
    case 'ENOENT':
      return cannot(
        to,
        'nothing is there',
        'start a proxy, or name the socket of one',
        error,
        'absent',
      );
    case 'ECONNREFUSED':
      return cannot(to, 'nobody answers', 'start the proxy again', error, 'absent');
    case 'EACCES':
      return cannot(to, 'permission denied', 'ask as the user who runs the proxy', error);
    default:
      return cannot(to, error.code ?? error.message, 'look whether the proxy runs', error);
  }
};

const detailOf = (body: string, status: number): string => {
  try {
    const { detail } = JSON.parse(body) as { readonly detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // Not a problem of ours: the status has to do.
  }
  return `it answers ${status}`;
};

/**
 * Attaches; the carrier is for `connect` or `ControlClient.use`.
 * @throws BouncerError of kind `environment`
 */
export const openAttachLink = (to: AttachTo): Promise<Carrier> => {
  const { promise, resolve, reject } = Promise.withResolvers<Carrier>();
  const headers = {
    Connection: 'Upgrade',
    Upgrade: attachProtocol,
    ...('token' in to ? { Authorization: `Bearer ${to.token}` } : {}),
  };
  const place = 'socketPath' in to ? to : { host: to.host, port: to.port };
  const asked = request({ ...place, path: '/v1/attach', headers, agent: false });
  asked.setTimeout(ANSWER_MS, () =>
    asked.destroy(cannot(to, 'it does not answer', 'look whether it is stuck, or try again')),
  );
  asked.on('error', (error) =>
    reject(error instanceof BouncerError ? error : troubleOf(to, error)),
  );
  asked.on('upgrade', (_answer: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    resolve(lineCarrier(socket, { head, mostLineBytes: MOST_LINE }));
  });
  asked.on('response', (answer) => {
    let body = '';
    const end = (): void => {
      const detail = detailOf(body, answer.statusCode ?? 0);
      const remedy =
        answer.statusCode === 401
          ? 'check --token-file, or WSBOUNCER_CONTROL_TOKEN'
          : 'look whether that is a wsbouncer of this release';
      reject(cannot(to, detail, remedy));
      asked.destroy();
    };
    answer.setEncoding('utf8').on('data', (text: string) => {
      body += text;
      if (body.length > MOST_DETAIL) end();
    });
    answer.on('end', end);
    answer.on('error', end);
  });
  asked.end();
  return promise;
};
