/** The package as it is published, unpacked where a program of its own would have it installed. */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { endProgram } from '../support/ending.ts';
import { Inbox } from '../support/inbox.ts';
import { within } from '../support/within.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A process that was started, with what it said. */
export type Started = {
  readonly lines: Inbox<string>;
  /** Its exit code and all that it said, on either stream. */
  readonly ended: () => Promise<{ readonly code: number | null; readonly text: string }>;
  readonly signal: (signal: NodeJS.Signals) => void;
};

/** Starts `command` in `directory`; killed after the test. */
export const startIn = (
  directory: string,
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Started => {
  const child = spawn(command, args, {
    cwd: directory,
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = new Inbox<string>(`lines of ${command}`);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  createInterface({ input: child.stdout }).on('line', lines.push);
  const exit = Promise.withResolvers<number | null>();
  child.on('close', (code) => {
    lines.end(`it has ended with ${code}: ${text}`);
    exit.resolve(code);
  });
  child.on('error', exit.reject);
  onCleanup(() => endProgram((signal) => child.kill(signal), exit.promise));
  return {
    lines,
    signal: (signal) => void child.kill(signal),
    ended: async () => {
      const code = await within(`${command} to end`, exit.promise, { ms: 30_000, saw: () => text });
      return { code, text };
    },
  };
};

const run = async (directory: string, command: readonly [string, ...string[]]): Promise<void> => {
  const { code, text } = await startIn(directory, command).ended();
  if (code !== 0) throw new Error(`${command.join(' ')} has ended with ${code}: ${text}`);
};

/** Installs the package, as built, in `directory` without a network: its dependencies are linked. */
export const installPackage = async (directory: string): Promise<void> => {
  const modules = join(directory, 'node_modules');
  const home = join(modules, 'wsbouncer');
  await mkdir(home, { recursive: true });
  const npm = ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', directory];
  await run(root, npm as [string, ...string[]]);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const packed = join(directory, `wsbouncer-${manifest.version}.tgz`);
  await run(directory, ['tar', '-xzf', packed, '-C', home, '--strip-components=1']);
  await mkdir(join(modules, '@types'));
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module", "private": true }\n');
};

/** Puts a file of the repository beside it. */
export const addFile = (directory: string, path: string, name: string): Promise<void> =>
  copyFile(join(root, path), join(directory, name));

/** The compiler of this repository. */
export const compiler = join(root, 'node_modules/typescript/bin/tsc');
