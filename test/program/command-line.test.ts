import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { ProxyEvent } from '../../src/events.ts';
import { OPTION_TABLE } from '../../src/cli/option-table.ts';
import { echoBackend } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { childEnvironment, programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { startInTerminal } from '../support/pty.ts';
import { runProgram, runToEnd } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';

const backend = 'ws://127.0.0.1:9/{session}';

const logModules = new URL('../support/log-modules.ts', import.meta.url).href;

/** The program, headless on a free port, with its stdout in the hands of the test. */
const runBare = async (args: readonly string[]) => {
  const all = [programFile, ...args, '--headless', '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, all, {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => void child.once('exit', resolve));
  onCleanup(() => child.kill('SIGKILL'));
  const spoke = Promise.race([
    once(child.stdout, 'data') as Promise<[Buffer]>,
    exited.then((code) => {
      throw new Error(`the program has ended (${code}); stderr: ${stderr}`);
    }),
  ]);
  const [line] = await within('the first line', spoke);
  const { address } = JSON.parse(line.toString('utf8')) as { address: string };
  return {
    child,
    address,
    stderr: () => stderr,
    ended: () => within('the end', exited, { saw: () => stderr }),
  };
};

describe('wrong use', () => {
  test.each<[readonly string[], string, string]>([
    [[], '--backend is required', 'wsbouncer demo'],
    [['--backend', backend, '--cap', 'abc'], '--cap "abc" is not a whole number', '1 to 100000'],
    [['--backend', backend, '--cap='], '--cap has no value', 'write --cap <n>'],
    [['--backend', backend, '--cap'], '--cap has no value', 'write --cap <n>'],
    [['--backend', backend, '--cap', '-1'], '--cap "-1" is not a whole number', '1 to 100000'],
    [['--backend', backend, '--cap', '1', '--cap', '2'], '--cap is given 2 times', 'give it once'],
    [['--backend', '--headless'], '--backend has no value', 'write --backend <url>'],
    [['--backend', 'http://h/'], '--backend "http://h/" is not a WebSocket URL', 'ws:// instead'],
    [['--backend', 'ws://{session}/'], 'has braces in its host or port', '{session} into the path'],
    [['--backend', backend, '--path', '/ws'], 'has {session}, but --path "/ws"', 'add {session}'],
    [['--backend', backend, '--ping-interval', '15'], '"15" has no unit', 'write 15s or 15ms'],
    [['--backend', backend, '--pong-timeout', '15s'], '--pong-timeout "15s"', 'more than 15s'],
    [['--backend', backend, '--headless=maybe'], '--headless "maybe"', 'pass true or false'],
    [['--backend', backend, '--no-cap'], 'unknown option --no-cap', 'write --cap <n>'],
    [['--backend', backend, '--cpa', '4'], 'unknown option --cpa', 'did you mean --cap?'],
    [
      ['--backend', backend, '--pingIntervall=1s'],
      'unknown option',
      'did you mean --ping-interval?',
    ],
    [['--backend', backend, '--cap.x', '4'], 'unknown option --cap.x', '--help'],
    [['--backend', backend, '--constructor', '4'], 'unknown option --constructor', '--help'],
    [['--backend', backend, '-x'], 'unknown option -x', '--help'],
    [['--backend', backend, '-cap', '4'], 'unknown option -cap', 'did you mean --cap?'],
    [['dmeo'], 'unknown command "dmeo"', 'did you mean demo?'],
    [['demo', 'now'], 'unexpected argument "now"', 'leave it out'],
    [['demo', '--backend', backend], '--backend does not go with demo', 'leave it out'],
    [['demo', '--for', '3'], '--for "3" has no unit', 'write 3s or 3ms'],
    [['--backend', backend, '--for', '3s'], '--for belongs to the demo', 'wsbouncer demo'],
    [[backend], `the URL "${backend}" stands alone`, 'write --backend before it'],
    [['--', '--backend', backend], 'unknown command "--backend"', 'wsbouncer --help'],
  ])('%j: one line says what is wrong and what to type', async (args, problem, remedy) => {
    const { code, stdout, stderr, ms } = await runToEnd(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^wsbouncer: [^\n]+; [^\n]+\n$/);
    expect(stderr).toContain(problem);
    expect(stderr.slice(stderr.lastIndexOf('; '))).toContain(remedy);
    expect(ms).toBeLessThan(2000);
  });

  test('a wrong value in the environment is named by its variable', async () => {
    const { code, stderr } = await runToEnd([], {
      env: { WSBOUNCER_BACKEND: backend, WSBOUNCER_WRITE_TIMEOUT: 'never' },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^wsbouncer: WSBOUNCER_WRITE_TIMEOUT "never" is not a duration; .*\n$/);
  });
});

describe('help and version', () => {
  test.each([['--help'], ['-h'], ['demo', '--help'], ['--help', '--cap', 'abc']])(
    '%s prints the help',
    async (...args) => {
      const { code, stdout, stderr } = await runToEnd(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      for (const { name } of OPTION_TABLE) expect(stdout).toMatch(new RegExp(`^  --${name} `, 'm'));
      for (const word of ['Usage', 'Options', 'Examples']) expect(lines).toContain(word);
    },
  );

  test('--version prints the version of the package', async () => {
    const { code, stdout, stderr } = await runToEnd(['--version']);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  test('survive a reader that has left', async () => {
    const child = spawn(process.execPath, [programFile, '--help'], {
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    expect(await within('the end', once(child, 'close'))).toEqual([0, null]);
    expect(stderr).toBe('');
  });
});

describe('a machine that says no', () => {
  test('a port in use: one line, exit code 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onCleanup(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stdout, stderr } = await runToEnd([
      '--backend',
      backend,
      '--headless',
      '--listen',
      `127.0.0.1:${port}`,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^wsbouncer: [^\n]+; [^\n]+\n$/);
    expect(stderr).toContain(String(port));
  });

  test('a directory in which it may not listen: one line, exit code 1', async () => {
    const directory = await privateDirectory();
    const { code, stderr } = await runToEnd([
      '--backend',
      backend,
      '--headless',
      '--listen',
      `unix:${directory}/none/wsb.sock`,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^wsbouncer: [^\n]+; [^\n]+\n$/);
  });
});

describe('headless', () => {
  test('stdout carries events and nothing else, the first and the last of the proxy', async () => {
    const { url } = await echoBackend();
    const program = await runProgram(['--backend', url]);
    const viewer = await connectViewer(program.url('a'));
    await echo(viewer, 'hello');
    const exit = await program.stop();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(await closeOf(viewer)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    const { all } = program.events;
    expect(all.map(({ event }) => event)).toEqual([
      'proxy.listening',
      'viewer.admitted',
      'viewer.left',
      'proxy.stopped',
    ]);
    for (const { time } of all) expect(new Date(time).toISOString()).toBe(time);
    expect(program.stderr()).toBe('');
  });

  test('is what happens without a terminal, also unasked', async () => {
    const { code, stdout } = await runToEnd(['demo', '--for', '10ms', '--listen', '127.0.0.1:0']);
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ProxyEvent);
    expect(events[0]).toMatchObject({ event: 'proxy.listening' });
    expect(events.at(-1)).toMatchObject({ event: 'proxy.stopped', actor: '--for' });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s stops it with 0', async (signal) => {
    const program = await runProgram(['--backend', backend]);
    expect(await program.stop(signal)).toEqual({ code: 0, signal: null });
    expect(program.events.all.at(-1)).toMatchObject({ event: 'proxy.stopped', actor: 'signal' });
  });

  test('a second signal does not wait for a viewer that never answers its close', async () => {
    const { url } = await echoBackend();
    const program = await runProgram(['--backend', url]);
    const viewer = connectRaw(program.url('a'));
    await viewer.open();
    await program.events.next(named('viewer.admitted'));
    viewer.pause();
    const began = performance.now();
    program.signal('SIGTERM');
    program.signal('SIGINT');
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(1500);
  });

  test('goes on when its stdout is closed, and says so once', async () => {
    const { url } = await echoBackend();
    const { child, address, stderr, ended } = await runBare(['--backend', url]);
    child.stdout.destroy();
    for (const session of ['a', 'b', 'c']) {
      const viewer = await connectViewer(`ws://${address}/ws/${session}`);
      await echo(viewer, 'still here');
      viewer.close();
      await closeOf(viewer);
    }
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    expect(stderr()).toMatch(/^wsbouncer: stdout is closed \([^\n]*EPIPE[^\n]*\); [^\n]+\n$/);
  });

  test('a terminal that nobody reads keeps neither viewers nor SIGTERM waiting', async () => {
    const { url } = await echoBackend();
    const options = ['--cap', '1', '--refuse-hold', '0', '--headless', '--listen', '127.0.0.1:0'];
    const terminal = startInTerminal(['--backend', url, ...options], { cols: 200 });
    await terminal.until(/proxy\.listening/);
    const [, address] = /"address":"([^"]+)"/.exec(terminal.output()) ?? [];
    const viewer = await connectViewer(`ws://${address}/ws/full`);
    terminal.pauseReading();
    // Each is an event of some 200 bytes: together far more than a terminal takes unread.
    for (let round = 0; round < 20; round += 1) {
      const refused = Array.from({ length: 50 }, async () => {
        const closed = await closeOf(await connectViewer(`ws://${address}/ws/full`));
        expect(closed.code).toBe(1013);
      });
      await Promise.all(refused);
    }
    await echo(viewer, 'still here');
    terminal.signal('SIGTERM');
    expect(await closeOf(viewer)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    expect((await terminal.exited()).exitCode).toBe(0);
  });

  test('loads neither ink nor react', async () => {
    const log = join(await privateDirectory(), 'modules');
    const env = { NODE_OPTIONS: `--import=${logModules}`, WSBOUNCER_TEST_MODULES: log };
    const drawing = /\/node_modules\/(ink|react)\//;
    const { url } = await echoBackend();
    const program = await runProgram(['--backend', url], { env });
    await echo(await connectViewer(program.url('a')), 'hello');
    await program.stop();
    const loaded = (await readFile(log, 'utf8')).split('\n');
    expect(loaded.filter((module) => drawing.test(module))).toEqual([]);
    expect(loaded.filter((module) => module.includes('/node_modules/meow/'))).not.toEqual([]);

    // The log would have them.
    const child = spawn(process.execPath, ['-e', "import('ink')"], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: childEnvironment(env),
      stdio: 'ignore',
    });
    expect(await within('ink to be loaded', once(child, 'close'))).toEqual([0, null]);
    const control = (await readFile(log, 'utf8'))
      .split('\n')
      .filter((module) => drawing.test(module));
    expect(control.join('\n')).toMatch(/\/node_modules\/ink\//);
    expect(control.join('\n')).toMatch(/\/node_modules\/react\//);
  });
});

describe('the demo', () => {
  test('takes another port where its own is taken and nobody asked for it', async () => {
    const taken = createServer().listen(8080, '127.0.0.1');
    // Taken by somebody else already: as good.
    await once(taken, 'listening').catch(() => undefined);
    onCleanup(() => taken.close());
    const { code, stdout } = await runToEnd(['demo', '--for', '10ms']);
    expect(code).toBe(0);
    const [first = ''] = stdout.split('\n');
    const { address } = JSON.parse(first) as { address: string };
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(address).not.toBe('127.0.0.1:8080');
  });

  test('does not take another one than it was told to', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onCleanup(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runToEnd(['demo', '--listen', `127.0.0.1:${port}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
  });

  test('says on stderr how to join', async () => {
    const args = ['demo', '--for', '10ms', '--listen', '127.0.0.1:0'];
    const { stdout, stderr } = await runToEnd(args);
    const [first = ''] = stdout.split('\n');
    expect(stderr).toContain((JSON.parse(first) as { address: string }).address);
  });
});
