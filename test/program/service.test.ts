/** The real program under a service manager. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ask, privateFolder } from '../api/ask.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { echoBackend } from '../support/backends.ts';
import { childEnvironment, programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { endProgram } from '../support/ending.ts';
import { Inbox } from '../support/inbox.ts';
import { eventually } from '../support/process-figures.ts';
import { runProgram, runToEnd } from '../support/program.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { viewerUrl } from '../support/viewer-url.ts';
import { within } from '../support/within.ts';

/** A folder with a `systemd-notify` that writes down what it is told, and what it was told. */
const notebook = async () => {
  const folder = await privateDirectory();
  const file = join(folder, 'told');
  const program = join(folder, 'systemd-notify');
  writeFileSync(
    program,
    `#!/bin/sh\necho "$NOTIFY_SOCKET $*$WSBOUNCER_CONTROL_TOKEN" >>'${file}'\n`,
  );
  chmodSync(program, 0o755);
  const env = {
    NOTIFY_SOCKET: '@here',
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    // For the proxy alone: none of it is to be told on.
    WSBOUNCER_CONTROL_TOKEN: 'a-token-of-the-proxy',
  };
  const told = (): readonly string[] =>
    existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return { env, told };
};

describe('a service manager', () => {
  test('is told when viewers can connect, of a drain, and of the end', async () => {
    const { env, told } = await notebook();
    const { url } = await echoBackend();
    const args = ['--backend', url, '--drain-window', '1h'];
    const program = await runProgram(args, { env: { ...env, WATCHDOG_USEC: '200000' } });
    await eventually('the watchdog', () => told().includes('@here WATCHDOG=1'));
    expect(told()[0]).toBe(`@here READY=1 STATUS=serving on ${program.address}`);
    const viewer = await connectViewer(program.url('a'));
    program.signal('SIGTERM');
    await eventually('the drain', () =>
      told().includes('@here STATUS=draining 1 viewer within 3600s'),
    );
    viewer.close();
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(told().at(-1)).toBe('@here STOPPING=1 STATUS=closing the viewers');
    expect(program.stderr()).toBe('');
  });

  test('that cannot be told is no reason not to serve', async () => {
    const { url } = await echoBackend();
    const env = { NOTIFY_SOCKET: '@here', PATH: await privateDirectory() };
    const program = await runProgram(['--backend', url], { env });
    await echo(await connectViewer(program.url('a')), 'hello');
    await eventually('the line', () => program.stderr() !== '');
    expect(program.stderr()).toMatch(/^wsbouncer: systemd is not told of anything .*\n$/);
  });
});

/** The descriptor of a server; Node does not show it. */
const descriptorOf = (server: Server): number => {
  const handle: unknown = Reflect.get(server, '_handle');
  const fd: unknown = Reflect.get(handle as object, 'fd');
  if (typeof fd !== 'number') throw new Error('Node no longer tells the descriptor of a server');
  return fd;
};

/** Runs the program as often as is said, one after the other, each with the same descriptor 3. */
const script = `left=$1; shift
while [ "$left" -gt 0 ]; do
  left=$((left - 1))
  LISTEN_FDS=1 sh -c 'LISTEN_PID=$$ exec "$0" "$@"' "$0" "$@" || exit
done`;

/** What a manager runs. */
type Managed = {
  readonly args?: readonly string[];
  /** How often, one after the other. */
  readonly times?: number;
  /** What Node runs, the program's arguments left out. */
  readonly program?: readonly string[];
};

/**
 * A manager that listens and hands its socket over; it takes nobody in itself. Resolves when the
 * program serves.
 */
