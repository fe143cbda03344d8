import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startThread } from '../../src/control/thread.ts';
import { BouncerError } from '../../src/errors.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { testOptions } from '../support/test-options.ts';
import { within } from '../support/within.ts';

/** Asks at a socket and writes the answer's body, in a process of its own. */
const asking = (socketPath: string, path: string): string => `
  require('node:http').get({ socketPath: ${JSON.stringify(socketPath)}, path: '${path}' }, (answer) => {
    answer.pipe(process.stdout);
  });`;

const controlAt = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsb-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  const tcp = { listen: { host: '127.0.0.1', port: 0 }, isPublic: false };
  const tokens = { tokenFile: null, token: 'sixteen-or-more-of-them' };
  return { socketPath: join(folder, 'c.sock'), ...tcp, ...tokens, maxStreamsPerAddress: 4 };
};

it('answers at its control socket while the thread of the console is stuck', async () => {
  const options = { ...testOptions, backend: (await echoBackend()).template };
  const wanted = await controlAt();
  const control = await startThread(options, { control: wanted });
  onCleanup(() => control.command({ do: 'stop', now: true }));
  expect(control.doors).toEqual({
    socketPath: wanted.socketPath,
    tcp: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
  });
  // This thread does nothing until the other process has its answer.
  const args = ['-e', asking(wanted.socketPath, '/v1/proxy')];
  const answer = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 });
  expect(JSON.parse(answer)).toMatchObject({ address: control.address, pid: process.pid });
  await control.command({ do: 'stop', now: true });
  await within('the end', control.closed);
  expect(existsSync(wanted.socketPath)).toBe(false);
});

it('counts in its metrics what the thread of the console could not write', async () => {
  const options = { ...testOptions, backend: (await echoBackend()).template };
  const wanted = await controlAt();
  const control = await startThread(options, { control: wanted });
  onCleanup(() => control.command({ do: 'stop', now: true }));
  control.missed?.(3);
  control.missed?.(4);
  await control.command({ do: 'preview-cap', cap: 3 });
  const args = ['-e', asking(wanted.socketPath, '/metrics')];
  const answer = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 });
  expect(answer).toContain('wsbouncer_events_dropped_total{reader="stdout"} 7\n');
});

it('does not start where its control socket cannot be had, and says why', async () => {
  const options = { ...testOptions, backend: (await echoBackend()).template };
  const wanted = { ...(await controlAt()), socketPath: '/nowhere/at/all/c.sock' };
  const error: unknown = await startThread(options, { control: wanted }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BouncerError);
  expect(error).toMatchObject({ message: expect.stringMatching(/cannot be made \(ENOENT\)/) });
});
