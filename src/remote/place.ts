/**
 * Which proxy is meant: the one whose control socket was named, or the only one that this user
 * runs. Only folders that nobody else can write into are looked at.
 */
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { socketFolder } from '../api/socket-place.ts';
import { LONGEST_TOKEN, tokenLines } from '../api/token-line.ts';
import type { Client, Door } from '../cli/orders.ts';
import { BouncerError } from '../errors.ts';
import { ask, type Place } from './ask.ts';
import { jsonOf } from './answers.ts';
import { type Column, tableOf } from './table.ts';

/** Whose machine this is, as far as places depend on it. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
};

/** A proxy that runs. */
export type Instance = {
  readonly socketPath: string;
  /** Null: it takes the connection and says nothing. */
  readonly about: {
    readonly address: string;
    readonly pid: number;
    readonly sessions: number;
    readonly viewers: number;
  } | null;
};

/** For one proxy to say who it is, in milliseconds. */
const ABOUT_MS = 2_000;

const statOf = (path: string): Stats | null => {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
};

/** A proxy may have been started with another environment than this command. */
const foldersOf = ({ env, uid }: Surroundings): readonly string[] => {
  const folders = [
    socketFolder({ env, uid }),
    `/run/user/${uid}/wsbouncer`,
    `/tmp/wsbouncer-${uid}`,
  ];
  return [...new Set(folders)].filter((folder) => {
    const stats = statOf(folder);
    return stats?.isDirectory() === true && stats.uid === uid && (stats.mode & 0o077) === 0;
  });
};

const socketsIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.sock'))
      .map((name) => join(folder, name))
      .filter((path) => statOf(path)?.isSocket() === true)
      .sort();
  } catch {
    return [];
  }
};

const instanceAt = async (socketPath: string): Promise<Instance | null> => {
  try {
    const place: Place = { socketPath };
    const answer = await ask({ place, actor: null, timeoutMs: ABOUT_MS }, 'GET', '/v1/proxy');
    const { address, pid, totals } = jsonOf(answer);
    const { sessions, viewers } = totals as { readonly sessions: number; readonly viewers: number };
    return { socketPath, about: { address: String(address), pid: Number(pid), sessions, viewers } };
  } catch (error) {
    // A socket that somebody left behind is nobody's.
    const isAbsent = error instanceof BouncerError && error.kind === 'absent';
    return isAbsent ? null : { socketPath, about: null };
  }
};

/** The proxies of this user that are controlled at their usual places. */
export const findInstances = async (around: Surroundings): Promise<readonly Instance[]> => {
  const found = await Promise.all(foldersOf(around).flatMap(socketsIn).map(instanceAt));
  return found.filter((each) => each !== null);
};

const columns: readonly Column<Instance>[] = [
  { title: 'ADDRESS', text: ({ about }) => about?.address ?? 'does not answer' },
  { title: 'PID', text: ({ about }) => String(about?.pid ?? ''), right: true },
  { title: 'SESSIONS', text: ({ about }) => String(about?.sessions ?? ''), right: true },
  { title: 'VIEWERS', text: ({ about }) => String(about?.viewers ?? ''), right: true },
  { title: 'SOCKET', text: ({ socketPath }) => socketPath },
];

/** What to type where several run; `command` is what was typed. */
const severalRun = (instances: readonly Instance[], command: string): BouncerError => {
  const table = tableOf(instances, columns).join('\n');
  const how = command === 'attach' ? 'attach <socket>' : `${command} --socket <socket>`;
  return new BouncerError(
    'usage',
    `${instances.length} of yours run, and none was named`,
    `name one: wsbouncer ${how}\n${table}`,
  );
};

const tokenOf = async ({ tokenFile, token }: Client): Promise<string> => {
  const where = tokenFile === null ? 'WSBOUNCER_CONTROL_TOKEN' : `--token-file ${tokenFile}`;
  let text = token ?? '';
  if (tokenFile !== null) {
    text = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      const what = `${where} cannot be read (${error.code ?? error.message})`;
      throw new BouncerError('environment', what, 'check path and mode', error);
    });
  }
  const found = tokenLines(text)[0]?.token ?? null;
  if (found !== null && found.length <= LONGEST_TOKEN) return found;
  const remedy = 'pass --token-file <file>, or set WSBOUNCER_CONTROL_TOKEN';
  throw new BouncerError('usage', `over TCP a token is needed, and ${where} has none`, remedy);
};

const namedPlace = async (door: Door, client: Client, around: Surroundings): Promise<Place> => {
  if ('socketPath' in door) return { socketPath: resolve(door.socketPath) };
  if ('host' in door) return { ...door, token: await tokenOf(client) };
  const name = `${door.listens}.sock`;
  const found = foldersOf(around)
    .map((folder) => join(folder, name))
    .find((path) => statOf(path)?.isSocket() === true);
  if (found !== undefined) return { socketPath: found };
  throw new BouncerError(
    'absent',
    `no wsbouncer of yours listens on port ${door.listens}`,
    'start one, or pass the path of its control socket',
  );
};

/**
 * Finds the proxy.
 * @throws BouncerError of kind `absent` where there is none, `usage` where there are several
 */
export const placeFor = async (
  client: Client,
  around: Surroundings,
  command: string,
): Promise<Place> => {
  if (client.door !== null) return namedPlace(client.door, client, around);
  const instances = await findInstances(around);
  const [only, ...others] = instances;
  if (only !== undefined && others.length === 0) return { socketPath: only.socketPath };
  if (only !== undefined) throw severalRun(instances, command);
  throw new BouncerError(
    'absent',
    'no wsbouncer of yours runs here',
    `start one, or name its socket: wsbouncer ${command} ${command === 'attach' ? '' : '--socket '}<path>`,
  );
};
