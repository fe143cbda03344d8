import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { childEnvironment, programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { Inbox } from '../support/inbox.ts';
import { type Program, runProgram, runToEnd } from '../support/program.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { typeInShell } from './command-shell.ts';

const token = 'a-token-of-24-characters';

/** A program, and how to command it. */
const served = async (args: readonly string[] = []) => {
  const folder = await privateFolder();
  const socketPath = join(folder, 'c.sock');
  const { url } = await echoBackend();
  const program = await runProgram(['--backend', url, '--control', socketPath, ...args]);
  const run = (...words: string[]) =>
    runToEnd([words[0] ?? '', '--socket', socketPath, '--actor=ann', ...words.slice(1)]);
  return { program, socketPath, folder, run };
};

const json = (text: string): ReturnType<typeof JSON.parse> => JSON.parse(text);

const joined = async (program: Program, session: string, count: number) => {
  const viewers = [];
  while (viewers.length < count) viewers.push(await connectViewer(program.url(session)));
  return viewers;
};

/** A port of this machine that nobody has at the moment. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

describe('commands to a running proxy', () => {
  test('list and show who is there, for people and for programs', async () => {
    const { program, run } = await served();
    await joined(program, 'alpha', 2);
    await joined(program, 'beta', 1);
    const table = await run('ls');
    expect(table).toMatchObject({ code: 0, stderr: '' });
    const [head = '', ...rows] = table.stdout.trimEnd().split('\n');
    expect(head).toMatch(/^VIEWER {2}SESSION {2}STATE .* FROM$/);
    const at = head.indexOf('SESSION');
    expect(rows.map((row) => row.slice(at, at + 5))).toEqual(['alpha', 'alpha', 'beta ']);
    // No terminal, so no colour.
    expect(table.stdout).not.toContain('\u001B');
    const lines = (await run('ls', '-o', 'jsonl', '--filter', 'session:alpha')).stdout;
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => json(line).id),
    ).toEqual(['v1', 'v2']);
    expect((await run('ls', '-q', '--sort=-age', '--limit', '1')).stdout).toMatch(/^v\d\n$/);
    const sessions = json((await run('ls', '--sessions', '-o', 'json', '--sort', 'name')).stdout);
    expect(sessions).toMatchObject([
      { id: 'alpha', viewers: 2 },
      { id: 'beta', viewers: 1 },
    ]);
    expect((await run('show', 'v1')).stdout).toMatch(/^viewer +v1\nsession +alpha\nstate +ok\n/);
    expect(json((await run('show', 'beta', '-o', 'json')).stdout)).toMatchObject({
      session: { id: 'beta' },
      viewers: [{ id: 'v3' }],
    });
    expect(await run('show', 'v99')).toMatchObject({ code: 3, stdout: '' });
    expect(await run('ls', '--filter', 'state:nonsense')).toMatchObject({ code: 2 });
    expect(await run('ls', '--sort', 'nonsense')).toMatchObject({ code: 2 });
  });

  test('evict, and tell what came of each', async () => {
    const { program, run } = await served();
    const [v1, v2, v3] = await joined(program, 'alpha', 3);
    expect(await run('evict', 'v1', '--reason', 'too loud')).toMatchObject({
      code: 0,
      stdout: 'v1 evicted\n',
    });
    expect(await closeOf(v1!)).toEqual({ code: 1008, reason: 'evicted by operator: too loud' });
    const evicted = await program.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ actor: 'ann', note: 'too loud' });
    const partly = await run('evict', 'v1', 'v2', '-o', 'json');
    expect(partly.code).toBe(4);
    expect(json(partly.stdout)).toMatchObject([
      { viewer: 'v1', evicted: false },
      { viewer: 'v2', evicted: true },
    ]);
    await closeOf(v2!);
    expect(await run('evict', 'v2')).toMatchObject({ code: 3, stdout: 'v2 had already gone\n' });
    expect(await run('evict', 'v3x')).toMatchObject({ code: 2 });
    expect(await run('evict', 'v3', '--reason', 'a\nb')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('has control characters; leave them out'),
    });
    await echo(v3!, 'still here');
  });

  test('set caps, lock and unlock', async () => {
    const { program, run } = await served();
    await joined(program, 'alpha', 1);
    expect(await run('cap', '5')).toMatchObject({ code: 0, stdout: 'the default cap is 5\n' });
    expect(json((await run('cap', '1', '--session', 'alpha', '-o', 'json')).stdout)).toEqual([
      { session: 'alpha', cap: 1, own: true },
    ]);
    expect(json((await run('cap', '-o', 'json')).stdout)).toEqual([
      { session: null, cap: 5, own: true },
      { session: 'alpha', cap: 1, own: true },
    ]);
    expect((await closeOf(await connectViewer(program.url('alpha')))).code).toBe(1013);
    const reset = await run('cap', '--reset', '--session', 'alpha', '-o', 'jsonl');
    expect(json(reset.stdout)).toEqual({ session: 'alpha', cap: 5, own: false });
    await echo(await connectViewer(program.url('alpha')), 'hello');
    expect(await run('cap', '0')).toMatchObject({ code: 2 });
    expect(await run('cap', '--reset')).toMatchObject({ code: 2 });
    expect(await run('lock', 'alpha')).toMatchObject({ code: 0 });
    expect(await closeOf(await connectViewer(program.url('alpha')))).toEqual({
      code: 1013,
      reason: 'session locked',
    });
    const again = await run('lock', 'alpha', '-o', 'json');
    expect([again.code, json(again.stdout)]).toEqual([0, { session: 'alpha', locked: true }]);
    expect(await run('unlock')).toMatchObject({ code: 0 });
    await echo(await connectViewer(program.url('alpha')), 'hello');
    const open = await run('unlock', '-o', 'jsonl');
    expect([open.code, json(open.stdout)]).toEqual([0, { session: null, locked: false }]);
    expect(await run('unlock', 'alpha')).toMatchObject({ code: 0, stderr: '' });
  });

  test('show caps and locks of sessions without viewers', async () => {
    const { run } = await served();
    await run('cap', '3', '--session', 'quiet');
    await run('lock', 'shut');
    expect((await run('cap')).stdout).toMatch(/^SESSION +CAP\n\(default\) +8\nquiet +3\n$/);
    expect((await run('cap', '--session', 'quiet')).stdout).toMatch(/^quiet +3$/m);
    const shown = (await run('show', 'quiet')).stdout;
    expect(shown).toMatch(/^state +empty$/m);
    expect(shown).toMatch(/^viewers +0\/3$/m);
    expect(shown).toMatch(/^cap +3, its own$/m);
    expect((await run('show', 'shut')).stdout).toMatch(/^door +locked$/m);
    const { stdout } = await run('ls', '--sessions');
    expect(stdout).toMatch(/^quiet +empty +0\/3 +own +- /m);
    expect(stdout).toMatch(/^shut +empty +0\/8 +- +locked /m);
    expect((await run('ls', '--sessions', '-q', '--filter', '!qui')).stdout).toBe('shut\n');
  });

  test('say what to type where something is not there', async () => {
    const { run } = await served();
    const nobody = 'v9 is not here and not among those who left of late: type wsbouncer ls';
    expect(await run('show', 'v9')).toMatchObject({ code: 3, stderr: `wsbouncer: ${nobody}\n` });
    expect(await run('show', 'none')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/cap or lock of its own: type wsbouncer ls --sessions\n$/),
    });
  });

  test('follow events, go on behind one, and say when that breaks', async () => {
    const { program, socketPath, run } = await served();
    const child = spawn(
      process.execPath,
      [programFile, 'events', '-f', '--since', '0', '-o', 'jsonl', '--socket', socketPath],
      { env: childEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    onCleanup(() => child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const told = new Inbox<{ id: string; event: string }>('events');
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) told.push(json(line));
    });
    await run('cap', '4');
    const { id } = await told.next(({ event }) => event === 'cap.changed');
    await run('cap', '3');
    const later = await run('events', '--since', id, '-o', 'jsonl');
    expect(later.code).toBe(0);
    expect(json(later.stdout)).toMatchObject({
      event: 'cap.changed',
      from: 4,
      to: 3,
      actor: 'ann',
    });
    expect((await run('events')).stdout).toMatch(/cap +all sessions 8 to 4 by ann\n/);
    await told.next(({ event }) => event === 'cap.changed');
    await program.stop('SIGKILL');
    expect(await within('the end of events', ended)).toBe(1);
    expect(stderr).toMatch(
      /^wsbouncer: the stream of .* broke .*; go on with wsbouncer events -f --since /,
    );
  });

  test('drain, and wait until the proxy has ended', async () => {
    const { program, run } = await served();
    const [viewer] = await joined(program, 'alpha', 1);
    const done = await run('drain', '--window', '0', '--wait');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/^draining at once\nthe proxy has ended/);
    expect(await closeOf(viewer!)).toEqual({ code: 1012, reason: 'service restart' });
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(await run('ls')).toMatchObject({ code: 5, stdout: '' });
  });

  test('drain, and say what came of it as one value', async () => {
    const { program, run } = await served();
    await joined(program, 'alpha', 2);
    const begun = await run('drain', '--window', '1h', '-o', 'json');
    expect(json(begun.stdout)).toEqual({ windowMs: 3_600_000, ended: false, left: null });
    const done = await run('drain', '--window', '0', '--wait', '-o', 'jsonl');
    expect(json(done.stdout)).toEqual({ windowMs: 0, ended: true, left: 2 });
    expect(await program.exited()).toEqual({ code: 0, signal: null });
  });

  test('ask over TCP with a token, and not without', async () => {
    const folder = await privateFolder();
    const file = join(folder, 'token');
    writeFileSync(file, `# ours\nbob:${token}\n`, { mode: 0o600 });
    const port = await freePort();
    const { url } = await echoBackend();
    const program = await runProgram([
      '--backend',
      url,
      '--control=none',
      `--control-listen=127.0.0.1:${port}`,
      `--control-token-file=${file}`,
    ]);
    await joined(program, 'alpha', 1);
    const at = ['--socket', `127.0.0.1:${port}`];
    await runToEnd(['cap', '5', ...at, '--token-file', file, '--actor=ann']);
    expect(await program.events.next(named('cap.changed'))).toMatchObject({ actor: 'bob (ann)' });
    expect(await runToEnd(['ls', '-q', ...at, '--token-file', file])).toMatchObject({
      code: 0,
      stdout: 'v1\n',
    });
    const env = { WSBOUNCER_SOCKET: `127.0.0.1:${port}`, WSBOUNCER_CONTROL_TOKEN: token };
    expect(await runToEnd(['ls', '-q'], { env })).toMatchObject({ code: 0, stdout: 'v1\n' });
    const none = await runToEnd(['ls', ...at]);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('over TCP a token is needed');
    const wrong = { WSBOUNCER_CONTROL_TOKEN: `${token}x` };
    expect(await runToEnd(['ls', ...at], { env: wrong })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('check --token-file, or WSBOUNCER_CONTROL_TOKEN'),
    });
    expect(await runToEnd(['ls', ...at, '--token-file', '/nowhere'])).toMatchObject({ code: 1 });
  });

  test('are quiet where nobody reads to the end', async () => {
    const { program, socketPath } = await served();
    await joined(program, 'alpha', 3);
    const script = `wsbouncer ls --socket '${socketPath}' -o jsonl | head -n 1 | wc -l; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await typeInShell(script);
    expect(stderr).toBe('');
    expect(stdout.trim().split(/\s+/)).toEqual(['1', '0']);
  });

  test('fails where what it says does not fit on the disk', async () => {
    const { program, socketPath } = await served();
    await joined(program, 'alpha', 1);
    const script = ['ls', 'ls -o json', 'ls -q', 'events -o jsonl']
      .map((words) => `wsbouncer ${words} > /dev/full; echo $?`)
      .join('\n');
    const { stdout, stderr } = await typeInShell(script, { WSBOUNCER_SOCKET: socketPath });
    expect(stdout).toBe('1\n1\n1\n1\n');
    const line = 'wsbouncer: stdout takes no more (ENOSPC); make room, or write elsewhere\n';
    expect(stderr).toBe(line.repeat(4));
  });
});

/** Completes the last of these words. */
const complete = (...words: string[]): string =>
  `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _wsbouncer; echo "\${COMPREPLY[*]}"`;

describe('completion in bash', () => {
  test('knows commands, options, their values, and who is there', async () => {
    const { program, socketPath } = await served();
    await joined(program, 'alpha', 2);
    const { code, stdout, stderr } = await typeInShell(
      [
        'source <(wsbouncer completion bash)',
        complete('wsbouncer', 'ev'),
        complete('wsbouncer', 'ls', '--se'),
        complete('wsbouncer', 'ls', '-o', ''),
        complete('wsbouncer', 'ls', '--output', '=', 'js'),
        complete('wsbouncer', 'evict', 'v'),
        complete('wsbouncer', 'lock', 'al'),
        complete('wsbouncer', 'demo', '--ca'),
      ].join('\n'),
      { WSBOUNCER_SOCKET: socketPath },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'evict events',
      '--sessions --session',
      'table json jsonl',
      'json jsonl',
      'v1 v2',
      'alpha',
      '--cap',
    ]);
  });
});
