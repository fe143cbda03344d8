/**
 * A log behind the interface of a running proxy: every screen that shows one shows the other.
 * Nothing can be changed in the past; what moves is the cursor, by hand or by itself.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { LogMove, LogPosition, ProxyControl, View } from '../contract.ts';
import type { ProxyEvent } from '../events.ts';
import { listOf, pictureOf } from './past-picture.ts';
import type { Timeline } from './timeline.ts';

/** How often time moves while it plays, and the most often that a picture is made. */
const FRAME_MS = 250;

/** How many times as fast as it did time can run, by one key after the other. */
const SPEEDS: readonly number[] = [1, 10, 60, 600];

/** What moves the cursor. */
export type Cursor = {
  /** As a key or a command asks. */
  readonly move: (move: LogMove) => void;
  /** So many events on, or back; stops playing. */
  readonly step: (by: number) => void;
  /** So much time on, or back, in milliseconds. */
  readonly skip: (byMs: number) => void;
  /** To a time, in milliseconds since 1970. */
  readonly jump: (time: number) => void;
  /** Time runs, `speed` times as fast as it did; 0 stops it. It stops at the end by itself. */
  readonly play: (speed: number) => void;
  /** Where the cursor is. */
  readonly at: () => {
    readonly time: number;
    readonly index: number;
    readonly count: number;
    readonly speed: number;
  };
};

type Watcher = {
  view: View;
  readonly onSnapshot: Parameters<ProxyControl['watch']>[1];
  /** The last picture has not been dealt with. */
  waiting: boolean;
  dirty: boolean;
};

/** The past as a `ProxyControl`, and what moves it; `close` ends it. */
export const replay = (
  timeline: Timeline,
  clock: Clock,
): { readonly control: ProxyControl; readonly cursor: Cursor; readonly close: () => void } => {
  const watchers = new Set<Watcher>();
  const listeners = new Set<(event: ProxyEvent) => void>();
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  let seq = 0;
  /** That of now; 0 stands still. */
  let speed = 0;
  /** That of the last time it ran. */
  let pace = SPEEDS[0] ?? 1;
  let playing: Cancel | null = null;

  const position = (): LogPosition => {
    const { index, count, startsAt, endsAt } = timeline;
    return { index, count, startsAt, endsAt, speed };
  };

  const show = (watcher: Watcher): void => {
    if (watcher.waiting || !watcher.dirty || !watchers.has(watcher)) return;
    watcher.waiting = true;
    watcher.dirty = false;
    seq += 1;
    const picture = { ...pictureOf(timeline.past, watcher.view, seq), replay: position() };
    const shown = Promise.resolve(watcher.onSnapshot(picture));
    void shown.finally(() => {
      watcher.waiting = false;
      show(watcher);
    });
  };

  const moved = (passed: readonly ProxyEvent[]): void => {
    for (const event of passed) for (const listener of listeners) listener(event);
    for (const watcher of watchers) {
      watcher.dirty = true;
      show(watcher);
    }
  };

  const play = (wanted: number): void => {
    playing?.();
    playing = null;
    const before = speed;
    speed = timeline.now < timeline.endsAt ? Math.max(0, wanted) : 0;
    if (speed > 0) {
      pace = speed;
      playing = clock.every(FRAME_MS, () => {
        const passed = timeline.toTime(timeline.now + FRAME_MS * speed);
        if (timeline.now >= timeline.endsAt) play(0);
        moved(passed);
      });
    }
    // Whether it runs is part of the picture.
    if (speed !== before) moved([]);
  };

  const step = (by: number): void => {
    play(0);
    moved(timeline.step(by));
  };
  const skip = (byMs: number): void => moved(timeline.toTime(timeline.now + byMs));
  const jump = (time: number): void => moved(timeline.toTime(time));

  const move = (wanted: LogMove): void => {
    switch (wanted.do) {
      case 'step':
        step(wanted.by);
        break;
      case 'skip':
        skip(wanted.byMs);
        break;
      case 'jump':
        jump(wanted.time);
        break;
      case 'play':
        play(speed > 0 ? 0 : pace);
        break;
      case 'faster':
        play(SPEEDS[(SPEEDS.indexOf(pace) + 1) % SPEEDS.length] ?? 1);
        break;
      default:
        wanted satisfies never;
    }
  };

  return {
    control: {
      watch: (view, onSnapshot) => {
        const watcher: Watcher = { view, onSnapshot, waiting: false, dirty: true };
        watchers.add(watcher);
        queueMicrotask(() => show(watcher));
        return {
          look: (next) => {
            watcher.view = next;
            watcher.dirty = true;
            show(watcher);
          },
          close: () => void watchers.delete(watcher),
        };
      },
      events: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      command: (command) =>
        Promise.resolve(
          command.do === 'list'
            ? listOf(timeline.past, command)
            : { ok: false, reason: 'this is a replay: nothing can be changed in it' },
        ),
      closed,
    },
    cursor: {
      move,
      step,
      skip,
      jump,
      play,
      at: () => ({ time: timeline.now, index: timeline.index, count: timeline.count, speed }),
    },
    close: () => {
      watchers.clear();
      listeners.clear();
      play(0);
      resolve('the replay was closed');
    },
  };
};
