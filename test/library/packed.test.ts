/** The package as others get it: its types, what it loads, the example, and the console on it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { startCommandInTerminal } from '../support/pty.ts';
import { closeOf, connectViewer, echo, refusedHandshake } from '../support/viewer.ts';
import { addFile, compiler, installPackage, startIn } from './package.ts';

const logModules = new URL('../support/log-modules.ts', import.meta.url).href;

let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wsbouncer-packed-'));
  await installPackage(home);
});

afterAll(() => rm(home, { recursive: true, force: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(home, name), text);

const consumer = `
import { createServer } from 'node:http';
import { BouncerError, createBouncer, type Bouncer, type EventOf, type ProxyEvent } from 'wsbouncer';
import { showConsole, type ShownConsole } from 'wsbouncer/console';

const bouncer: Bouncer & AsyncDisposable = createBouncer({
  backend: 'ws://127.0.0.1:7681/{session}',
  pingInterval: '15s',
  pongTimeout: 45_000,
  allowOrigin: ['https://a.example'],
  nameViewer: (request) => request.headers['x-user']?.toString() ?? null,
});
createBouncer({ resolve: async (session, request) => (request.url ? session : null) });
createServer().on('upgrade', bouncer.handleUpgrade);
const off: () => void = bouncer.on('viewer.left', (event) => {
  const cause: 'evicted' | 'viewer-closed' | string = event.cause;
  const ms: number = event.durationMs;
  // @ts-expect-error: another event has that
  event.dialMs;
  void bouncer.evict(event.viewer, \`\${cause} \${ms}\`);
});
const late = (event: EventOf<'viewer.late'>): number => event.silentMs;
bouncer.on('viewer.late', late);
const all: () => void = bouncer.control.events((event: ProxyEvent) => event.time.length);
const seats: number = bouncer.measure().totals.viewers;
const shown: ShownConsole = await showConsole(bouncer, { readOnly: true, accent: 'cyan' });
const quit: 'quit' | 'ended' = await shown.done;
const remedy: string = new BouncerError('usage', 'x', 'y').remedy;
// @ts-expect-error: there is no such event
bouncer.on('viewer.lost', () => {});
// @ts-expect-error: one of the two
createBouncer({ backend: 'ws://127.0.0.1/', resolve: () => null });
// @ts-expect-error: neither
createBouncer({ cap: 8 });
// @ts-expect-error: a number, not a text
createBouncer({ backend: 'ws://127.0.0.1/', cap: '8' });
// @ts-expect-error: no such option
createBouncer({ backend: 'ws://127.0.0.1/', capp: 8 });
export { all, off, quit, remedy, seats };
`;

test.each([
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('is typed for module %s and resolution %s', async (module, moduleResolution) => {
  await write('consumer.ts', consumer);
  await addFile(home, 'examples/embed.ts', 'embed.ts');
  const compilerOptions = {
    target: 'esnext',
    module,
    moduleResolution,
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  };
  const project = `tsconfig.${moduleResolution}.json`;
  await write(project, JSON.stringify({ compilerOptions, files: ['consumer.ts', 'embed.ts'] }));
  const { code, text } = await startIn(home, [process.execPath, compiler, '-p', project]).ended();
  expect([code, text]).toEqual([0, '']);
});

test('loads neither ink nor react, and starts nothing before it is asked to', async () => {
  const modules = join(home, 'modules.txt');
  await write(
    'idle.js',
    `import { createBouncer } from 'wsbouncer';
    console.log(JSON.stringify([typeof createBouncer, process.getActiveResourcesInfo()]));`,
  );
  const { lines, ended } = startIn(home, [process.execPath, 'idle.js'], {
    NODE_OPTIONS: `--import=${logModules}`,
    WSBOUNCER_TEST_MODULES: modules,
  });
  const [type, resources] = JSON.parse(await lines.next()) as [string, string[]];
  expect(type).toBe('function');
  expect(resources).not.toContain('Timeout');
  expect(await ended()).toMatchObject({ code: 0 });
  const loaded = await readFile(modules, 'utf8');
  expect(loaded).toMatch(/dist\/src\/library\.js/);
  expect(loaded).not.toMatch(/\/node_modules\/(ink|react|meow|prom-client)\//);
});

test('has every file that its pages link to', async () => {
  const at = join(home, 'node_modules', 'wsbouncer');
  const names = await readdir(at, { recursive: true });
  const pages = names.filter((name) => name.endsWith('.md'));
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/recipes.md']));
  const missing: string[] = [];
  for (const page of pages) {
    const text = await readFile(join(at, page), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      const file = join(dirname(page), link);
      if (!/^https?:/.test(link) && !names.includes(file)) missing.push(`${page}: ${link}`);
    }
  }
  expect(missing).toEqual([]);
});

test('does not keep a program from ending that has nothing else to do', async () => {
  await write(
    'forgetful.js',
    `import { createBouncer } from 'wsbouncer';
    const bouncer = createBouncer({ backend: 'ws://127.0.0.1:9/' });
    await bouncer.setCap(3);`,
  );
  const { code } = await startIn(home, [process.execPath, 'forgetful.js']).ended();
  expect(code).toBe(0);
});

test('says a mistake in one line with its remedy', async () => {
  await write(
    'mistaken.js',
    `import { BouncerError, createBouncer } from 'wsbouncer';
    try { createBouncer({ backend: 'ws://127.0.0.1:9/', pingInterval: '15' }); }
    catch (error) { console.log(error instanceof BouncerError, error.line); }`,
  );
  const { text } = await startIn(home, [process.execPath, 'mistaken.js']).ended();
  expect(text).toBe('true wsbouncer: pingInterval "15" has no unit; write 15s or 15ms\n');
});

test('runs the example: named, refused, unknown, and over when it is told to end', async () => {
  const source = await readFile(new URL('../../examples/embed.ts', import.meta.url), 'utf8');
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  await addFile(home, 'examples/embed.ts', 'embed.ts');
  const { url: backend } = await echoBackend();
  const { lines, ended, signal } = startIn(home, [process.execPath, 'embed.ts'], {
    BACKEND: backend,
    PORT: '0',
  });
  const line = await lines.next((each) => each.startsWith('listening on'));
  const port = /port: (\d+)/.exec(line)?.[1];
  const url = (path: string): string => `ws://127.0.0.1:${port}${path}`;
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('the home page\n');
  const ada = await connectViewer(url('/ws/kitchen?name=Ada'));
  await echo(ada, 'hello');
  await lines.next((each) => each === 'Ada watches kitchen');
  const bob = await connectViewer(url('/ws/kitchen?name=Bob'));
  await echo(bob, 'hello');
  const eve = await connectViewer(url('/ws/kitchen?name=Eve'));
  expect(await closeOf(eve)).toMatchObject({ code: 1013 });
  await lines.next((each) => each === 'Eve is refused: cap');
  expect(await refusedHandshake(url('/ws/attic'))).toMatchObject({ status: 404 });
  bob.close();
  await lines.next((each) => each === 'Bob has left: viewer-closed');
  signal('SIGTERM');
  expect(await closeOf(ada)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
  expect((await ended()).code).toBe(0);
});

test('shows the console in the terminal of the program, and gives it back', async () => {
  await write(
    'shown.js',
    `import { once } from 'node:events';
    import { createServer } from 'node:http';
    import { createBouncer } from 'wsbouncer';
    import { showConsole } from 'wsbouncer/console';
    const bouncer = createBouncer({ backend: process.env.BACKEND });
    const server = createServer().on('upgrade', bouncer.handleUpgrade).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const before = [process.env.NODE_ENV, process.env.FORCE_COLOR];
    const shown = await showConsole(bouncer, { name: 'kitchen' });
    shown.tell('port ' + server.address().port);
    await shown.done;
    const kept = before[0] === process.env.NODE_ENV && before[1] === process.env.FORCE_COLOR;
    console.log('it goes on', kept, bouncer.measure().totals.viewers);
    await bouncer.close();
    server.close();`,
  );
  const { url: backend } = await echoBackend();
  const terminal = startCommandInTerminal(
    'bash',
    ['-c', `cd '${home}' && exec "$0" shown.js`, process.execPath],
    {
      env: { BACKEND: backend },
    },
  );
  const screen = await terminal.until(/port \d+/);
  expect(screen[0]).toMatch(/kitchen.*embedded/);
  const port = /port (\d+)/.exec(screen.join('\n'))?.[1];
  await echo(await connectViewer(`ws://127.0.0.1:${port}/ws/blue`), 'hello');
  await terminal.until(/blue/);
  terminal.press('q');
  await terminal.until(/Quit this console\?/);
  terminal.press('y');
  await terminal.until(/it goes on true 1/);
  expect(await terminal.bufferType()).toBe('normal');
  expect(await terminal.exited()).toMatchObject({ exitCode: 0 });
});

test('gives the terminal back when the proxy is stopped in the console, and tells the program', async () => {
  await write(
    'stopped.js',
    `import { createBouncer } from 'wsbouncer';
    import { showConsole } from 'wsbouncer/console';
    const bouncer = createBouncer({ backend: 'ws://127.0.0.1:9/', listen: '127.0.0.1:0' });
    await bouncer.listen();
    const shown = await showConsole(bouncer);
    console.log('the console has', await shown.done);`,
  );
  const terminal = startCommandInTerminal(
    'bash',
    ['-c', `cd '${home}' && exec "$0" stopped.js`, process.execPath],
    {},
  );
  await terminal.until(/LIVE/);
  terminal.press(':');
  await terminal.until(/Command/);
  terminal.press('stop\r');
  await terminal.until(/Stop the proxy\?/);
  terminal.press('y');
  await terminal.until(/the console has ended/);
  expect(await terminal.bufferType()).toBe('normal');
  expect(await terminal.exited()).toMatchObject({ exitCode: 0 });
});

test('does not show it where there is no terminal', async () => {
  await write(
    'blind.js',
    `import { createBouncer } from 'wsbouncer';
    import { showConsole } from 'wsbouncer/console';
    const bouncer = createBouncer({ backend: 'ws://127.0.0.1:9/' });
    await showConsole(bouncer).catch((error) => console.log(error.line));`,
  );
  const { code, text } = await startIn(home, [process.execPath, 'blind.js']).ended();
  expect([code, text]).toEqual([
    0,
    'wsbouncer: the console needs a terminal; run the program in one, without CI in the environment, or do not show it\n',
  ]);
});
