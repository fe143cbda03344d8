import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ControlOptions, ListenAddress, SessionId, Snapshot } from '../../src/contract.ts';
import { startThread, type ThreadDeps, workerBeside } from '../../src/control/thread.ts';
import { BouncerError } from '../../src/errors.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { fakeOptions } from '../support/fake-proxy.ts';
import { connectFakeViewer } from '../support/fake-viewer.ts';
import { Inbox } from '../support/inbox.ts';
import { patienceMs, within } from '../support/within.ts';
import { everything } from './contract-subject.ts';

const worker = new URL('../support/dying-thread.ts', import.meta.url);
const lost = { ok: false, reason: 'the link to the proxy is lost' };
const died = "the relay's thread died (TypeError: a bug of the relay)";
const preview = { do: 'preview-cap', cap: 3 } as const;

/** A fake proxy in a thread; `bug` is one that `dying-thread.ts` knows. */
const start = async (
  bug = '',
  deps: ThreadDeps = {},
  listen: ListenAddress = fakeOptions.listen,
) => {
  const events = new Inbox<ProxyEvent>('events of the thread');
  const restarts = new Inbox<string>('restarts');
  const control = await startThread(
    { ...fakeOptions, listen, path: `/${bug}` },
    { onEvent: events.push, onRestart: restarts.push, ...deps },
    worker,
  );
  onCleanup(() => control.command({ do: 'stop', now: true }));
  return { control, events, restarts };
};

/** What a preload of the main thread would do to the relay's. */
const preload = `data:text/javascript,
  import { isMainThread } from 'node:worker_threads';
  if (!isMainThread) throw new Error('preloaded');`;

/** Runs a program of its own to its own end. */
const run = (body: string) =>
  promisify(execFile)(
    process.execPath,
    [
      '--import',
      preload,
      '--input-type=module',
      '--eval',
      `import { startThread } from ${JSON.stringify(new URL('../../src/control/thread.ts', import.meta.url))};
     import { connect } from 'node:net';
     const worker = new URL(${JSON.stringify(worker)});
     const options = ${JSON.stringify({ ...fakeOptions, path: '/' })};
     const visit = (address, session) => new Promise((resolve) => {
       const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
       socket.on('error', () => {}).on('data', () => {}).on('close', resolve).write(session);
     });
     ${body}`,
    ],
    { timeout: patienceMs },
  );

