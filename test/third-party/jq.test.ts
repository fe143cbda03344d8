/** The line of the README that gives our output to jq, as it stands there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { privateFolder } from '../api/ask.ts';
import { typeInShell } from '../program/command-shell.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [pipeline = 'none in the README'] =
  /^wsbouncer ls .*\| jq .*\| xargs .*$/m.exec(readme) ?? [];

test('ls, jq and evict in one line evict every stuck viewer, and nobody else', async () => {
  const socketPath = join(await privateFolder(), 'c.sock');
  // It has viewers who read nothing.
  const program = await runProgram(['demo', '--write-timeout', '5m', '--control', socketPath]);
  const { viewer } = await program.events.next(named('viewer.stuck'), 'a stuck viewer', {
    ms: 25_000,
  });
  const { code, stdout, stderr } = await typeInShell(pipeline, { WSBOUNCER_SOCKET: socketPath });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n')).toContain(`${viewer} evicted`);
  await program.events.next(
    (event) => named('viewer.evicted')(event) && event.cause === 'operator',
  );
  const evicted = program.events.all.filter(named('viewer.evicted'));
  const stuck = program.events.all.filter(named('viewer.stuck')).map((event) => event.viewer);
  const byHand = evicted.filter(({ cause }) => cause === 'operator');
  for (const event of byHand) expect(stuck).toContain(event.viewer);
});
