/**
 * Other people's programs, from Debian's packages. Before the tests of this folder run, what is
 * missing is installed where that is possible, and named where it is not: a test that did not
 * run has proved nothing, so none is skipped for want of a package.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's own interpreter: another one in the path does not see Debian's modules. */
export const PYTHON = '/usr/bin/python3';

/** Where the package `websockify` puts its program. */
export const WEBSOCKIFY = '/usr/bin/websockify';

/** Where the package `nginx` puts its program; not in everyone's path. */
export const NGINX = '/usr/sbin/nginx';

/** Where the package `chromium` puts its program. */
export const CHROMIUM = '/usr/bin/chromium';

/** Where the package `curl` puts its program. */
export const CURL = '/usr/bin/curl';

const executable = (path: string) => access(path, constants.X_OK);

/** Each package with a check that rejects where it is missing. */
const packages: readonly (readonly [name: string, check: () => Promise<unknown>])[] = [
  ['python3-websockets', () => run(PYTHON, ['-c', 'import websockets'])],
  ['websockify', () => executable(WEBSOCKIFY)],
  ['nginx', () => executable(NGINX)],
  ['chromium', () => executable(CHROMIUM)],
  ['curl', () => executable(CURL)],
  ['jq', () => run('jq', ['--version'])],
  ['systemd', () => run('systemd-analyze', ['--version'])],
  ['zsh', () => run('zsh', ['--version'])],
  ['fish', () => run('fish', ['--version'])],
];

const missing = async (): Promise<readonly string[]> => {
  const checks = packages.map(async ([name, check]) => {
    try {
      await check();
      return [];
    } catch {
      return [name];
    }
  });
  return (await Promise.all(checks)).flat();
};

/** Resolves when all packages are there; rejects with the command that would install the rest. */
export const setup = async (): Promise<void> => {
  const wanted = await missing();
  if (wanted.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...wanted];
  let why = 'not root';
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    try {
      await run('apt-get', ['update'], { env });
      await run('apt-get', install, { env });
      why = 'installed, and still not usable';
    } catch (error) {
      why = (error as Error).message.trim().split('\n').at(-1) ?? '';
    }
  }
  const left = await missing();
  if (left.length === 0) return;
  const names = left.join(' ');
  throw new Error(
    `the third-party tests need ${names} (${why}); run apt-get update && apt-get install --no-install-recommends ${names}`,
  );
};