describe('startThread', () => {
  it('starts the proxy, says where it listens, and tells its events from the first', async () => {
    const { control, events } = await start();
    expect(control.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    await connectFakeViewer(control.address, 'a');
    await events.next(named('viewer.admitted'));
    expect(events.all.map(({ event }) => event)).toEqual(['proxy.listening', 'viewer.admitted']);
    expect(events.all[0]).toMatchObject({ address: control.address });
  });

  it('puts up what the keeper of the event log reports, again after a restart', async () => {
    const { control, events, restarts } = await start();
    control.report({ event: 'log.failed', detail: 'the disk is full' });
    await events.next(named('log.failed'));
    await connectFakeViewer(control.address, 'throw');
    await restarts.next();
    await events.next(named('log.failed'));
    control.report({ event: 'log.recovered', lost: 2 });
    expect(await events.next(named('log.recovered'))).toMatchObject({ lost: 2 });
  });

  it('takes the control socket of a dead thread away, unless it is another one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wsb-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    const socketPath = join(folder, 'c.sock');
    const doors: ControlOptions = {
      socketPath,
      listen: null,
      isPublic: false,
      tokenFile: null,
      token: null,
      maxStreamsPerAddress: 1,
    };
    const dieTwice = async (before: () => Promise<void>): Promise<void> => {
      const { control, restarts, events } = await start('', { control: doors });
      await connectFakeViewer(control.address, 'throw');
      await restarts.next();
      await events.next(named('proxy.listening'));
      await events.next(named('proxy.listening'));
      await before();
      await connectFakeViewer(control.address, 'throw');
      expect(await within('the end', control.closed)).toBe(died);
    };
    await dieTwice(async () => expect(existsSync(socketPath)).toBe(true));
    expect(existsSync(socketPath)).toBe(false);
    await dieTwice(async () => {
      await writeFile(join(folder, 'other'), 'of another proxy');
      await rename(join(folder, 'other'), socketPath);
    });
    expect(await readFile(socketPath, 'utf8')).toBe('of another proxy');
  });

  it('rejects with what the proxy could not start for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onCleanup(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const error: unknown = await start('', {}, { host: '127.0.0.1', port }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BouncerError);
    expect(error).toMatchObject({
      kind: 'environment',
      message: 'the port is taken',
      remedy: 'pass another',
      line: 'wsbouncer: the port is taken; pass another',
    });
  });

  it('rejects with a bug that happens at the start, and does not try again', async () => {
    const restarts = new Inbox<string>('restarts');
    await expect(start('start', { onRestart: restarts.push })).rejects.toThrow(
      new RangeError('a bug at the start'),
    );
    expect(restarts.all).toEqual([]);
  });

  it('settles `closed` with the word of the proxy when that was told to stop', async () => {
    const { control, events, restarts } = await start();
    expect(await control.command({ do: 'stop', now: false })).toEqual({ ok: true });
    expect(await within('the end', control.closed)).toBe('stopped');
    expect(events.all.at(-1)).toMatchObject({ event: 'proxy.stopped' });
    expect(restarts.all).toEqual([]);
    expect(await control.command(preview)).toEqual(lost);
  });

  it('leaves nothing that keeps the process alive, and writes nothing on the screen', async () => {
    const stopping = await run(`
      const control = await startThread({ ...options, path: '/linger' }, {}, worker);
      const visitor = visit(control.address, 'babble');
      await new Promise((resolve) => control.watch(
        ${JSON.stringify(everything)},
        ({ totals }) => { if (totals.viewers === 1) resolve(); },
      ));
      await control.command({ do: 'stop', now: false });
      await visitor;
      console.log(await control.closed);`);
    expect(stopping).toEqual({ stdout: 'stopped\n', stderr: '' });
    const dying = await run(`
      const control = await startThread({ ...options, path: '/restart' }, {}, worker);
      await visit(control.address, 'throw');
      console.log(await control.closed);`);
    expect(dying.stdout).toMatch(/^the relay's thread died .*, and could not be started again/);
    const failing = await run(`
      await startThread({ ...options, path: '/start' }, {}, worker).catch((error) => {
        console.log(String(error));
      });`);
    expect(failing).toEqual({ stdout: 'RangeError: a bug at the start\n', stderr: '' });
  });

  it('runs the worker beside it, source under source and build under build', () => {
    for (const [module, file] of [
      ['file:///a/src/control/thread.ts', '/a/src/control/thread-worker.ts'],
      ['file:///a/dist/src/control/thread.js', '/a/dist/src/control/thread-worker.js'],
    ] as const) {
      expect(fileURLToPath(workerBeside(module))).toBe(file);
    }
  });
});

