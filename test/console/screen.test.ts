import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import { dialogTop, layoutOf, type Size } from '../../src/console/layout.ts';
import { screenOf } from '../../src/console/screen.ts';
import { textOf, widthOf } from '../../src/console/text.ts';
import { nextTickMs } from '../../src/console/wake.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow } from '../support/fake-control.ts';
import { keys, sizes, worlds } from './arbitrary.ts';
import { smallWorld, wideWorld } from './worlds.ts';

const at = (columns: number, rows: number, world = smallWorld): ConsoleDriver => {
  const driver = new ConsoleDriver(world, { columns, rows });
  driver.settle();
  return driver;
};

const usual: readonly Size[] = [
  { columns: 120, rows: 36 },
  { columns: 80, rows: 24 },
  { columns: 60, rows: 15 },
  { columns: 40, rows: 8 },
];

describe('at any size', () => {
  it('no line is wider than the terminal, and there are as many as it has rows', () => {
    const join = fc.option(fc.string({ unit: 'binary', maxLength: 120 }));
    fc.assert(
      fc.property(
        worlds,
        sizes,
        join,
        fc.array(keys, { maxLength: 6 }),
        (world, size, text, typed) => {
          const driver = new ConsoleDriver(world, size, text);
          driver.settle();
          driver.press(...typed);
          for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
            const lines = screenOf(driver.state, glyphs);
            expect(lines).toHaveLength(size.rows);
            expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(size.columns);
          }
          const ascii = driver.rows(asciiGlyphs).join('');
          expect(ascii).toMatch(/^[\x20-\x7e]*$/);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('the parts of the layout fit, and every list has a row where there is room at all', () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), (size, join) => {
        const layout = layoutOf(size, join);
        expect(
          Math.min(layout.sessions, layout.viewers, layout.events, layout.worst),
        ).toBeGreaterThanOrEqual(0);
        expect(Math.min(layout.sessions, layout.viewers)).toBeGreaterThanOrEqual(
          size.rows >= 3 && size.rows !== 5 ? 1 : 0,
        );
        expect(dialogTop(layout)).toBeLessThanOrEqual(size.rows);
      }),
    );
  });

  it('nothing is drawn before the first picture but that it is awaited', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.state = { ...driver.state, snapshot: null };
    expect(driver.rows()[0]).toContain('WAITING');
    expect(driver.screen).toContain('waiting for the first picture');
  });
});

describe.each(usual)('at $columns x $rows', ({ columns, rows }) => {
  it('the worst is in sight, and the last row tells the keys', () => {
    const driver = at(columns, rows);
    expect(driver.rows().slice(0, 4).join('\n')).toContain('1 stuck');
    expect(driver.screen).toContain('deploy-77f1');
    expect(driver.status).toContain('e evict');
    expect(driver.status).toMatch(/\? help {2}q quit$/);
  });

  it('the row under the cursor is inverse, and only it', () => {
    const driver = at(columns, rows);
    driver.press('j');
    const inverse = screenOf(driver.state, unicodeGlyphs).filter((line) =>
      line.some((span) => span.inverse === true),
    );
    expect(inverse).toHaveLength(1);
    expect(textOf(inverse[0] ?? [])).toContain('▸◐ oncall-9ac0');
  });

  it('an eviction under way is in the row and in a message', () => {
    const driver = at(columns, rows);
    driver.press('tab', 'e');
    const lines = driver.rows().filter((row) => row.includes('EVICTING in 3s  v1042'));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.at(-1)).toContain('u undo');
  });
});

describe('the screen', () => {
  it('at 80 x 24 has everything of a session and a viewer', () => {
    const lines = at(80, 24).rows();
    expect(lines[0]).toMatch(
      /^ wsbouncer {2}ws:\/\/127\.0\.0\.1:8080 {2}up 11:58 +LIVE 12:05:10Z $/,
    );
    expect(lines[1]).toContain('3 sessions  6 viewers  cap 3  ■ 1 stuck  ◐ 1 late  ▲ 1 full');
    expect(lines).toContainEqual(
      expect.stringMatching(/^▸■ deploy-77f1 +3\/3 ▮▮▮ +STUCK +190ms +3\.0M +- 10m00s *$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^▸■ STUCK +v1042 +190ms ━━━━━┊━━━━━┊━━╸┄┄ +37s +3\.0M 10\.4\.9\.17:52210 +2m00s$/,
      ),
    );
    expect(lines).toContainEqual(expect.stringContaining('12:04:00 listen  127.0.0.1:8080'));
  });

  it('gives the trend where there is room for it', () => {
    expect(at(80, 24).screen).not.toContain('TREND');
    expect(at(100, 24).screen).toContain('TREND');
    expect(at(190, 50).screen).toContain('TREND');
  });

  it('puts the viewers beside the sessions where it is wide', () => {
    expect(at(120, 36).rows()[2]).toMatch(/^── Sessions 3 ─+ worst first ─│── Needs you 2 ─+$/);
  });

  it('shows one list at a time where it is small, that with the focus', () => {
    const driver = at(60, 15);
    expect(driver.screen).not.toContain('Viewers of');
    driver.press('tab');
    expect(driver.screen).toContain('Viewers of deploy-77f1 3/3');
    expect(driver.screen).not.toContain('Sessions 3');
  });

  it('shows how to join', () => {
    const driver = new ConsoleDriver(
      smallWorld,
      { columns: 80, rows: 24 },
      'join: websocat ws://x',
    );
    expect(driver.rows()[2]).toBe(' join: websocat ws://x');
  });

  it('says that all is well, or that nobody is there', () => {
    const driver = at(80, 24, wideWorld(2, 2));
    expect(driver.rows()[1]).toContain('all well');
    expect(driver.screen).toContain('nobody: every viewer answers and takes its data');
    driver.show({ cap: 8, sessions: {} });
    driver.settle();
    expect(driver.screen).toContain('no session yet');
    expect(driver.screen).toContain('no viewer');
  });

  it('says that a deadline stands still', () => {
    const held = viewerRow('v1', 'one', { deadlineHeld: true, deadlineMs: 30_000 });
    expect(at(80, 24, { cap: 8, sessions: { one: [held] } }).screen).toMatch(/━┊┄┄┄┄┄ held/);
  });

  it('says how full the proxy is before it is', () => {
    expect(at(80, 24, wideWorld(40, 10)).rows()[1]).toContain('400 of 500 viewers');
  });

  it('keeps what needs a hand in sight of every dialog', () => {
    for (const key of ['c', 'q', '?']) {
      const driver = at(80, 24);
      driver.press(key);
      expect(driver.rows()[3]).toMatch(/^ ■ STUCK +v1042/);
    }
  });

  it('in a single row tells of an eviction rather than of counts', () => {
    const driver = at(40, 8);
    driver.press('tab', 'e');
    driver.input({ type: 'size', size: { columns: 30, rows: 1 } });
    expect(driver.rows()).toEqual([expect.stringContaining('v1042')]);
  });
});

describe('the next tick', () => {
  it('is due with the countdown, with the end of the message, or after a second', () => {
    const driver = at(80, 24);
    driver.wait(300);
    expect(nextTickMs(driver.state)).toBe(1000);
    driver.press('tab', 'e');
    driver.wait(100);
    expect(nextTickMs(driver.state)).toBe(900);
    driver.wait(2899);
    expect(nextTickMs(driver.state)).toBe(1);
    driver.press('u');
    driver.wait(3500);
    expect(nextTickMs(driver.state)).toBe(500);
  });
});
