/** systemd's own word on the units, and its own program that tells the manager. */
import { execFile, spawn } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { echoBackend } from '../support/backends.ts';
import { programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { runProgram } from '../support/program.ts';
import { PYTHON } from './packages.ts';

const run = promisify(execFile);

const deployed = (file: string): string =>
  new URL(`../../deploy/${file}`, import.meta.url).pathname;

/** Copies of the units in which the program is the one of this tree. */
const copies = async (): Promise<readonly [service: string, socket: string]> => {
  const folder = await privateDirectory();
  const service = join(folder, 'wsbouncer.service');
  const socket = join(folder, 'wsbouncer.socket');
  const text = await readFile(deployed('wsbouncer.service'), 'utf8');
  await writeFile(service, text.replace('/usr/bin/wsbouncer', programFile));
  await copyFile(deployed('wsbouncer.socket'), socket);
  return [service, socket];
};

describe('systemd-analyze', () => {
  test('finds nothing wrong with the units', async () => {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', ...(await copies())]);
    expect([stdout, stderr]).toEqual(['', '']);
  });

  test('finds that little of the system is exposed to the service', async () => {
    const [service] = await copies();
    const args = ['security', '--offline=yes', '--threshold=20', '--no-pager', service];
    // It ends with a failure above the threshold, which is in tenths.
    const { stdout } = await run('systemd-analyze', args);
    expect(stdout).toMatch(/Overall exposure level for wsbouncer\.service: 1\.\d OK/);
  });
});

/** A manager's socket: prints each datagram as JSON, and lets go of what comes with it. */
const manager = `
import array, json, os, socket, sys
own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
own.bind(sys.argv[1])
print(json.dumps('bound'), flush=True)
while True:
    data, ancillary, _, _ = own.recvmsg(65536, 4096)
    for level, kind, passed in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds = array.array('i')
            fds.frombytes(passed[:len(passed) - len(passed) % fds.itemsize])
            for fd in fds:
                os.close(fd)
    print(json.dumps(data.decode()), flush=True)
`;

test('systemd-notify carries what the proxy says to the socket of a manager', async () => {
  const path = join(await privateDirectory(), 'notify');
  const child = spawn(PYTHON, ['-c', manager, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onCleanup(() => child.kill());
  const heard = new Inbox<string>('what the manager is told');
  createInterface({ input: child.stdout }).on('line', (line) =>
    heard.push(JSON.parse(line) as string),
  );
  await heard.next((text) => text === 'bound');
  const { url } = await echoBackend();
  const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000' };
  const program = await runProgram(['--backend', url], { env });
  await heard.next((text) => text === `READY=1\nSTATUS=serving on ${program.address}`);
  await heard.next((text) => text === 'WATCHDOG=1');
  expect((await program.stop()).code).toBe(0);
  await heard.next((text) => text === 'STOPPING=1\nSTATUS=closing the viewers');
  expect(program.stderr()).toBe('');
});
