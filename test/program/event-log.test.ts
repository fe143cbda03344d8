/** The audit trail of the real program. */
import { mkdir, readdir, readFile, rename, stat, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLogLine } from '../../src/event-log/log-line.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { echoBackend } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import { runProgram, runToEnd } from '../support/program.ts';
import { startStorm } from '../support/storm.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { openDesk } from './operator.ts';

const linesOf = (text: string): readonly string[] => {
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines;
};

const eventsIn = async (path: string): Promise<readonly ProxyEvent[]> =>
  linesOf(await readFile(path, 'utf8')).map((line) => {
    const read = readLogLine(line);
    if (!read.ok) throw new Error(`${read.error}: ${line}`);
    return read.event;
  });

const withLog = async (...args: readonly string[]) => {
  const path = join(await privateDirectory(), 'events.jsonl');
  const { url } = await echoBackend();
  const program = await runProgram(['--backend', url, '--event-log', path, ...args]);
  return { path, program };
};

describe('the event log', () => {
  test('has what stdout has, line by line, and nothing that anybody said', async () => {
    const { path, program } = await withLog('--cap', '1');
    const viewer = await connectViewer(program.url('a', '?token=hunter2'));
    await echo(viewer, 'a word of the viewer');
    await closeOf(await connectViewer(program.url('a')));
    await program.events.next(named('viewer.refused'));
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    const text = await readFile(path, 'utf8');
    expect(text).toBe(program.stdout());
    expect(text).not.toMatch(/a word of the viewer|hunter2/);
    expect((await eventsIn(path)).map(({ event }) => event)).toEqual([
      'proxy.listening',
      'session.full',
      'viewer.admitted',
      'viewer.refused',
      'viewer.left',
      'proxy.stopped',
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(program.stderr()).toBe('');
  });

  test('goes on in a new file when it was moved away and told so', async () => {
    const { path, program } = await withLog();
    await connectViewer(program.url('a'));
    await program.events.next(named('viewer.admitted'));
    await rename(path, `${path}.moved`);
    program.signal('SIGUSR2');
    await connectViewer(program.url('b'));
    await program.events.next(named('viewer.admitted'));
    expect((await program.stop()).code).toBe(0);
    const [old, fresh] = await Promise.all([eventsIn(`${path}.moved`), eventsIn(path)]);
    expect([...old, ...fresh]).toEqual(program.events.all);
    expect(fresh.at(-1)?.event).toBe('proxy.stopped');
  });

  test('is whole when the program is stopped in a storm, and rotated on the way', async () => {
    const limits = ['--event-log-size', '64KiB', '--event-log-files', '100'];
    const { path, program } = await withLog('--cap', '1', '--refuse-hold', '0', ...limits);
    await connectViewer(program.url('a'));
    const storm = startStorm(program.address, {
      session: 'a',
      patienceMs: 5_000,
      phases: [{ forMs: 20_000, connectsPerSecond: 1_500, enough: 1_500 }],
    });
    let refused = 0;
    while (refused < 1_000) {
      await program.events.next(named('viewer.refused'));
      refused += 1;
    }
    expect((await program.stop()).code).toBe(0);
    await storm.over;
    const files = await readdir(join(path, '..'));
    expect(files.length).toBeGreaterThan(2);
    const texts: string[] = [];
    for (let age = files.length - 1; age >= 0; age -= 1) {
      const text = await readFile(age === 0 ? path : `${path}.${age}`, 'utf8');
      expect(text.length).toBeLessThanOrEqual(64 * 1024);
      texts.push(text);
    }
    expect(linesOf(texts.join(''))).toEqual(linesOf(program.stdout()));
  });

  test('that cannot be written is an event and costs the viewers nothing', async () => {
    const { url } = await echoBackend();
    const program = await runProgram(['--backend', url, '--event-log', '/dev/full']);
    const failed = await program.events.next(named('log.failed'));
    expect(failed).toMatchObject({ path: '/dev/full', detail: 'the disk is full (ENOSPC)' });
    const viewer = await connectViewer(program.url('a'));
    await echo(viewer, 'still here');
    expect((await program.stop()).code).toBe(0);
    expect(await closeOf(viewer)).toMatchObject({ code: 1001 });
    expect(program.events.all.filter(named('log.failed'))).toHaveLength(1);
    expect(program.stderr()).toMatch(
      /^wsbouncer: the event log misses its last \d+ lines: the disk is full \(ENOSPC\)\n$/,
    );
  });

  test.each([
    ['a directory', '', /"[^"]+" cannot be opened: it is a directory \(EISDIR\); name another/],
    ['below nothing', 'none/x', /cannot be opened: there is no such directory \(ENOENT\); name/],
  ])('that cannot be opened is one line and exit code 1: %s', async (_what, name, line) => {
    const path = join(await privateDirectory(), name || 'here');
    if (name === '') await mkdir(path);
    const backend = ['--backend', 'ws://127.0.0.1:9/', '--headless', '--listen', '127.0.0.1:0'];
    const run = await runToEnd([...backend, '--event-log', path]);
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(line) });
    expect(linesOf(run.stderr)).toHaveLength(1);
  });
});

test('SIGUSR2 ends nothing where there is no log', async () => {
  const { url } = await echoBackend();
  const program = await runProgram(['--backend', url]);
  program.signal('SIGUSR2');
  await echo(await connectViewer(program.url('a')), 'still here');
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

describe('under the console', () => {
  test('says who did what, and what came of it', async () => {
    const path = join(await privateDirectory(), 'events.jsonl');
    const desk = await openDesk({ cols: 100, rows: 30, args: ['--event-log', path] });
    await desk.join('alpha', 2);
    await desk.until(/alpha +2\/8/);
    desk.press('+');
    await desk.until(/alpha +2\/9/);
    desk.press(':evict v1\r');
    await desk.until(/alpha +1\/9/);
    desk.press('q');
    await desk.until(/Quit wsbouncer\?/);
    desk.press('y');
    expect((await desk.afterwards()).exitCode).toBe(0);
    const events = await eventsIn(path);
    const told = (name: ProxyEvent['event']) => events.filter(({ event }) => event === name);
    expect(told('cap.changed')).toMatchObject([{ from: 8, to: 9, actor: 'console' }]);
    expect(told('viewer.evicted')).toMatchObject([
      { viewer: 'v1', actor: 'console', code: 1008, closeSent: true },
    ]);
    expect(events[0]?.event).toBe('proxy.listening');
    expect(events.at(-1)).toMatchObject({ event: 'proxy.stopped', actor: 'console' });
  });

  test('warns for as long as it cannot be written', async () => {
    const path = join(await privateDirectory(), 'events.jsonl');
    await symlink('/dev/full', path);
    const desk = await openDesk({ cols: 100, rows: 30, args: ['--event-log', path] });
    await desk.join('alpha', 1);
    await desk.until(/cap 8 {2}log fails [^]*log +the log has trouble: the disk is full/);
    await unlink(path);
    await desk.until(/log +the log works again; 0 events lost/);
    await desk.until((screen) => !screen.join('\n').includes('log fails'), 'the warning to go');
    desk.press('q');
    await desk.until(/Quit wsbouncer\?/);
    desk.press('y');
    expect((await desk.afterwards()).exitCode).toBe(0);
    const names = (await eventsIn(path)).map(({ event }) => event);
    expect(names.slice(0, 2)).toEqual(['proxy.listening', 'log.failed']);
    expect(names).toContain('log.recovered');
    expect(names.at(-1)).toBe('proxy.stopped');
  });
});
