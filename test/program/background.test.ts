/** The real program in the background. */
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, privateFolder } from '../api/ask.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { echoBackend } from '../support/backends.ts';
import { programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { eventually, isGone } from '../support/process-figures.ts';
import { runToEnd, type RunOptions } from '../support/program.ts';
import { keys, startCommandInTerminal, startInShell } from '../support/pty.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { viewerUrl } from '../support/viewer-url.ts';

const shuttingDown = { code: 1001, reason: 'proxy is shutting down' };

/** Ends it after the test, whatever happens. */
const lookAfter = (pid: number): void =>
  onCleanup(async () => {
    if (isGone(pid)) return;
    process.kill(pid, 'SIGKILL');
    await eventually('the proxy in the background to end', () => isGone(pid));
  });

/** What the program says of a proxy in the background. */
const placeIn = (text: string) => {
  const of = (name: string): string =>
    new RegExp(`^  ${name} +(.*?)\\r?$`, 'm').exec(text)?.[1] ?? `no ${name} in ${text}`;
  const pid = Number(of('pid'));
  lookAfter(pid);
  return { address: of('address'), pid, control: of('control'), log: of('log'), stop: of('stop') };
};

const urlOf = (address: string, session = 'a'): string => viewerUrl(address, `/ws/${session}`);

const start = async (args: readonly string[] = [], options: RunOptions = {}) => {
  const { url } = await echoBackend();
  const runtime = await privateFolder();
  const run = await runToEnd(
    ['--background', '--backend', url, '--listen', '127.0.0.1:0', ...args],
    { ...options, env: { XDG_RUNTIME_DIR: runtime, ...options.env } },
  );
  return { run, runtime };
};

/** Where a link leads; null where it has gone, as descriptors do that are needed for a moment. */
const linkOf = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

const stop = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGTERM');
  await eventually('the proxy in the background to end', () => isGone(pid));
};

describe('--background', () => {
  test('says where the proxy is, and ends while that goes on', async () => {
    const { run, runtime } = await start();
    expect([run.code, run.stderr]).toEqual([0, '']);
    const place = placeIn(run.stdout);
    const port = /\d+$/.exec(place.address)?.[0];
    const control = join(runtime, 'wsbouncer', `${port}.sock`);
    const log = join(runtime, 'wsbouncer', `${port}.log`);
    expect(run.stdout).toBe(
      [
        'wsbouncer runs in the background',
        `  address  127.0.0.1:${port}`,
        `  pid      ${place.pid}`,
        `  control  ${control}`,
        `  log      ${log}`,
        `  attach   wsbouncer attach ${control}`,
        `  stop     kill ${place.pid}`,
        '',
      ].join('\n'),
    );
    const viewer = await connectViewer(urlOf(place.address));
    await echo(viewer, 'hello');
    const { json } = await ask({ socketPath: control }, 'GET', '/v1/proxy');
    expect(json).toMatchObject({ pid: place.pid, address: place.address });
    process.kill(place.pid, 'SIGTERM');
    expect(await closeOf(viewer)).toEqual(shuttingDown);
    await eventually('the proxy to end', () => isGone(place.pid));
    const events = readFileSync(log, 'utf8').trim().split('\n');
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'proxy.listening',
      'viewer.admitted',
      'viewer.left',
      'proxy.stopped',
    ]);
    expect(existsSync(control)).toBe(false);
    expect(existsSync(`${log}.err`)).toBe(false);
  });

  test('holds neither the terminal, nor its session, nor the directory', async () => {
    const { run } = await start();
    const { pid } = placeIn(run.stdout);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , group, session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([group, session, terminal]).toEqual([String(pid), String(pid), '0']);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    const fds = readdirSync(`/proc/${pid}/fd`);
    const open = new Map(fds.map((fd) => [fd, linkOf(`/proc/${pid}/fd/${fd}`)]));
    for (const fd of ['0', '1', '2']) expect(open.get(fd)).toBe('/dev/null');
    expect([...open.values()].filter((path) => /tty|pts/.test(path ?? ''))).toEqual([]);
    await stop(pid);
  });

  test('keeps its events where --event-log says, from where it was started', async () => {
    const folder = await privateDirectory();
    const { url } = await echoBackend();
    const script = `cd '${folder}' && exec "$0" "$@"`;
    const rest = ['--event-log', 'mine.jsonl', '--listen', '127.0.0.1:0'];
    const args = ['--background', '--no-attach', '--backend', url, ...rest];
    const command = ['-c', script, process.execPath, programFile, ...args];
    const terminal = startCommandInTerminal('bash', command);
    expect(await terminal.exited()).toMatchObject({ exitCode: 0 });
    const { pid, log } = placeIn(terminal.output());
    expect(log).toBe(join(folder, 'mine.jsonl'));
    await stop(pid);
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  test('begins a new file beside the control socket when the old one is full', async () => {
    const { run } = await start(['--event-log-size', '4KiB', '--event-log-files', '2']);
    const { address, pid, log } = placeIn(run.stdout);
    for (let left = 20; left > 0; left -= 1) {
      const viewer = await connectViewer(urlOf(address));
      viewer.close();
      await closeOf(viewer);
    }
    await stop(pid);
    expect(readdirSync(dirname(log)).toSorted()).toEqual([
      log.slice(dirname(log).length + 1),
      `${log.slice(dirname(log).length + 1)}.1`,
    ]);
  });

  test('survives the end of the terminal in which it was started', async () => {
    const { url } = await echoBackend();
    const runtime = await privateFolder();
    // No nohup, no disown: an ordinary shell that stays at its prompt.
    const shell = startCommandInTerminal('bash', ['--norc', '-i'], {
      cols: 200,
      env: { XDG_RUNTIME_DIR: runtime, PS1: '> ' },
    });
    shell.press(
      `${process.execPath} ${programFile} --background --no-attach --backend ${url} --listen 127.0.0.1:0\r`,
    );
    await shell.until(/stop +kill \d+/);
    const { address, pid } = placeIn((await shell.screen()).join('\n'));
    const viewer = await connectViewer(urlOf(address));
    await echo(viewer, 'before');
    shell.hangUp();
    await shell.exited();
    expect(isGone(pid)).toBe(false);
    await echo(viewer, 'after');
    await echo(await connectViewer(urlOf(address, 'b')), 'a newcomer');
    await stop(pid);
  });

  test('runs the demo, too', async () => {
    const runtime = await privateFolder();
    const run = await runToEnd(['demo', '--background', '--listen', '127.0.0.1:0'], {
      env: { XDG_RUNTIME_DIR: runtime },
    });
    expect(run.code).toBe(0);
    const { address, pid } = placeIn(run.stdout);
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
    expect(run.stdout).toContain(`http://${address}/`);
    await stop(pid);
  });

  test('is asked for in the environment, and does not ask itself again', async () => {
    const { url } = await echoBackend();
    const runtime = await privateFolder();
    const run = await runToEnd(['--backend', url, '--listen', '127.0.0.1:0'], {
      env: { XDG_RUNTIME_DIR: runtime, WSBOUNCER_BACKGROUND: '1' },
    });
    expect(run.code).toBe(0);
    await stop(placeIn(run.stdout).pid);
  });
});

