/** `/dev/full` is a device of Linux's: whatever is written to it fails as on a disk that is full. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { exitOf, runOnto } from '../support/run-onto.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';

test('a stdout on a device that is full loses the events and nothing else, and that is said', async () => {
  const { url } = await echoBackend();
  const path = join(await privateDirectory(), 'proxy.sock');
  const full = openSync('/dev/full', 'w');
  const child = runOnto(full, ['--backend', url, '--listen', `unix:${path}`]);
  closeSync(full);
  let stderr = '';
  const said = new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (stderr.includes('\n')) resolve();
    });
  });
  await within('a line on stderr', said);
  for (const session of ['a', 'b', 'c']) {
    const viewer = await connectViewer(`ws+unix:${path}:/ws/${session}`);
    await echo(viewer, 'still here');
    viewer.close();
    await closeOf(viewer);
  }
  const ended = exitOf(child);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(stderr).toMatch(/^wsbouncer: stdout is closed \([^\n]*ENOSPC[^\n]*\); [^\n]+\n$/);
});
