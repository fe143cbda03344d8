/**
 * The control socket as a file. It is bound and given its mode in a folder that nobody else can
 * enter, and only then put where it belongs: a umask cannot open it for a moment. What stands
 * there is replaced only where it is a socket of ours that nobody answers.
 */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { BouncerError } from '../errors.ts';
import { codeOf } from './socket-place.ts';

/** Bytes of a path that the system takes (unix(7), `sun_path`, without its closing NUL). */
const MOST_BYTES = 107;

/** The folder in which it is made, beside its place. */
const WORKSHOP = '.wsb-';
const MADE_LENGTH = Buffer.byteLength(`/${WORKSHOP}XXXXXX/s`);

/** Two who start at once may meet here this often. */
const TRIES = 3;

const isFine = 'stop it first, or pass --control with another path';

const trouble = (path: string, what: string, remedy: string, cause?: unknown): BouncerError =>
  new BouncerError(
    'environment',
    `cannot put the control socket at ${path}: ${what}`,
    remedy,
    cause,
  );

const lookAt = (path: string): Stats | null => {
  try {
    return lstatSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw trouble(path, codeOf(error), 'pass --control with another path', error);
  }
};

const isSame = (one: Stats, other: Stats | null): boolean =>
  other !== null && one.dev === other.dev && one.ino === other.ino;

/** Whether somebody takes connections there; a full queue is somebody too. */
const answers = async (path: string): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.on('connect', () => resolve(true));
  socket.on('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
  );
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
};

/** Takes a dead socket away, and gives it back if it was another one by then. */
const takeAway = (path: string, stale: Stats, workshop: string): void => {
  const aside = join(workshop, 'old');
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw trouble(path, `the old one stays (${codeOf(error)})`, 'remove it yourself', error);
  }
  if (!isSame(stale, lstatSync(aside))) linkSync(aside, path);
  unlinkSync(aside);
};

const clear = async (path: string, uid: number, workshop: string): Promise<void> => {
  const there = lookAt(path);
  if (there === null) return;
  if (!there.isSocket()) {
    throw trouble(path, 'something else is there', 'move it away, or pass --control another path');
  }
  if (await answers(path)) throw trouble(path, 'a running proxy has it', isFine);
  if (there.uid !== uid) {
    throw trouble(path, 'it belongs to another user', 'pass --control with another path');
  }
  takeAway(path, there, workshop);
};

const listen = (server: Server, path: string, shown: string): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (error: NodeJS.ErrnoException): void =>
    reject(trouble(shown, error.code ?? error.message, 'pass --control with another path', error));
  server.once('error', failed);
  server.listen({ path, backlog: 128 }, () => {
    server.removeListener('error', failed);
    resolve();
  });
  return promise;
};

/**
 * Lets the server listen at `path`, with mode 0600, and says how to take the file away again:
 * that does nothing where another stands there by then.
 * @throws BouncerError of kind `environment`
 */
export const listenAt = async (server: Server, path: string, uid: number): Promise<() => void> => {
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(dirname(path)) + MADE_LENGTH);
  if (longest > MOST_BYTES) {
    const remedy = `pass --control with a path that is ${longest - MOST_BYTES} bytes shorter`;
    throw trouble(path, 'the path is too long for a Unix socket', remedy);
  }
  let workshop: string;
  try {
    workshop = mkdtempSync(join(dirname(path), WORKSHOP));
  } catch (error) {
    throw trouble(path, codeOf(error), 'pass --control with a path where you may write', error);
  }
  try {
    const made = join(workshop, 's');
    await listen(server, made, path);
    chmodSync(made, 0o600);
    const own = lstatSync(made);
    for (let left = TRIES; ; left -= 1) {
      await clear(path, uid, workshop);
      try {
        linkSync(made, path);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST' || left === 0) {
          throw trouble(path, codeOf(error), 'pass --control with another path', error);
        }
      }
    }
    return () => {
      try {
        if (isSame(own, lstatSync(path))) unlinkSync(path);
      } catch {
        // Gone already, or out of reach: the next one who starts replaces it.
      }
    };
  } catch (error) {
    server.close();
    throw error;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
};
