/** The log where all goes well, and where somebody moves its file. */
import { chmod, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Files } from '../../src/event-log/event-log.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { countsIn, end, event, eventsIn, LINE, realFiles, setUp, upTo } from './log-desk.ts';

describe('an event log', () => {
  test('has every event as a line, in order, in a file that nobody else may read', async () => {
    const set = await setUp();
    set.write(0, 3000);
    expect(await end(set)).toEqual({ missing: 0, detail: null });
    expect(await countsIn(set.path)).toEqual(upTo(3000));
    expect((await stat(set.path)).mode & 0o777).toBe(0o600);
    expect(set.clock.pending).toBe(0);
  });

  test('gathers the events of a moment, and writes them without being asked', async () => {
    const set = await setUp();
    set.write(0, 2);
    set.clock.advance(19);
    set.write(2, 3);
    expect(set.clock.pending).toBe(1);
    set.clock.advance(1);
    await set.clock.whenPending(0);
    expect(await countsIn(set.path)).toEqual([0, 1, 2]);
  });

  test('appends to a file that is there, on a line of its own, and lets its mode be', async () => {
    const directory = await privateDirectory();
    const path = join(directory, 'events.log');
    await writeFile(path, `${JSON.stringify(event(0))}\n{"time":"20`, { mode: 0o640 });
    await chmod(path, 0o640);
    const set = await setUp({ path });
    set.write(1, 2);
    await end(set);
    expect((await readFile(path, 'utf8')).split('\n')).toEqual([
      JSON.stringify(event(0)),
      '{"time":"20',
      JSON.stringify(event(1)),
      '',
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  test('goes through a link to where it leads', async () => {
    const directory = await privateDirectory();
    await symlink(join(directory, 'real.log'), join(directory, 'link.log'));
    const set = await setUp({ path: join(directory, 'link.log') });
    set.write(0, 1);
    await end(set);
    expect(await countsIn(join(directory, 'real.log'))).toEqual([0]);
  });

  test('takes no event any more after its end', async () => {
    const set = await setUp();
    set.write(0, 1);
    await end(set);
    set.write(1, 2);
    set.log.reopen();
    expect(set.clock.pending).toBe(0);
    expect(await countsIn(set.path)).toEqual([0]);
  });
});

describe('rotation', () => {
  test('begins a new file before one would be too large, and keeps so many', async () => {
    const set = await setUp({ size: 10 * LINE, files: 3 });
    set.write(0, 45);
    await end(set);
    const files = ['events.log', 'events.log.1', 'events.log.2'];
    expect((await readdir(set.directory)).toSorted()).toEqual(files);
    const read = await Promise.all(files.map((name) => eventsIn(join(set.directory, name))));
    const sizes = await Promise.all(files.map((name) => stat(join(set.directory, name))));
    for (const { size, mode } of sizes) {
      expect(size).toBeLessThanOrEqual(10 * LINE);
      expect(mode & 0o777).toBe(0o600);
    }
    const kept = read.toReversed().flat();
    expect(kept).toEqual(upTo(45, 45 - kept.length).map((count) => event(count)));
    expect(kept.length).toBeGreaterThan(20);
  });

  test('counts what an existing file has', async () => {
    const directory = await privateDirectory();
    const path = join(directory, 'events.log');
    await writeFile(path, `${JSON.stringify(event(0))}\n`.repeat(9));
    const set = await setUp({ path, size: 10 * LINE });
    set.write(1, 3);
    await end(set);
    expect(await countsIn(`${path}.1`)).toEqual([...Array<number>(9).fill(0), 1]);
    expect(await countsIn(path)).toEqual([2]);
  });

  test('with one file begins it again', async () => {
    const set = await setUp({ size: 2 * LINE, files: 1 });
    set.write(0, 5);
    await end(set);
    expect(await readdir(set.directory)).toEqual(['events.log']);
    expect(await countsIn(set.path)).toEqual([4]);
  });

  test('never comes with size 0', async () => {
    const set = await setUp({ size: 0 });
    set.write(0, 200);
    await end(set);
    expect(await readdir(set.directory)).toEqual(['events.log']);
  });

  test('leaves files alone that are older than it knows', async () => {
    const set = await setUp({ size: 2 * LINE, files: 2 });
    await writeFile(`${set.path}.2`, 'of somebody');
    set.write(0, 9);
    await end(set);
    expect(await readFile(`${set.path}.2`, 'utf8')).toBe('of somebody');
  });
});

describe('a file that is moved away', () => {
  test('is left for a new one when the log is told', async () => {
    const set = await setUp();
    set.write(0, 2);
    set.clock.advance(20);
    await set.clock.whenPending(0);
    await rename(set.path, `${set.path}.old`);
    set.log.reopen();
    set.write(2, 4);
    await end(set);
    expect(await countsIn(`${set.path}.old`)).toEqual([0, 1]);
    expect(await countsIn(set.path)).toEqual([2, 3]);
  });

  test.each([
    ['moved', (path: string) => rename(path, `${path}.old`)],
    ['removed', (path: string) => rm(path)],
  ])('is missed within a second where nobody says that it was %s', async (_how, move) => {
    const set = await setUp();
    set.write(0, 1);
    set.clock.advance(20);
    await set.clock.whenPending(0);
    await move(set.path);
    set.clock.advance(1000);
    set.write(1, 2);
    await end(set);
    expect(await countsIn(set.path)).toEqual([1]);
  });
});

describe('a path that will not do', () => {
  test.each([
    ['a directory', '.', /cannot be opened: it is a directory \(EISDIR\); name another file$/],
    ['in no directory', 'no/x', /cannot be opened: there is no such directory \(ENOENT\); name/],
    ['too long', 'x'.repeat(300), /cannot be opened: the name is too long \(ENAMETOOLONG\)/],
  ])('is an error with its remedy: %s', async (_what, name, line) => {
    const path = join(await privateDirectory(), name);
    await expect(setUp({ path })).rejects.toMatchObject({
      exitCode: 1,
      line: expect.stringMatching(line),
    });
  });

  test('is refused where its files could not be moved, unless they never are', async () => {
    const own = realFiles().files;
    const path = join(await privateDirectory(), 'none', 'x.log');
    // As where the file may be written and its directory not: root may do both.
    const elsewhere = (): Promise<Awaited<ReturnType<Files['open']>>> =>
      own.open({ path: '/dev/null', size: 1, files: 1 });
    const tight = { ...own, open: async () => ({ ...(await elsewhere()), room: 1 }) };
    await expect(setUp({ path, size: 4096, own: tight })).rejects.toMatchObject({
      exitCode: 1,
      line: expect.stringMatching(/could not be rotated: there is no .*; name a file in a dir/),
    });
    await expect(setUp({ path, size: 0, own: tight })).resolves.toBeDefined();
  });
});
