import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { chmod, readdir, rename, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openApi } from '../../src/api/api.ts';
import { listenAt } from '../../src/api/socket-file.ts';
import { preparePrivateFolder, socketFolder, socketName } from '../../src/api/socket-place.ts';
import { BouncerError } from '../../src/errors.ts';
import { StubControl } from '../control/stub-control.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { untilTrue } from '../support/turns.ts';
import { ask, openOn, privateFolder, socketOnly } from './ask.ts';

const uid = process.getuid?.() ?? 0;

const lineOf = async (opening: Promise<unknown>): Promise<string> => {
  const error: unknown = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BouncerError) return error.line;
  throw new Error(`no BouncerError: ${String(error)}`);
};

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

/** A socket that nobody answers any more, as a killed process leaves it. */
const staleAt = async (path: string): Promise<void> => {
  const server = createServer().listen(`${path}.made`);
  await once(server, 'listening');
  await rename(`${path}.made`, path);
  await new Promise((resolve) => server.close(resolve));
};

describe('the file', () => {
  test('is for its owner alone, whatever the umask, and nothing else is left beside it', async () => {
    const before = process.umask(0);
    onCleanup(() => process.umask(before));
    const { socketPath } = await openOn(new StubControl());
    expect(modeOf(socketPath)).toBe(0o600);
    expect(statSync(socketPath).isSocket()).toBe(true);
    expect(await readdir(dirname(socketPath))).toEqual(['c.sock']);
    expect((await ask({ socketPath }, 'GET', '/healthz')).status).toBe(200);
  });

  test('never grows old, so that nobody who tidies up takes it away', async () => {
    const clock = new FakeClock();
    const { socketPath, close } = await openOn(new StubControl(), {}, { clock });
    await utimes(socketPath, 0, 0);
    // One period and no more: of several touches at once, any may be the last.
    clock.advance(6 * 3_600_000);
    await untilTrue('it is young', () => statSync(socketPath).mtimeMs === clock.date().getTime());
    await close();
    expect(clock.pending).toBe(0);
  });

  test('goes with the proxy', async () => {
    const control = new StubControl();
    const { socketPath, close } = await openOn(control);
    control.end('stopped');
    await close();
    expect(existsSync(socketPath)).toBe(false);
  });

  test('stays where it is another one by then', async () => {
    const { socketPath, close } = await openOn(new StubControl());
    await rename(socketPath, `${socketPath}.aside`);
    writeFileSync(socketPath, 'mine');
    await close();
    expect(readFileSync(socketPath, 'utf8')).toBe('mine');
  });

  test('replaces a stale one', async () => {
    const socketPath = join(await privateFolder(), 'c.sock');
    await staleAt(socketPath);
    expect(statSync(socketPath).isSocket()).toBe(true);
    await openOn(new StubControl(), { socketPath });
    expect((await ask({ socketPath }, 'GET', '/healthz')).status).toBe(200);
  });

  test('never replaces one that is answered, and says the remedy', async () => {
    const { socketPath } = await openOn(new StubControl());
    const line = await lineOf(openOn(new StubControl(), { socketPath }));
    expect(line).toBe(
      `wsbouncer: cannot put the control socket at ${socketPath}: a running proxy has it; stop it first, or pass --control with another path`,
    );
    expect((await ask({ socketPath }, 'GET', '/healthz')).status).toBe(200);
    expect(await readdir(dirname(socketPath))).toEqual(['c.sock']);
  });

  test.each(['a file', 'a directory', 'a link'])('never replaces %s', async (what) => {
    const socketPath = join(await privateFolder(), 'c.sock');
    if (what === 'a file') writeFileSync(socketPath, 'mine');
    if (what === 'a directory') mkdirSync(socketPath);
    if (what === 'a link') symlinkSync('/dev/null', socketPath);
    expect(await lineOf(openOn(new StubControl(), { socketPath }))).toMatch(
      /something else is there; move it away/,
    );
    expect(existsSync(socketPath)).toBe(true);
  });

  test('is won by one of several that start at once over a stale one', async () => {
    const socketPath = join(await privateFolder(), 'c.sock');
    await staleAt(socketPath);
    const servers: Server[] = [];
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => {
        const server = createServer((socket) => socket.end());
        servers.push(server);
        return listenAt(server, socketPath, uid);
      }),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(dirname(socketPath))).toEqual(['c.sock']);
    for (const server of servers) server.close();
  });

  test('says so where its path is too long', async () => {
    const folder = await privateFolder();
    const socketPath = join(folder, 'x'.repeat(110 - folder.length));
    expect(await lineOf(openOn(new StubControl(), { socketPath }))).toMatch(
      /the path is too long for a Unix socket; pass --control with a path that is \d+ bytes shorter/,
    );
  });

  test.each([
    ['/nowhere/at/all/c.sock', /cannot be made \(ENOENT\); pass --control/],
    ['/dev/null/c.sock', /is no directory/],
  ])('says what is wrong with %s', async (socketPath, says) => {
    expect(await lineOf(openOn(new StubControl(), { socketPath }))).toMatch(says);
  });

  test('is not put where others could put something in its place', async () => {
    const folder = await privateFolder();
    await chmod(folder, 0o777);
    const line = await lineOf(openOn(new StubControl(), { socketPath: join(folder, 'c.sock') }));
    expect(line).toMatch(/others than you may write into .*; pass --control/);
  });
});

describe('its usual place', () => {
  test('is a private folder of the user, named for the port', async () => {
    const runtime = await privateFolder();
    const api = await openApi(new StubControl(), socketOnly('default'), {
      address: '127.0.0.1:8123',
      env: { XDG_RUNTIME_DIR: runtime },
    });
    onCleanup(api.close);
    expect(api.socketPath).toBe(join(runtime, 'wsbouncer', '8123.sock'));
    expect(modeOf(join(runtime, 'wsbouncer'))).toBe(0o700);
  });

  test('is elsewhere without a runtime directory that is his', () => {
    for (const env of [{}, { XDG_RUNTIME_DIR: 'x' }, { XDG_RUNTIME_DIR: '/nowhere' }]) {
      expect(socketFolder({ env, uid: 77 })).toBe('/tmp/wsbouncer-77');
    }
    expect(socketFolder({ env: { XDG_RUNTIME_DIR: '/proc/1' }, uid: 4_294_967 })).toBe(
      '/tmp/wsbouncer-4294967',
    );
  });

  test('has a name for every address', () => {
    expect(socketName('[::1]:9000')).toBe('9000.sock');
    expect(socketName('unix:/run/a:80')).toMatch(/^unix-[0-9a-f]{8}\.sock$/);
  });

  test('is not used where it is open to others, or prepared by them', async () => {
    const folder = join(await privateFolder(), 'w');
    mkdirSync(folder);
    chmodSync(folder, 0o750);
    expect(() => preparePrivateFolder(folder, uid)).toThrow(/open to others \(not 0700\)/);
    chmodSync(folder, 0o700);
    expect(() => preparePrivateFolder(folder, uid + 1)).toThrow(/belongs to another user/);
    symlinkSync(folder, `${folder}.link`);
    expect(() => preparePrivateFolder(`${folder}.link`, uid)).toThrow(/is no directory/);
    preparePrivateFolder(folder, uid);
  });
});