/** A console on a proxy in the background, with one viewer. */
const attached = async () => {
  const { url } = await echoBackend();
  const runtime = await privateFolder();
  const terminal = startInShell(['--background', '--backend', url, '--listen', '127.0.0.1:0'], {
    cols: 110,
    env: { XDG_RUNTIME_DIR: runtime },
  });
  await terminal.until(/LIVE/);
  const place = placeIn(terminal.output());
  const viewer = await connectViewer(urlOf(place.address));
  await terminal.until(/v1/);
  return { terminal, place, viewer };
};

describe('with a terminal, --background', () => {
  test('attaches the console, which leaves the proxy running when it is quit', async () => {
    const { terminal, place, viewer } = await attached();
    terminal.press('q');
    await terminal.until(/Quit this console\?[^]*The proxy goes on[^]*enter leave it running/);
    terminal.press(keys.enter);
    expect(await terminal.afterwards()).toMatchObject({ exitCode: 0 });
    expect((await terminal.screen()).join('\n')).toMatch(/pid +\d+[^]*the proxy goes on/);
    await echo(viewer, 'still here');
    await stop(place.pid);
  });

  test('stops the proxy where the operator wants that, and ends with it', async () => {
    const { terminal, place, viewer } = await attached();
    terminal.press('q');
    await terminal.until(/Quit this console\?/);
    terminal.press('s');
    await terminal.until(/Stop the proxy\?/);
    terminal.press('y');
    expect(await closeOf(viewer)).toEqual(shuttingDown);
    expect(await terminal.afterwards()).toMatchObject({ exitCode: 0 });
    await eventually('the proxy to end', () => isGone(place.pid));
  });

  test('goes on when the terminal of its console goes away', async () => {
    const { terminal, place, viewer } = await attached();
    terminal.hangUp();
    await terminal.exited();
    await echo(viewer, 'still here');
    const { json } = await ask({ socketPath: place.control }, 'GET', '/v1/viewers');
    expect(json.viewers).toHaveLength(1);
    await stop(place.pid);
  });
});

describe('a start that fails says the same, with the same code, as', () => {
  test('one in the foreground', async () => {
    const { url } = await echoBackend();
    const taken = new URL(url).host;
    const foreground = await runToEnd(['--headless', '--backend', url, '--listen', taken]);
    const behind = await runToEnd(['--background', '--backend', url, '--listen', taken], {
      env: { XDG_RUNTIME_DIR: await privateFolder() },
    });
    expect([behind.code, behind.stdout, behind.stderr]).toEqual([
      foreground.code,
      '',
      foreground.stderr,
    ]);
    expect(behind.stderr).toMatch(/^wsbouncer: cannot listen on .*: it is in use; .*\n$/);
  });

  test.each([
    [['--cap', '0'], 2, /^wsbouncer: --cap "0" is out of range; .*\n$/],
    [['--event-log', '/nowhere/x'], 1, /^wsbouncer: --event-log "\/nowhere\/x" cannot be opened/],
    [['--control', '/nowhere/at/all.sock'], 1, /^wsbouncer: .*control socket.*\n$/],
  ])('%j', async (args, code, line) => {
    const { run, runtime } = await start(args);
    expect([run.code, run.stdout]).toEqual([code, '']);
    expect(run.stderr).toMatch(line);
    expect(run.stderr.split('\n')).toHaveLength(2);
    expect(readdirSync(runtime)).toEqual([]);
  });

  test('its log, without which it does not run', async () => {
    const folder = await privateDirectory();
    const socketPath = join(folder, 'c.sock');
    mkdirSync(join(folder, 'c.log'));
    const { run } = await start(['--control', socketPath]);
    expect([run.code, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toMatch(/c\.log" cannot be opened: .*\n$/);
    await eventually('its socket to go', () => !existsSync(socketPath));
  });
});
