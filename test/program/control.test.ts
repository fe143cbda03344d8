import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, listenTo, privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { runProgram, runToEnd } from '../support/program.ts';
import { connectViewer } from '../support/viewer.ts';

const backendArgs = async (): Promise<readonly string[]> => [
  '--backend',
  (await echoBackend()).url,
];

describe('the program', () => {
  test('is controlled at the usual place, which goes with it', async () => {
    const runtime = await privateFolder();
    const program = await runProgram(await backendArgs(), { env: { XDG_RUNTIME_DIR: runtime } });
    const port = /\d+$/.exec(program.address)?.[0] ?? '';
    const socketPath = join(runtime, 'wsbouncer', `${port}.sock`);
    const { json } = await ask({ socketPath }, 'GET', '/v1/proxy');
    expect(json).toMatchObject({ pid: program.pid, address: program.address, cap: 8 });
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    await connectViewer(program.url('a'));
    const { messages } = await listenTo({ socketPath });
    expect((await ask({ socketPath }, 'DELETE', '/v1/viewers/v1?reason=loud')).status).toBe(204);
    const evicted = await messages.next(({ event }) => event === 'viewer.evicted');
    expect(evicted.data).toMatchObject({ viewer: 'v1', note: 'loud', actor: 'socket' });
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(socketPath)).toBe(false);
  });

  test('takes the place of one that was killed, and never that of one that runs', async () => {
    const socketPath = join(await privateFolder(), 'c.sock');
    const args = [...(await backendArgs()), '--control', socketPath];
    const first = await runProgram(args);
    await first.stop('SIGKILL');
    expect(existsSync(socketPath)).toBe(true);
    const second = await runProgram(args);
    const third = await runToEnd([...args, '--headless', '--listen', '127.0.0.1:0']);
    expect(third.code).toBe(1);
    expect(third.stderr).toBe(
      `wsbouncer: cannot put the control socket at ${socketPath}: a running proxy has it; stop it first, or pass --control with another path\n`,
    );
    const { json } = await ask({ socketPath }, 'GET', '/v1/proxy');
    expect(json.pid).toBe(second.pid);
  });

  test('drains when it is asked to, and ends well', async () => {
    const socketPath = join(await privateFolder(), 'c.sock');
    const program = await runProgram([...(await backendArgs()), '--control', socketPath]);
    await connectViewer(program.url('a'));
    const body = { windowMs: 0 };
    expect((await ask({ socketPath }, 'POST', '/v1/drain', { body })).status).toBe(202);
    expect(await program.exited()).toEqual({ code: 0, signal: null });
  });
});
