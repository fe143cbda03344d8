/** The console on a log. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, ViewerId } from '../../src/contract.ts';
import { readLogLine } from '../../src/event-log/log-line.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { keys, sizes } from '../console/arbitrary.ts';
import { anyLog, BEGINS } from './log-events.ts';
import { openLogDesk } from './log-desk.ts';

const at = (seconds: number): string => new Date(BEGINS + seconds * 1000).toISOString();

const place = (viewers: number) => ({
  session: 'alpha' as SessionId,
  remote: '192.0.2.1:1',
  viewers,
  cap: 3,
});

const named = (number: number, viewers: number) => ({
  ...place(viewers),
  viewer: `v${number}` as ViewerId,
});

const put = { code: 1000, closeSent: true };
const carried = {
  durationMs: 1,
  bytesToViewer: 1,
  bytesToBackend: 1,
  messagesToViewer: 1,
  messagesToBackend: 1,
};

const story: readonly ProxyEvent[] = [
  { time: at(0), event: 'proxy.listening', address: '127.0.0.1:8080' },
  { time: at(10), event: 'viewer.admitted', dialMs: 1, ...named(1, 1) },
  { time: at(20), event: 'viewer.admitted', dialMs: 1, ...named(2, 2) },
  { time: at(100), event: 'viewer.stuck', silentMs: 1, queuedBytes: 3_145_728, ...named(2, 2) },
  { time: at(130), event: 'viewer.left', cause: 'viewer-lost', ...put, ...carried, ...named(2, 1) },
  {
    time: at(200),
    event: 'viewer.left',
    cause: 'viewer-closed',
    ...put,
    ...carried,
    ...named(1, 0),
  },
];

const opened = async (events = story, size = { columns: 80, rows: 24 }) => {
  const desk = openLogDesk(events, size);
  await desk.settle();
  return desk;
};

describe('the console on a log', () => {
  it('says that it is one, where the cursor stands, and what time it is there', async () => {
    const desk = await opened();
    expect(desk.rows()[0]).toMatch(/^ wsbouncer .* REPLAY 1\/6 00:00:00Z $/);
    await desk.press('.', '.');
    expect(desk.rows()[0]).toMatch(/REPLAY 3\/6 00:00:20Z $/);
    expect(desk.screen()).toMatch(/alpha +2\/3/);
    desk.idle(9000);
    expect(desk.rows()[0]).toMatch(/ up 0:20 .*REPLAY 3\/6 00:00:20Z $/);
    expect(desk.screen()).not.toMatch(/LIVE|OLD|READ-ONLY/);
  });

  it('has the day in the title where the log has several', async () => {
    const later = { time: at(90_000), event: 'proxy.stopped' } as const;
    const desk = await opened([...story, later]);
    expect(desk.rows()[0]).toMatch(/REPLAY 1\/7 2026-01-01 00:00:00Z $/);
    await desk.press(']');
    expect(desk.rows()[0]).toMatch(/REPLAY 7\/7 2026-01-02 01:00:00Z $/);
  });

  it('goes by events, by minutes, to the ends and to a time', async () => {
    const desk = await opened();
    const index = (): number => desk.cursor.at().index;
    await desk.press('.', '.', ',');
    expect(index()).toBe(2);
    await desk.press('>');
    expect(desk.cursor.at()).toMatchObject({ index: 3, time: BEGINS + 70_000 });
    await desk.press('<', ']');
    expect(index()).toBe(6);
    await desk.press('.');
    expect(desk.screen()).toContain('the log ends here: , goes back');
    await desk.press('[', ',');
    expect(index()).toBe(1);
    expect(desk.screen()).toContain('the log begins here');
    await desk.type('at 00:01:50');
    expect(desk.cursor.at()).toMatchObject({ index: 4, time: BEGINS + 110_000 });
    expect(desk.screen()).toMatch(/v2 .*3\.0M waits 10s/);
    await desk.type('at 12:00');
    expect(desk.screen()).toContain('the log goes from 2026-01-01 00:00:00 to 2026-01-01 00:03:20');
  });

  it('takes keys that come faster than pictures, whatever row they bring up', async () => {
    const desk = await opened();
    await desk.press('.', '.', 'tab', 'j', 'backtab');
    await desk.chunk('tab', '.', '.', 'space');
    expect(desk.state.focus).toBe('viewers');
    expect(desk.cursor.at()).toMatchObject({ index: 5, speed: 1 });
    expect(desk.state.marks).toEqual([]);
  });

  it('plays, faster and faster, until the log ends', async () => {
    const desk = await opened();
    await desk.press('space');
    expect(desk.rows()[0]).toContain('REPLAY 1x 1/6');
    expect(desk.rows().at(-1)).toContain('space stand still');
    await desk.press('*', '*');
    expect(desk.rows()[0]).toContain('REPLAY 60x');
    await desk.wait(2000);
    expect(desk.rows()[0]).toMatch(/REPLAY 60x 4\/6 00:02:00Z/);
    await desk.press('p');
    expect(desk.rows()[0]).toMatch(/REPLAY 4\/6/);
    await desk.press('p');
    await desk.wait(5000);
    expect(desk.rows()[0]).toMatch(/REPLAY 6\/6 00:03:20Z/);
    expect(desk.rows().at(-1)).toContain('space play');
  });

  it('leaves out what a log does not tell', async () => {
    const desk = await opened(story, { columns: 120, rows: 36 });
    expect(desk.screen()).not.toContain('cap 0');
    await desk.press('.', '.', '.', 'tab');
    const screen = desk.screen();
    expect(screen).toMatch(/STUCK +v2 .*3\.0M waits 0s/);
    expect(screen).not.toMatch(/RTT|P95|OUT\/s|TREND|DEADLINE|deadline|NaN|Infinity|pong|\b0 of 0/);
    await desk.press('enter');
    expect(desk.screen()).toMatch(/first seen 00:00:\d0Z/);
    expect(desk.screen()).not.toMatch(/rtt|NaN|Infinity|pong|evicts it/);
  });

  it('goes on from a page of a viewer, which then says how it ended', async () => {
    const desk = await opened();
    await desk.type('at 00:01:50');
    await desk.type('show v2');
    expect(desk.screen()).toMatch(/stuck for 10s/);
    await desk.press('.');
    expect(desk.state.modal.mode).toBe('detail');
    expect(desk.screen()).toContain('is gone');
  });

  it('changes nothing, and says so', async () => {
    const desk = await opened();
    await desk.press(']', '[', '.', '.');
    for (const key of ['e', '1', 'K', 'c', '+', 'E', 'u']) {
      await desk.press(key);
      expect(desk.screen()).toContain('a replay changes nothing');
    }
    for (const line of ['evict v1', 'cap 3', 'drain', 'lock', 'stop']) {
      await desk.type(line);
      expect(desk.screen()).toContain('a replay changes nothing');
    }
    expect(desk.effects.every((effect) => effect.do === 'move')).toBe(true);
  });

  it.each([['q'], ['ctrl-c'], [':', 'ctrl-c'], ['?', 'ctrl-c']])(
    'is left at once with %s',
    async (...typed) => {
      const desk = await opened();
      await desk.press(...typed);
      expect(desk.effects).toEqual([{ do: 'quit' }]);
    },
  );

  it('is left with a command, too, and not with q on a page', async () => {
    const desk = await opened();
    await desk.press('.');
    await desk.type('show v1');
    await desk.press('q');
    expect(desk.state.modal.mode).toBe('main');
    await desk.type('quit');
    expect(desk.effects.at(-1)).toEqual({ do: 'quit' });
  });

  it('helps with its own keys first, and with none that mean nothing in a log', async () => {
    const desk = await opened(story, { columns: 100, rows: 60 });
    await desk.press('?');
    expect(desk.screen()).toMatch(/Replay[^]*one event on, one event back[^]*Look/);
    expect(desk.screen()).not.toContain('evict the viewer with this digit');
    expect(desk.screen()).not.toContain('mark this viewer');
  });

  it('takes the digits and words of a line as such', async () => {
    const desk = await opened();
    await desk.press('/', '.', ',', 'space', '*', '[');
    expect(desk.state.modal).toMatchObject({ mode: 'filter', prompt: { text: '., *[' } });
    expect(desk.effects).toEqual([]);
  });
});

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('a log in which lines are missing', () => {
  it('shows everybody of whom it was not told that they left', async () => {
    const joined = { time: at(10), event: 'viewer.admitted', dialMs: 1 } as const;
    const desk = await opened([
      { ...joined, ...named(1, 1) },
      { ...joined, ...named(2, 1) },
      { ...joined, ...named(3, 1) },
    ]);
    await desk.press(']');
    expect(desk.screen()).toMatch(/alpha +3\/3 ▮▮▮/);
  });
});

describe('a log by others', () => {
  it('fits the screen and cannot steer the terminal, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLog(12),
        sizes,
        fc.array(fc.oneof(keys, fc.constantFrom('.', ',', ']', '[', 'enter', 'tab', '>')), {
          maxLength: 12,
        }),
        async (events, size, typed) => {
          const desk = await opened(events, size);
          for (const key of typed) {
            await desk.press(key);
            const rows = desk.rows();
            expect(rows).toHaveLength(size.rows);
            for (const row of rows) expect(row).not.toMatch(steering);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('forges no row with what a viewer calls itself', async () => {
    const who = 'mira\u001B[2J\u001B[H\n▸1 × STUCK v9 eve\u202E\u0007\r\u0085';
    const line = JSON.stringify({ ...story[1], who });
    const read = readLogLine(line);
    if (!read.ok) throw new Error(read.error);
    const desk = await opened([read.event]);
    await desk.press('tab');
    expect(desk.screen()).toContain('mira');
    for (const row of desk.rows()) {
      expect(row).not.toMatch(steering);
      expect(row).not.toMatch(/^.1 × STUCK/);
    }
  });

  it('ends where it ends when its times go back, or far ahead', async () => {
    const far = '9999-12-31T23:59:59.999Z';
    const events: readonly ProxyEvent[] = [
      story[0]!,
      { ...story[1]!, time: far },
      { ...story[2]!, time: '0001-01-01T00:00:00.000Z' },
    ];
    const desk = await opened(events);
    await desk.press('.', '.', '.');
    expect(desk.rows()[0]).toMatch(/REPLAY 3\/3 9999-12-31 23:59:59Z/);
    await desk.press(',', ',', ',');
    expect(desk.rows()[0]).toMatch(/REPLAY 1\/3 2026-01-01 00:00:00Z/);
  });
});
