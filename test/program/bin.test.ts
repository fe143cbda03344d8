import { spawn } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { childEnvironment, programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { within } from '../support/within.ts';

const oldNode = fileURLToPath(new URL('../support/old-node.ts', import.meta.url));

/** Stands in for the build; says what it sees, and ends as its first argument says. */
const sampleBuild = `
const [first, ...rest] = process.argv.slice(2);
if (first === 'wait') {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => {}, 1000);
}
console.log(JSON.stringify({ rest, mode: process.env.NODE_ENV, node: process.versions.node }));
if (first === 'die') process.kill(process.pid, 'SIGKILL');
else if (first !== 'wait') process.exitCode = Number(first);
`;

type Parts = { readonly build?: string; readonly node?: 'own' | 'hoisted' | 'broken' };

/** An installed package with the real \`bin\` and what else it is said to have. */
const installed = async ({ build, node }: Parts): Promise<string> => {
  const root = join(await privateDirectory(), 'node_modules', 'wsbouncer');
  const put = async (path: string, text: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await put('package.json', '{"type":"module"}');
  await mkdir(join(root, 'bin'));
  await copyFile(programFile, join(root, 'bin/wsbouncer.js'));
  if (build !== undefined) await put('dist/src/main.js', build);
  if (node !== undefined) {
    const at = join(root, node === 'hoisted' ? '../node/bin' : 'node_modules/node/bin');
    await mkdir(at, { recursive: true });
    if (node === 'broken') await writeFile(join(at, 'node'), 'no program', { mode: 0o644 });
    else await symlink(process.execPath, join(at, 'node'));
  }
  return join(root, 'bin/wsbouncer.js');
};

type Options = { readonly old?: boolean; readonly env?: Readonly<Record<string, string>> };

const run = (bin: string, args: readonly string[], { old = false, env }: Options = {}) => {
  const child = spawn(process.execPath, [...(old ? ['--import', oldNode] : []), bin, ...args], {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const spoke = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    spoke.resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<typeof output & { code: number | null; signal: string | null }>(
    (resolve) => void child.on('close', (code, signal) => resolve({ code, signal, ...output })),
  );
  onCleanup(() => child.kill('SIGKILL'));
  return {
    child,
    spoke: () => within('the first line', spoke.promise, { saw: () => output.stderr }),
    ended: () => within('the end', ended, { saw: () => JSON.stringify(output) }),
  };
};

const said = (stdout: string): unknown => JSON.parse(stdout);

describe('the entry', () => {
  test('runs the build, in production mode, with the arguments and the exit code', async () => {
    const bin = await installed({ build: sampleBuild });
    const { code, stdout, stderr } = await run(bin, ['3', '--cap', '4']).ended();
    expect(said(stdout)).toEqual({
      rest: ['--cap', '4'],
      mode: 'production',
      node: process.versions.node,
    });
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  });

  test('leaves a NODE_ENV that somebody chose', async () => {
    const bin = await installed({ build: sampleBuild });
    const { stdout } = await run(bin, ['0'], { env: { NODE_ENV: 'development' } }).ended();
    expect(said(stdout)).toMatchObject({ mode: 'development' });
  });

  test('says in one line how to get the build where it is missing', async () => {
    const { code, stdout, stderr } = await run(await installed({}), []).ended();
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'wsbouncer: the build is missing; run npm run build\n',
    });
  });
});

describe('on a Node that is too old', () => {
  test.each(['own', 'hoisted'] as const)('hands over to the newer one (%s)', async (node) => {
    const bin = await installed({ build: sampleBuild, node });
    const { code, stdout, stderr } = await run(bin, ['5', 'a b', '*'], { old: true }).ended();
    expect(said(stdout)).toMatchObject({ rest: ['a b', '*'], node: process.versions.node });
    expect({ code, stderr }).toEqual({ code: 5, stderr: '' });
  });

  test('passes a signal on and ends as the newer one did', async () => {
    const bin = await installed({ build: sampleBuild, node: 'own' });
    const { child, spoke, ended } = run(bin, ['wait'], { old: true });
    await spoke();
    child.kill('SIGTERM');
    expect(await ended()).toMatchObject({ code: 7, signal: null });
  });

  test('dies of the signal that the newer one died of', async () => {
    const bin = await installed({ build: sampleBuild, node: 'own' });
    const { ended } = run(bin, ['die'], { old: true });
    expect(await ended()).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('says in one line what is needed where there is no newer one', async () => {
    const bin = await installed({ build: sampleBuild });
    const { code, stdout, stderr } = await run(bin, ['0'], { old: true }).ended();
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'wsbouncer: Node 22 or later is needed, this is v20.20.2; install a newer one\n',
    });
  });

  test('says in one line that the newer one does not start', async () => {
    const bin = await installed({ build: sampleBuild, node: 'broken' });
    const { code, stderr } = await run(bin, ['0'], { old: true }).ended();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^wsbouncer: .* does not start \(.*\); run npm ci again\n$/);
  });
});