const manage = async (
  where: { readonly port: number; readonly host: string } | { readonly path: string },
  { args = [], times = 1, program = [programFile] }: Managed = {},
) => {
  const { url } = await echoBackend();
  const socketPath = join(await privateFolder(), 'c.sock');
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(where, resolve);
  });
  const command = [process.execPath, String(times), ...program, '--headless'];
  const all = [...command, '--control', socketPath, '--backend', url, ...args];
  const manager = spawn('/bin/sh', ['-c', script, ...all], {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit', descriptorOf(server)],
    detached: true,
  });
  // Node takes away the file of a Unix socket that it closes.
  if ('path' in where) renameSync(where.path, `${where.path}.aside`);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if ('path' in where) renameSync(`${where.path}.aside`, where.path);
  const { promise: ended, resolve: end } = Promise.withResolvers<number | null>();
  manager.on('exit', end);
  onCleanup(() => endProgram((signal) => process.kill(-manager.pid!, signal), ended));
  const events = new Inbox<{ event: string; address?: string }>('events of the program');
  createInterface({ input: manager.stdout! }).on('line', (line) =>
    events.push(JSON.parse(line) as { event: string }),
  );
  const serving = async () =>
    (await events.next(({ event }) => event === 'proxy.listening')).address ?? '';
  const address = await serving();
  /** Ends the program that runs. */
  const stop = async (): Promise<void> => {
    const { json } = await ask({ socketPath }, 'GET', '/v1/proxy');
    process.kill(Number(json.pid), 'SIGTERM');
    await events.next(({ event }) => event === 'proxy.stopped');
  };
  return { address, serving, stop, exited: () => within('the manager to end', ended) };
};

const oldNode = fileURLToPath(new URL('../support/old-node.ts', import.meta.url));

const local = { host: '127.0.0.1', port: 0 };

describe('a socket that was handed over', () => {
  test.each([[[]], [['--listen', 'fd:3']]])('is listened on with %j', async (args) => {
    const { address, stop, exited } = await manage(local, { args });
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    const viewer = await connectViewer(viewerUrl(address, '/ws/a'));
    await echo(viewer, 'hello');
    // A page whose name resolves to loopback is kept out here, too.
    const origin = { origin: 'http://evil.example', headers: { host: 'evil.example' } };
    await expect(connectViewer(viewerUrl(address, '/ws/a'), origin)).rejects.toMatchObject({
      status: 403,
    });
    await stop();
    expect((await closeOf(viewer)).code).toBe(1001);
    expect(await exited()).toBe(0);
  });

  test('has viewers wait while the proxy is started again', async () => {
    const { address, serving, stop } = await manage(local, { times: 2 });
    await echo(await connectViewer(viewerUrl(address, '/ws/a')), 'hello');
    await stop();
    // Connected before the second one is there.
    const waiting = connectViewer(viewerUrl(address, '/ws/a'));
    expect(await serving()).toBe(address);
    await echo(await waiting, 'hello again');
    await stop();
  });

  test('may be a Unix socket, which keeps its name and its file', async () => {
    const path = join(await privateDirectory(), 'viewers.sock');
    const { address, stop, exited } = await manage({ path });
    expect(address).toBe(`unix:${path}`);
    await echo(await connectViewer(viewerUrl(address, '/ws/a')), 'hello');
    await stop();
    expect(await exited()).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  test('gets to the newer Node that an old one hands over to', async () => {
    const root = join(await privateDirectory(), 'node_modules', 'wsbouncer');
    const bin = join(root, 'bin', 'wsbouncer.js');
    mkdirSync(dirname(bin), { recursive: true });
    copyFileSync(programFile, bin);
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    symlinkSync(join(dirname(programFile), '..', 'dist'), join(root, 'dist'));
    mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
    const { address, stop, exited } = await manage(local, { program: ['--import', oldNode, bin] });
    await echo(await connectViewer(viewerUrl(address, '/ws/a')), 'hello');
    await stop();
    expect(await exited()).toBe(0);
  });

  test('that was not is an error', async () => {
    const { url } = await echoBackend();
    const run = await runToEnd(['--headless', '--backend', url, '--listen', 'fd:3']);
    expect([run.code, run.stderr]).toEqual([
      1,
      'wsbouncer: cannot listen on fd:3: no socket was handed over there; start it by a socket unit, or pass --listen with host:port\n',
    ]);
  });
});
