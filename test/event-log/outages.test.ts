/** What a log does on a disk that is full, gone, or does not answer, and with a pipe. */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Files } from '../../src/event-log/event-log.ts';
import { LogFile } from '../../src/event-log/log-file.ts';
import type { LogReport, ProxyEvent } from '../../src/events.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { onCleanup } from '../support/cleanup.ts';
import { countsIn, end, event, eventsIn, LINE, realFiles, setUp, upTo } from './log-desk.ts';

const MIB = 1024 * 1024;

describe('an outage', () => {
  test('is told once, in the log too, with what was lost when it ends', async () => {
    const set = await setUp();
    set.write(0, 1);
    set.clock.advance(20);
    await set.clock.whenPending(0);
    await rename(set.directory, `${set.directory}.gone`);
    onCleanup(() => rm(`${set.directory}.gone`, { recursive: true, force: true }));
    set.log.reopen();
    expect(await set.report()).toEqual({
      event: 'log.failed',
      path: set.path,
      detail: 'there is no such directory (ENOENT)',
    });
    set.write(1, 3);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      set.clock.advance(1000);
      await set.clock.whenPending(1);
    }
    expect(set.reports.left).toEqual([]);
    await rename(`${set.directory}.gone`, set.directory);
    expect(await set.report()).toEqual({ event: 'log.recovered', lost: 0 });
    await end(set);
    expect(await countsIn(set.path)).toEqual([0, 'log.failed', 1, 2, 'log.recovered']);
  });

  test('holds at most 1 MiB, and what is lost is missing in one place', async () => {
    const set = await setUp();
    await rm(set.directory, { recursive: true });
    set.log.reopen();
    await set.report();
    set.write(0, 2000, 1024);
    await mkdir(set.directory);
    const recovered = await set.report();
    set.write(2000, 2001);
    await end(set);
    const kept = (await eventsIn(set.path)).length - 3;
    expect(kept * 1024).toBeLessThan(MIB);
    expect(kept * 1024).toBeGreaterThan(MIB * 0.9);
    expect(recovered).toEqual({ event: 'log.recovered', lost: 2000 - kept });
    expect(await countsIn(set.path)).toEqual(['log.failed', ...upTo(kept), 'log.recovered', 2000]);
  });

  test('of a disk that is full begins with the first line that it does not take', async () => {
    const set = await setUp({ path: '/dev/full' });
    set.write(0, 3);
    expect(await set.report()).toMatchObject({ detail: 'the disk is full (ENOSPC)' });
    expect(await end(set)).toEqual({ missing: 4, detail: 'the disk is full (ENOSPC)' });
  });

  test('is tried to end at once when the log is told that something changed', async () => {
    const set = await setUp();
    await rm(set.directory, { recursive: true });
    set.log.reopen();
    await set.report();
    await mkdir(set.directory);
    set.log.reopen();
    const before = set.clock.now();
    expect(await set.clock.advanceUntil(set.reports.next(), 0)).toEqual({
      event: 'log.recovered',
      lost: 0,
    });
    expect(set.clock.now()).toBe(before);
  });

  test('is told to whoever asks for it later', async () => {
    const set = await setUp({ path: '/dev/full' });
    set.write(0, 1);
    await set.report();
    const late: LogReport[] = [];
    set.log.reportTo((report) => late.push(report));
    expect(late).toMatchObject([{ event: 'log.failed' }]);
  });

  test('of a directory in which nothing may be renamed is one, and shifts nothing', async () => {
    const set = await setUp({ size: 2 * LINE });
    // A directory with something in it stands where a file is to be renamed to.
    await mkdir(`${set.path}.1`);
    await appendFile(join(`${set.path}.1`, 'x'), '');
    for (const age of [2, 3, 4]) await mkdir(`${set.path}.${age}`);
    await appendFile(join(`${set.path}.4`, 'x'), '');
    set.write(0, 3);
    expect((await set.report()).event).toBe('log.failed');
    expect(await readdir(`${set.path}.1`)).toEqual(['x']);
    for (const age of [1, 2, 3, 4]) await rm(`${set.path}.${age}`, { recursive: true });
    expect(await set.report()).toEqual({ event: 'log.recovered', lost: 0 });
    expect(await end(set)).toEqual({ missing: 0, detail: null });
  });
});

/** A disk with room for so many bytes at first, and for all after the first trouble, or never. */
const tightDisk = (room: number, hasRoomLater = true): Files => {
  const { files } = realFiles();
  let left = room;
  return {
    ...files,
    open: async (settings) => {
      const file = await files.open(settings);
      const write = async (bytes: Buffer): Promise<number> => {
        if (left === 0) {
          if (hasRoomLater) left = Infinity;
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        }
        const taken = await file.write(bytes.subarray(0, left));
        left -= taken;
        return taken;
      };
      const { isDue, isInPlace, close } = file;
      return {
        get room() {
          return file.room;
        },
        isDue,
        isInPlace,
        close,
        write,
      };
    },
  };
};