describe('a thread that dies', () => {
  it.each([
    ['an error that nobody caught', 'throw', died],
    ['a rejection', 'reject', "the relay's thread died (Error: nobody caught this)"],
    ['its own exit', 'exit', "the relay's thread died (exit code 3)"],
  ])('of %s is started once more, and the same control goes on', async (_what, bug, reason) => {
    const { control, events, restarts } = await start();
    const pictures = new Inbox<Snapshot>('pictures');
    onCleanup(control.watch(everything, pictures.push).close);
    const { closed } = await connectFakeViewer(control.address, 'before');
    await pictures.next(({ session }) => session === 'before');
    await connectFakeViewer(control.address, bug);
    expect(await restarts.next()).toBe(reason);
    await within('the viewer to be gone', closed);
    await events.next(named('proxy.listening'));
    expect(await events.next(named('proxy.listening'))).toMatchObject({
      address: control.address,
    });
    await connectFakeViewer(control.address, 'after');
    const seen = await pictures.next(({ session }) => session === 'after');
    expect(seen.totals.viewers).toBe(1);
    // v1 and v2 were there before and are not named again.
    expect(seen.viewers.rows.map(({ id }) => id)).toEqual(['v3']);
    await events.next(named('viewer.admitted', { viewer: seen.viewers.rows[0]!.id }));
    expect(await control.command(preview)).toMatchObject({ ok: true });
    expect(restarts.all).toHaveLength(1);
  });

  it('is started again at the same path of a socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wsbouncer-'));
    onCleanup(() => rm(folder, { recursive: true }));
    const { control, events, restarts } = await start('', {}, { socketPath: join(folder, 's') });
    expect(control.address).toBe(`unix:${folder}/s`);
    await connectFakeViewer(control.address, 'throw');
    await restarts.next();
    await events.next(named('proxy.listening'));
    await events.next(named('proxy.listening', { address: control.address }));
    await connectFakeViewer(control.address, 'after');
  });

  it('is started again with the caps that were set while it ran', async () => {
    const { control, events } = await start();
    const [a, b] = ['a' as SessionId, 'b' as SessionId];
    const pictures = new Inbox<Snapshot>('pictures');
    onCleanup(control.watch(everything, pictures.push).close);
    await control.command({ do: 'set-cap', cap: 3, actor: 'test' });
    await control.command({ do: 'set-cap', cap: 5, session: a, actor: 'test' });
    await control.command({ do: 'set-cap', cap: 6, session: b, actor: 'test' });
    await control.command({ do: 'lift-cap', session: b, actor: 'test' });
    await control.command({ do: 'set-cap', cap: 0, actor: 'test' });
    await connectFakeViewer(control.address, 'throw');
    const restored = await events.next(({ event, ...rest }) =>
      event === 'cap.changed' ? Reflect.get(rest, 'actor') === 'restart' : false,
    );
    expect(restored).toMatchObject({ from: 3, to: 5, session: a });
    await connectFakeViewer(control.address, a);
    const seen = await pictures.next(({ session }) => session === a);
    expect(seen.cap).toBe(3);
    expect(seen.sessions.rows).toMatchObject([{ id: a, cap: 5, capIsOwn: true }]);
  });

  it('tells its first events once, to those who listened while it started', async () => {
    const { control, events } = await start();
    await events.next(named('proxy.listening'));
    await connectFakeViewer(control.address, 'throw');
    await events.next(named('proxy.listening'));
    const after = new Inbox<ProxyEvent>('events after');
    onCleanup(control.events(after.push));
    await control.command({ do: 'set-cap', cap: 3, actor: 'test' });
    await after.next(named('cap.changed'));
    expect(after.all).toHaveLength(1);
    expect(events.all.filter(({ event }) => event === 'proxy.listening')).toHaveLength(2);
  });

  it('resolves the commands that were pending', async () => {
    const { control, restarts } = await start('silence');
    const pending = control.command(preview);
    await connectFakeViewer(control.address, 'throw');
    expect(await within('the result', pending)).toEqual(lost);
    await restarts.next();
  });

  it('a second time is the end, with the reason', async () => {
    const { control, events, restarts } = await start();
    for (const _time of [1, 2]) {
      await events.next(named('proxy.listening'));
      await connectFakeViewer(control.address, 'throw');
    }
    expect(await within('the end', control.closed)).toBe(died);
    expect(restarts.all).toEqual([died]);
    expect(await control.command(preview)).toEqual(lost);
  });

  it('and cannot be started again says both reasons', async () => {
    const { control, restarts } = await start('restart');
    await connectFakeViewer(control.address, 'throw');
    expect(await within('the end', control.closed)).toBe(
      `${died}, and could not be started again: the port is taken`,
    );
    expect(restarts.all).toEqual([died]);
  });

  it('while it stops is not started again', async () => {
    const { control, restarts } = await start('stop');
    expect(await control.command({ do: 'stop', now: false })).toEqual(lost);
    expect(await within('the end', control.closed)).toBe(died);
    expect(restarts.all).toEqual([]);
  });

  it('is started again though `onRestart` throws', async () => {
    const faults = new Inbox<unknown>('faults', String);
    const bug = new Error('a bug of the screen');
    const { control, events } = await start('', {
      onFault: faults.push,
      onRestart: () => {
        throw bug;
      },
    });
    await connectFakeViewer(control.address, 'throw');
    expect(await faults.next()).toBe(bug);
    await events.next(named('proxy.listening'));
    await events.next(named('proxy.listening'));
    expect(await control.command(preview)).toMatchObject({ ok: true });
  });
});
