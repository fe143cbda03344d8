/**
 * Where a control socket is when nobody says: a place per user and port that a program finds
 * without being told, and that nobody else can have prepared.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { BouncerError } from '../errors.ts';

/** Of whom and where, as far as places depend on it. */
export type Whereabouts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's number. */
  readonly uid: number;
};

const PRIVATE = 0o700;
const OTHERS_MAY_WRITE = 0o022;

const remedy = 'pass --control <path> in a directory of your own, or --control none';

const trouble = (what: string): BouncerError => new BouncerError('environment', what, remedy);

/** What the system calls an error; where it is none of the system's, its words. */
export const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? String(error);

const found = (path: string, look: (path: string) => Stats): Stats | null => {
  try {
    return look(path);
  } catch {
    return null;
  }
};

/** The folder of the sockets of a user: those in it are the proxies that this user runs. */
export const socketFolder = ({ env, uid }: Whereabouts): string => {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  // It may be that of another user, whose environment was kept over a change of users.
  const isOwn = runtime.startsWith('/') && found(runtime, statSync)?.uid === uid;
  return isOwn ? join(runtime, 'wsbouncer') : `/tmp/wsbouncer-${uid}`;
};

/** The name in that folder, of a proxy that listens there: `8080.sock`. */
export const socketName = (address: string): string => {
  const port = /^(?!unix:).*:(\d+)$/.exec(address)?.[1];
  const name = port ?? `unix-${createHash('sha256').update(address).digest('hex').slice(0, 8)}`;
  return `${name}.sock`;
};

const make = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: PRIVATE });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      throw trouble(
        `the directory ${folder} of the control socket cannot be made (${codeOf(error)})`,
      );
    }
  }
};

/**
 * Makes the folder where it is not there, and verifies that it is the user's and nobody else's.
 * @throws BouncerError of kind `environment`
 */
export const preparePrivateFolder = (folder: string, uid: number): void => {
  make(folder);
  const stats = found(folder, lstatSync);
  if (stats === null || !stats.isDirectory()) {
    throw trouble(`${folder}, where the control socket belongs, is no directory`);
  }
  if (stats.uid !== uid) {
    throw trouble(`the directory ${folder} of the control socket belongs to another user`);
  }
  if ((stats.mode & 0o077) !== 0) {
    throw trouble(`the directory ${folder} of the control socket is open to others (not 0700)`);
  }
};

/**
 * Makes the directory of a path that the operator chose, where only the last part is missing,
 * and verifies that nobody else could put something else in the socket's place.
 * @throws BouncerError of kind `environment`
 */
export const prepareChosenFolder = (path: string, uid: number): void => {
  const folder = dirname(path);
  if (found(folder, statSync) === null) make(folder);
  const stats = found(folder, statSync);
  if (stats === null || !stats.isDirectory()) {
    throw trouble(`${folder}, where the control socket belongs, is no directory`);
  }
  if ((stats.uid !== uid && stats.uid !== 0) || (stats.mode & OTHERS_MAY_WRITE) !== 0) {
    throw trouble(`others than you may write into ${folder}, where the control socket belongs`);
  }
};
