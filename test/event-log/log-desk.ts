/** A log with real files, on a clock that is the test's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EventLog, type Files } from '../../src/event-log/event-log.ts';
import { LogFile, rotateFiles } from '../../src/event-log/log-file.ts';
import type { LogReport, ProxyEvent } from '../../src/events.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Inbox } from '../support/inbox.ts';

export const event = (count: number, size = 0): ProxyEvent => ({
  time: `2026-01-01T00:00:00.000Z${'x'.repeat(size)}`,
  event: 'events.dropped',
  count,
});

export const LINE = JSON.stringify(event(1)).length + 1;

export const eventsIn = async (path: string): Promise<readonly ProxyEvent[]> => {
  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as ProxyEvent);
};

export const countsIn = async (path: string): Promise<readonly (number | string)[]> =>
  (await eventsIn(path)).map((each) => (each.event === 'events.dropped' ? each.count : each.event));

export const upTo = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count - from }, (_, at) => from + at);

type Given = { path?: string; size?: number; files?: number; own?: Files };

/** Real files, and whether one of them is busy: time stands still meanwhile. */
export const realFiles = () => {
  let busy = 0;
  const counted = async <T>(operation: Promise<T>): Promise<T> => {
    busy += 1;
    try {
      return await operation;
    } finally {
      busy -= 1;
    }
  };
  const files: Files = {
    open: async (settings) => {
      const file = await counted(LogFile.open(settings));
      return {
        get room() {
          return file.room;
        },
        isDue: (bytes) => file.isDue(bytes),
        write: (bytes) => counted(file.write(bytes)),
        isInPlace: () => counted(file.isInPlace()),
        close: (torn) => counted(file.close(torn)),
      };
    },
    rotate: (settings) => counted(rotateFiles(settings)),
  };
  return { files, isBusy: () => busy > 0 };
};

export const setUp = async ({ path, size = 0, files = 5, own }: Given = {}) => {
  const directory = await privateDirectory();
  const clock = new FakeClock();
  const settings = { path: path ?? join(directory, 'events.log'), size, files };
  const { files: real, isBusy } = realFiles();
  const log = await EventLog.open(settings, clock, own ?? real);
  const reports = new Inbox<LogReport>('reports of the log');
  log.reportTo(reports.push);
  onCleanup(() => void log.end(0));
  const write = (from: number, to: number, bytes = 0): void => {
    for (let count = from; count < to; count += 1) log.write(event(count, bytes));
  };
  /** The next report, however much time it takes. */
  const report = async (): Promise<LogReport> => {
    while (reports.left.length === 0) {
      if (!isBusy()) clock.advance(10);
      await new Promise(setImmediate);
    }
    return reports.next();
  };
  return { directory, clock, log, path: settings.path, reports, write, report };
};

/** Writes what waits, ends the log, and says what is missing. */
export const end = ({ clock, log }: { clock: FakeClock; log: EventLog }) =>
  clock.advanceUntil(log.end(1_000_000), 0);
