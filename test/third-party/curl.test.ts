/** What the README tells people to type at the control socket, line by line as it stands there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { startForeign } from './foreign.ts';
import { CURL } from './packages.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, block = ''] = /## The control socket\n[^]*?```sh\n([^]*?)```/.exec(readme) ?? [];
const [place = '', ...lines] = block.trimEnd().split('\n');

/** The word after which a line is known. */
const asks = (word: string): string => lines.find((line) => line.includes(word)) ?? '';

test('curl asks as the README says, and gets what it says', async () => {
  const session = 'lobby' as SessionId;
  const runtime = await privateFolder();
  const env = { XDG_RUNTIME_DIR: runtime };
  const program = await runProgram(['--backend', (await echoBackend()).url], { env });
  const viewer = await connectViewer(program.url('lobby'));
  const port = program.address.slice(program.address.lastIndexOf(':') + 1);

  /** Other ports and ids; everything else as it stands. */
  const typed = (line: string): string =>
    [place.replace('8080', port), line.replace('v12', 'v1').replace('curl ', `${CURL} -sS `)].join(
      '\n',
    );
  const say = async (line: string): Promise<string> => {
    const script = typed(line).replace('-sS', '-sS --fail-with-body');
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { env });
    return stdout;
  };

  expect(lines).toHaveLength(7);
  expect(JSON.parse(await say(asks('/v1/proxy')))).toMatchObject({ pid: program.pid, cap: 8 });
  expect(JSON.parse(await say(asks('state:stuck')))).toMatchObject({ viewers: [] });
  expect(JSON.parse(await say(asks('/v1/sessions?')))).toMatchObject({
    sessions: [{ id: 'lobby', viewers: 1 }],
  });
  expect(await say(asks('DELETE'))).toBe('');
  expect(await closeOf(viewer)).toEqual({ code: 1008, reason: 'evicted by operator: stuck' });
  await say(asks('/cap'));
  await program.events.next(named('cap.changed', { session, to: 4, actor: 'socket' }));
  await say(asks('/lock'));
  await program.events.next(named('session.locked', { session }));
  const follow = `XDG_RUNTIME_DIR=${runtime}\n${typed(asks('/v1/events')).replace(CURL, `exec ${CURL}`)}`;
  const stream = startForeign('/bin/sh', ['-c', follow]);
  await stream.lines.next((line) => line === 'event: proxy.listening', 'the first event');
  await stream.lines.next((line) => line === 'event: session.locked', 'the newest event');
});
