/** A disk that fills up under the event log, and has room again: a small one in memory. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readLogLine } from '../../src/event-log/log-line.ts';
import { keepEchoing } from '../support/audience.ts';
import { echoBackend } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';
import { startStorm } from '../support/storm.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';

const run = promisify(execFile);

const KIB = 1024;

/** A file system of its own, with so much room. */
const smallDisk = async (bytes: number): Promise<string> => {
  const directory = await privateDirectory();
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory]);
  // Nobody waits for a disk whose user is being killed.
  onCleanup(() => run('umount', ['--lazy', directory]));
  return directory;
};

/** The log tells of itself a moment earlier than the proxy does. */
const others = (line: string): boolean => !line.includes('"event":"log.');

test('a disk that is full costs the event log nothing that fits into memory, and viewers nothing', async () => {
  const disk = await smallDisk(64 * KIB);
  const { url } = await echoBackend();
  const path = join(disk, 'events.jsonl');
  const log = ['--event-log', path, '--event-log-size', '16KiB', '--event-log-files', '2'];
  const limits = ['--cap', '1', '--refuse-hold', '0'];
  const program = await runProgram(['--backend', url, ...limits, ...log]);
  const viewer = await connectViewer(program.url('a'));
  await program.events.next(named('viewer.admitted'));

  const filler = join(disk, 'filler');
  await expect(writeFile(filler, Buffer.alloc(80 * KIB))).rejects.toThrow('ENOSPC');
  const storm = startStorm(program.address, {
    session: 'a',
    patienceMs: 5_000,
    phases: [{ forMs: 20_000, connectsPerSecond: 800, enough: 1_500 }],
  });
  const audience = keepEchoing([viewer]);
  const { path: told, detail } = await program.events.next(named('log.failed'));
  expect([told, detail]).toEqual([path, 'the disk is full (ENOSPC)']);
  await storm.over;
  expect(audience.roundTrips().p99).toBeLessThan(1_000);

  await rm(filler);
  expect(await program.events.next(named('log.recovered'))).toMatchObject({ lost: 0 });
  const ended = program.stop();
  await closeOf(viewer);
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(program.events.all.filter(named('log.failed'))).toHaveLength(1);

  expect((await readdir(disk)).toSorted()).toEqual(['events.jsonl', 'events.jsonl.1']);
  const texts = await Promise.all([`${path}.1`, path].map((name) => readFile(name, 'utf8')));
  for (const text of texts) expect(text.length).toBeLessThanOrEqual(16 * KIB);
  const lines = texts.join('').split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.filter((line) => !readLogLine(line).ok)).toEqual([]);
  const kept = lines.filter(others);
  const all = program.stdout().trimEnd().split('\n').filter(others);
  expect(kept.length).toBeGreaterThan(50);
  expect(kept).toEqual(all.slice(-kept.length));
});