describe('a disk that takes half a line', () => {
  test('gives that half back, and gets the line whole when it has room', async () => {
    const set = await setUp({ own: tightDisk(2 * LINE + 5) });
    set.write(0, 4);
    expect((await set.report()).event).toBe('log.failed');
    expect((await set.report()).event).toBe('log.recovered');
    await end(set);
    expect(await countsIn(set.path)).toEqual([0, 1, 2, 3, 'log.failed', 'log.recovered']);
  });

  test('has whole lines and no other where the program ends meanwhile', async () => {
    const set = await setUp({ own: tightDisk(2 * LINE + 5, false) });
    set.write(0, 4);
    expect((await set.report()).event).toBe('log.failed');
    expect(await end(set)).toMatchObject({ missing: 3 });
    expect(await countsIn(set.path)).toEqual([0, 1]);
  });

  test('keeps what others have written behind that half', async () => {
    const { path } = await setUp();
    const settings = { path, size: 0, files: 1 };
    const file = await LogFile.open(settings);
    await file.write(Buffer.from('{"half'));
    await appendFile(path, 'another\n');
    await file.close(6);
    expect(await readFile(path, 'utf8')).toBe('{"halfanother\n');
  });

  test('counts for the size at which a new file is begun only as far as it is kept', async () => {
    const set = await setUp({ own: tightDisk(LINE + 5), size: 3 * LINE });
    set.write(0, 3);
    expect((await set.report()).event).toBe('log.failed');
    expect((await set.report()).event).toBe('log.recovered');
    await end(set);
    const there = (await readdir(set.directory)).toSorted();
    const oldest = join(set.directory, there.at(-1)!);
    expect(oldest).not.toBe(set.path);
    expect(await countsIn(oldest)).toEqual([0, 1, 2]);
  });
});

/** What a pipe has now. */
const readNow = (fd: number, buffer: Buffer): string => {
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  } catch (trouble) {
    if ((trouble as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw trouble;
  }
};

/** A pipe, whose reader is the test's. */
const pipe = async (): Promise<{ path: string; open: () => number }> => {
  const path = join(await privateDirectory(), 'pipe');
  await promisify(execFile)('mkfifo', [path]);
  const open = (): number => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    onCleanup(() => closeSync(fd));
    return fd;
  };
  return { path, open };
};

describe('a pipe', () => {
  test('that is full at the end is waited for', async () => {
    const { path, open } = await pipe();
    const fd = open();
    const set = await setUp({ path });
    set.write(0, 500, 1024);
    const ended = set.log.end(1_000_000);
    // Several attempts, and nobody has read yet.
    for (let attempt = 0; attempt < 50; attempt += 1) {
      set.clock.advance(50);
      await new Promise(setImmediate);
    }
    let text = '';
    const buffer = Buffer.alloc(65_536);
    while (!text.includes('"count":499')) {
      set.clock.advance(50);
      await new Promise(setImmediate);
      text += readNow(fd, buffer);
    }
    expect(await set.clock.advanceUntil(ended, 0)).toEqual({ missing: 0, detail: null });
  });

  test('gets the lines, and no file beside it', async () => {
    const { path, open } = await pipe();
    const fd = open();
    const set = await setUp({ path, size: LINE, files: 3 });
    set.write(0, 5);
    await end(set);
    const buffer = Buffer.alloc(10 * LINE);
    const text = buffer.toString('utf8', 0, readSync(fd, buffer));
    expect(text).toBe(
      upTo(5)
        .map((count) => `${JSON.stringify(event(count))}\n`)
        .join(''),
    );
  });

  test('that nobody reads is refused at the start, at once', async () => {
    const { path } = await pipe();
    await expect(setUp({ path })).rejects.toMatchObject({
      exitCode: 1,
      message: `--event-log "${path}" cannot be opened: it is a pipe that nobody reads (ENXIO)`,
    });
  });

  test('whose reader stalls holds 1 MiB beside what the pipe does, then lines are lost', async () => {
    const { path, open } = await pipe();
    const fd = open();
    const set = await setUp({ path });
    set.write(0, 2000, 1024);
    expect(await set.report()).toMatchObject({ event: 'log.failed' });
    const recovered = set.reports.next();
    let text = '';
    const buffer = Buffer.alloc(65_536);
    // Reads along while the log goes on.
    while (!text.includes('log.recovered')) {
      set.clock.advance(50);
      await new Promise(setImmediate);
      text += readNow(fd, buffer);
    }
    const { lost } = (await recovered) as Extract<LogReport, { event: 'log.recovered' }>;
    const told = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ProxyEvent);
    expect(told.filter((each) => each.event === 'events.dropped').length + lost).toBe(2000);
    expect(lost).toBeGreaterThan(500);
  });
});

/** A disk that answers when the test says so. */
const slowDisk = () => {
  const answers: (() => void)[] = [];
  const files: Files = {
    open: () =>
      Promise.resolve({
        room: Infinity,
        isDue: () => false,
        isInPlace: () => Promise.resolve(true),
        close: () => Promise.resolve(),
        write: (bytes) =>
          new Promise((resolve) => {
            answers.push(() => resolve(bytes.length));
          }),
      }),
    rotate: () => Promise.resolve(),
  };
  return { files, answers };
};

