/** Starts a candidate in a process of its own, and finds out where it listens. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment, programFile } from '../../test/support/child-environment.ts';
import { onCleanup } from '../../test/support/cleanup.ts';
import { endWithUs, startHeadless } from '../console/children.ts';
import { haproxyConfig } from './candidates/haproxy.ts';
import { nginxConfig } from './candidates/nginx.ts';
import { wsbouncerArgs } from './candidates/wsbouncer.ts';
import type { CandidateName } from './works.ts';

/** A candidate that runs. */
export type Running = {
  /** Null without a proxy. */
  readonly pid: number | null;
  readonly port: number;
  readonly stop: () => Promise<void>;
};

/** What a work wants of wsbouncer. */
export type Wish = {
  readonly cap?: number;
  readonly pingInterval?: string;
  /** The folder that a CPU profile goes into when it ends. */
  readonly profile?: string;
};

/** How long a program may take until it listens, and how often it is tried. */
const START_MS = 10_000;
const TRY_MS = 20;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** Debian has such programs where only root's PATH looks. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Starts a program that is configured by a file, which is gone with it. */
const startProgram = async (
  program: string,
  config: (folder: string, port: number) => string,
  args: (file: string, folder: string) => string[],
): Promise<Running> => {
  const folder = await mkdtemp(join(tmpdir(), 'wsbouncer-bench-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const file = join(folder, 'config');
  await writeFile(file, config(folder, port));
  const child = spawn(program, args(file, folder), {
    env: childEnvironment({ PATH }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = endWithUs(child);
  for (const end = performance.now() + START_MS; !(await answers(port)); await wait(TRY_MS)) {
    if (child.exitCode !== null || performance.now() > end) {
      throw new Error(`${program} did not listen within ${START_MS / 1000} s`);
    }
  }
  return { pid: child.pid!, port, stop };
};

/** Those of `programs` that can be run. */
export const installedOf = (programs: readonly string[]): string[] =>
  programs.filter(
    (program) => spawnSync(program, ['-v'], { stdio: 'ignore', env: { PATH } }).error === undefined,
  );

const nginx = (backendPort: number, buffer: string | null): Promise<Running> =>
  startProgram(
    'nginx',
    (folder, port) => nginxConfig(folder, port, backendPort, buffer),
    (file, folder) => ['-p', folder, '-e', 'stderr', '-c', file],
  );

const node = (file: string, backendPort: number): Promise<Running> =>
  startHeadless(here(`candidates/${file}.ts`), [String(backendPort)]);

/** Starts one. */
export const startCandidate = async (
  name: CandidateName,
  backendPort: number,
  wish: Wish = {},
): Promise<Running> => {
  switch (name) {
    case 'none':
      return { pid: null, port: backendPort, stop: () => Promise.resolve() };
    case 'wsbouncer':
      return startHeadless(
        programFile,
        [...wsbouncerArgs(backendPort, wish), '--headless'],
        wish.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${wish.profile}`],
      );
    case 'thread':
      return startHeadless(here('../console/relay-thread.ts'), wsbouncerArgs(backendPort, wish));
    case 'nginx':
      return nginx(backendPort, null);
    case 'nginx-64k':
      return nginx(backendPort, '64k');
    case 'haproxy':
      return startProgram(
        'haproxy',
        (_, port) => haproxyConfig(port, backendPort),
        (file) => ['-db', '-f', file],
      );
    default:
      return node(name, backendPort);
  }
};
