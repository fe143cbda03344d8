/**
 * What the machine must have for the tests of this folder: Linux, root, network namespaces, the
 * kernel's word on TCP and its means to kill it. It is tried out before the first test: a fault
 * that could not be made proves nothing, so what is missing fails the run, with the remedy.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { killTcp } from './kill-tcp.ts';
import { layCable, sweep } from './cable.ts';

const run = promisify(execFile);

/** Debian's own interpreter, for readers slower than Node can be. */
export const PYTHON = '/usr/bin/python3';

const INSTALL = 'apt-get install --no-install-recommends iproute2 python3';

/** Kills a connection of its own, as `CONFIG_INET_DIAG_DESTROY` allows it. */
const tryKill = async (): Promise<void> => {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  try {
    await once(client, 'connect');
    const dead = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
    });
    await killTcp(client);
    await dead;
  } finally {
    client.destroy();
    server.close();
  }
};

const tryNamespace = async (): Promise<void> => {
  const cable = await layCable();
  await cable.remove();
};

/** Each need with a check that rejects where it is not met, and its remedy; in this order. */
const needs: readonly (readonly [what: string, check: () => Promise<unknown>, remedy: string])[] = [
  [
    'Linux',
    async () => platform() === 'linux' || Promise.reject(new Error(platform())),
    'run them on Linux, in a virtual machine or a container that is privileged',
  ],
  [
    'root',
    async () => process.getuid?.() === 0 || Promise.reject(new Error('not root')),
    'run them as root: sudo npm run test:faults',
  ],
  ['ip', () => run('ip', ['-V']), INSTALL],
  ['ss', () => run('ss', ['-V']), INSTALL],
  [PYTHON, () => access(PYTHON, constants.X_OK), INSTALL],
  [
    'network namespaces and veth pairs',
    tryNamespace,
    'run them where CAP_NET_ADMIN and CAP_SYS_ADMIN are, on a kernel with NET_NS and VETH',
  ],
  ['ss -K', tryKill, 'run them on a kernel with CONFIG_INET_DIAG_DESTROY, as those of Debian are'],
  [
    '/proc/<pid>/clear_refs',
    () => access('/proc/self/clear_refs', constants.W_OK),
    'run them on a kernel with CONFIG_PROC_PAGE_MONITOR, as those of Debian are',
  ],
];

/** Resolves when everything works; rejects with the first need that is not met. */
export const setup = async (): Promise<void> => {
  for (const [what, check, remedy] of needs) {
    try {
      await check();
    } catch (error) {
      const why = (error as Error).message.trim().split('\n').at(-1);
      throw new Error(`the tests of faults need ${what} (${why}); ${remedy}`, { cause: error });
    }
  }
  await sweep();
};

/** Removes what a test left that was killed before it could. */
export const teardown = sweep;