describe('a disk that does not answer', () => {
  test('is told of after 10 s, and once more when it has', async () => {
    const { files, answers } = slowDisk();
    const set = await setUp({ own: files });
    set.write(0, 1);
    set.clock.advance(20);
    await set.clock.whenPending(1);
    set.clock.advance(9_999);
    expect(set.reports.all).toEqual([]);
    set.clock.advance(1);
    expect(set.reports.all).toMatchObject([{ detail: 'the disk has not answered for 10s' }]);
    const answering = (async () => {
      while (set.reports.all.length < 2) {
        answers.shift()?.();
        await new Promise(setImmediate);
      }
    })();
    await answering;
    expect(set.reports.all[1]).toEqual({ event: 'log.recovered', lost: 0 });
  });

  test('has every line in the end, whenever one comes while it answers', async () => {
    for (let turns = 0; turns < 20; turns += 1) {
      const { files, answers } = slowDisk();
      const set = await setUp({ own: files });
      set.write(0, 1);
      set.clock.advance(20);
      while (answers.length === 0) await new Promise(setImmediate);
      answers.shift()?.();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      set.write(1, 2);
      await new Promise(setImmediate);
      set.clock.advance(20);
      await new Promise(setImmediate);
      expect(answers, `after ${turns} turns`).toHaveLength(1);
    }
  });

  test('is told of at once where events are lost by it', async () => {
    const { files } = slowDisk();
    const set = await setUp({ own: files });
    set.write(0, 1);
    set.clock.advance(20);
    set.write(1, 2000, 1024);
    expect(set.reports.all).toMatchObject([{ detail: 'the disk is too slow' }]);
  });

  test('does not hold up the end, which says what is missing', async () => {
    const { files } = slowDisk();
    const set = await setUp({ own: files });
    set.write(0, 7);
    const ended = set.log.end(2000);
    await set.clock.whenPending(2);
    set.clock.advance(2000);
    expect(await ended).toEqual({ missing: 7, detail: 'the disk is too slow' });
  });
});

/** Real files whose rotation fails as long as it is told to; every attempt is counted. */
const stubborn = () => {
  const { files, isBusy } = realFiles();
  const state = { code: 'EACCES' as string | null, tries: 0 };
  const own: Files = {
    ...files,
    rotate: async (settings) => {
      state.tries += 1;
      if (state.code !== null) throw Object.assign(new Error('no'), { code: state.code });
      await files.rotate(settings);
    },
  };
  return { own, state, isBusy };
};

describe('a rotation that fails', () => {
  test.each([
    ['EACCES', 'no permission to write there (EACCES)'],
    ['EROFS', 'the disk is read-only (EROFS)'],
    ['ENOENT', 'there is no such directory (ENOENT)'],
  ])('with %s lets the file grow, and is told once', async (code, words) => {
    const { own, state } = stubborn();
    state.code = code;
    const set = await setUp({ size: 10 * LINE, own });
    set.write(0, 12_000);
    expect(await end(set)).toEqual({ missing: 0, detail: null });
    expect(set.reports.all).toEqual([
      { event: 'log.failed', path: set.path, detail: `it cannot be rotated and grows: ${words}` },
    ]);
    const counts = await countsIn(set.path);
    expect(counts.filter((each) => typeof each === 'number')).toEqual(upTo(12_000));
    expect(counts.filter((each) => each === 'log.failed')).toHaveLength(1);
    expect(state.tries).toBe(1);
  });

  test('is tried again every ten seconds, without a line too, and told when it worked', async () => {
    const { own, state, isBusy } = stubborn();
    const set = await setUp({ size: 10 * LINE, own });
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 100) {
        set.clock.advance(100);
        do await new Promise(setImmediate);
        while (isBusy());
      }
    };
    set.write(0, 20);
    await pass(200);
    expect(state.tries).toBe(1);
    set.write(20, 40);
    await pass(9_000);
    expect(state.tries).toBe(1);
    await pass(1_000);
    expect(state.tries).toBe(2);
    expect(set.reports.all).toHaveLength(1);
    state.code = null;
    await pass(10_000);
    expect(set.reports.all.slice(1)).toEqual([{ event: 'log.recovered', lost: 0 }]);
    await end(set);
    expect(set.clock.pending).toBe(0);
    expect(await countsIn(set.path)).toEqual(['log.recovered']);
    const before = await countsIn(`${set.path}.1`);
    expect(before.filter((each) => each !== 'log.failed')).toEqual(upTo(40));
  });

  test('is tried again at once when the log is told that something changed', async () => {
    const { own, state } = stubborn();
    const set = await setUp({ size: 10 * LINE, own });
    set.write(0, 20);
    await set.report();
    state.code = null;
    set.log.reopen();
    set.write(20, 21);
    await end(set);
    expect(set.reports.all.at(-1)).toEqual({ event: 'log.recovered', lost: 0 });
  });
});
