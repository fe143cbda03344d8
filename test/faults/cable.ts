/**
 * Network namespaces, each at the far end of a cable, a veth pair: made, removed, and swept up
 * where a process was killed before it could.
 */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Says which process made one, so that those of a process that is gone can be told. */
const NAME = /^wsb(\d+)-\d+$/;

/** The program that makes networks, of the package `iproute2`. */
export const IP = 'ip';

/** `ip` with these arguments; rejects with what it says. */
export const ip = async (...args: readonly string[]): Promise<string> => {
  try {
    return (await run(IP, args)).stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`ip ${args.join(' ')}: ${stderr.trim() || message}`, { cause: error });
  }
};

/** A cable with a namespace at its far end. */
export type Cable = {
  readonly name: string;
  /** This machine's address on the cable. */
  readonly near: string;
  /** That of the far end. */
  readonly far: string;
  readonly remove: () => Promise<void>;
};

/** A network of four addresses that nobody here has, of those for measurements (RFC 2544 C.2.2). */
const freeNetwork = async (): Promise<{ near: string; far: string }> => {
  const at = randomInt(2 ** 15) * 4;
  const start = `198.${18 + (at >> 16)}.${(at >> 8) & 255}`;
  const taken = await ip('-4', 'route', 'show', 'exact', `${start}.${at & 255}/30`);
  if (taken !== '') return freeNetwork();
  return { near: `${start}.${(at & 255) + 1}`, far: `${start}.${(at & 255) + 2}` };
};

let count = 0;

const unlessGone = (error: unknown): void => {
  // The one takes the other with it, sooner or later.
  if (!/No such file|Cannot find|does not exist/i.test(String(error))) throw error;
};

/** Takes away what is there of a cable and its namespace. */
const remove = async (name: string): Promise<void> => {
  await ip('link', 'del', name).catch(unlessGone);
  await ip('netns', 'del', name).catch(unlessGone);
};

/** Makes a namespace and the cable to it; the far end is called `eth0`. */
export const layCable = async (): Promise<Cable> => {
  count += 1;
  const name = `wsb${process.pid}-${count}`;
  const { near, far } = await freeNetwork();
  try {
    await ip('netns', 'add', name);
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('addr', 'add', `${near}/30`, 'dev', name);
    await ip('-n', name, 'addr', 'add', `${far}/30`, 'dev', 'eth0');
    await ip('link', 'set', name, 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
  } catch (error) {
    await remove(name);
    throw error;
  }
  return { name, near, far, remove: () => remove(name) };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Removes the namespaces and cables of processes that are gone. */
export const sweep = async (): Promise<void> => {
  const [spaces, links] = await Promise.all([ip('netns', 'list'), ip('-o', 'link', 'show')]);
  const names = [...spaces.matchAll(/^(\S+)/gm), ...links.matchAll(/^\d+: ([^:@]+)/gm)];
  for (const name of new Set(names.map(([, name = '']) => name))) {
    const pid = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) await remove(name);
  }
};
