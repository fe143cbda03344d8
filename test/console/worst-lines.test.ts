import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import { layoutIn } from '../../src/console/state.ts';
import { textOf, widthOf } from '../../src/console/text.ts';
import { worstLines } from '../../src/console/worst-lines.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { keys, sizes, worlds } from './arbitrary.ts';
import { smallWorld, wideWorld, without } from './worlds.ts';

const bad = (id: string, session: string, parts: Parameters<typeof viewerRow>[2]) => ({
  [session]: [viewerRow(id, session, parts)],
});

const three: World = {
  cap: 8,
  sessions: {
    ...bad('v1042', 'deploy-77f1', {
      state: 'stuck',
      who: 'mira',
      deadlineMs: 37_000,
      queuedBytes: 3_145_728,
      stuckMs: 11_000,
    }),
    ...bad('v1066', 'tty-prod-db2', { state: 'expiring', who: 'jon', deadlineMs: 9000 }),
    ...bad('v1101', 'oncall-9ac0', { state: 'late', who: 'wall-tv', deadlineMs: 24_000 }),
  },
};

const lane = (world: World, columns: number, rows: number): readonly string[] => {
  const driver = new ConsoleDriver(world, { columns, rows });
  driver.settle();
  return worstLines(driver.state, unicodeGlyphs).map((line) => textOf(line).trimEnd());
};

describe('the list of the worst', () => {
  it('at 80 x 24 says who, where, how long and why', () => {
    expect(lane(three, 80, 24)).toEqual([
      '── Needs you 3 ───────────────────────────────────────────── 1-9 evict, u undo ─',
      '▸1 ■ STUCK    v1042  mira    deploy-77f1  ━━━┊━━━┊━╸┄  37s 3.0M waits 11s of 20s',
      ' 2 ◔ expiring v1066  jon     tty-prod-db2 ━━┄┊┄┄┄┊┄┄┄   9s missed 2 pongs',
      ' 3 ◐ late     v1101  wall-tv oncall-9ac0  ━━━┊━━┄┊┄┄┄  24s missed 1 pong',
    ]);
  });

  it('at 60 x 15 keeps the digit, the id, the session and the bar', () => {
    expect(lane(three, 60, 15)).toEqual([
      '── Needs you 3 ───────────────────────── 1-9 evict, u undo ─',
      '▸1 ■ STUCK    v1042  deploy-77f1  ━━━┊━━━┊━╸┄  37s 3.0M',
      ' 2 ◔ expiring v1066  tty-prod-db2 ━━┄┊┄┄┄┊┄┄┄   9s 2 pongs',
      ' 3 ◐ late     v1101  oncall-9ac0  ━━━┊━━┄┊┄┄┄  24s 1 pong',
    ]);
  });

  it('at 120 x 36 stands beside the sessions', () => {
    expect(lane(three, 120, 36)[1]).toBe(
      '▸1 ■ STUCK    v1042  mira    deploy-77f1  ━━━┊━━━┊━╸┄  37s 3.0M no drain',
    );
  });

  it('names the address where nobody has a name and there is room for it', () => {
    expect(lane(smallWorld, 80, 24)[1]).not.toContain('10.4.9.17');
    expect(lane(smallWorld, 100, 24)[1]).toContain(' 10.4.9.17 ');
  });

  it('tells of evictions before, and that no deadline ends a kept viewer', () => {
    const again = { state: 'stuck', queuedBytes: 2048, stuckMs: 6000, rejoined: 3 } as const;
    expect(lane({ cap: 8, sessions: bad('v1', 'one', again) }, 100, 24)[1]).toContain(
      '2.0K waits 6s of 20s, evicted 3x before',
    );
    const kept = { ...again, keptMs: 200_000 };
    const [, row] = lane({ cap: 8, sessions: bad('v1', 'one', kept) }, 100, 24);
    expect(row).toContain('kept 4m');
    expect(row).toContain('2.0K no drain');
  });

  it('says how many more there are, and that there is nobody', () => {
    const many = { ...three.sessions, ...bad('v1', 'z1', { state: 'late' }) };
    expect(lane({ cap: 8, sessions: many }, 80, 24)[0]).toContain('Needs you 4, the worst 3');
    expect(lane(wideWorld(2, 2), 80, 24)).toEqual([
      expect.stringMatching(/^── Needs you 0 ─+$/),
      '   nobody: every viewer answers and takes its data',
    ]);
  });

  it('does not offer its digits to a console that may not use them', () => {
    const driver = new ConsoleDriver(three, { columns: 80, rows: 24 }, { readOnly: true });
    driver.settle();
    expect(driver.screen).not.toContain('1-9');
  });

  it('has no row wider than its part of the screen, a digit in each while there are enough', () => {
    fc.assert(
      fc.property(worlds, sizes, fc.array(keys, { maxLength: 6 }), (world, size, typed) => {
        const driver = new ConsoleDriver(world, size);
        driver.settle();
        driver.press(...typed);
        driver.wait(1000);
        const layout = layoutIn(driver.state);
        for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
          const [, ...rows] = worstLines(driver.state, glyphs);
          expect(Math.max(0, ...rows.map(widthOf))).toBeLessThanOrEqual(layout.right);
        }
        const shown = driver.state.snapshot?.worst.slice(0, layout.worst) ?? [];
        const least = driver.state.tags.length < 7 ? shown.length : 0;
        expect(driver.digits.size).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: 200 },
    );
  });
});

const lates = (...names: readonly string[]): World => ({
  cap: 100,
  sessions: { one: names.map((id) => viewerRow(id, 'one', { state: 'late', deadlineMs: 20_000 })) },
});

describe('among many that are late for a moment', () => {
  const staying = ['v1', 'v2', 'v3', 'v4'];

  it('those that stay have their digits, and keep their places', () => {
    const driver = new ConsoleDriver(lates(...staying), { columns: 120, rows: 36 });
    driver.settle();
    for (let picture = 0; picture < 200; picture += 1) {
      driver.wait(250);
      driver.show(
        lates(`v${100 + picture}`, ...(picture % 2 === 0 ? staying : staying.toReversed())),
      );
      expect(driver.state.lane.slice(0, 4).map(({ viewer }) => viewer)).toEqual(staying);
      const tagged = [...driver.digits.values()];
      const least = picture < 4 ? 2 : 4;
      expect(tagged.filter((id) => staying.includes(id)).length).toBeGreaterThanOrEqual(least);
    }
  });

  it('there is a digit for the next that is stuck', () => {
    const driver = new ConsoleDriver(lates(), { columns: 120, rows: 50 });
    const crowd = Array.from({ length: 12 }, (_, index) => `v${index + 1}`);
    for (let picture = 0; picture < 80; picture += 1) {
      driver.wait(250);
      driver.show(lates(...crowd.slice(picture % 4), `v${100 + picture}`));
    }
    const { sessions } = driver.world;
    driver.show({ cap: 100, sessions: { ...sessions, ...bad('v99', 'two', { state: 'stuck' }) } });
    expect([...driver.digits.values()]).toContain('v99');
  });

  it('a row that is left without one says which keys reach it', () => {
    const driver = new ConsoleDriver(lates(), { columns: 120, rows: 50 });
    driver.show(lates('v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9'));
    expect(driver.screen).toContain('1-9 evict, u undo');
    driver.wait(1000);
    expect(driver.digits.size).toBe(7);
    expect(driver.screen).toContain('no digit free: n, then e');
  });
});

describe('above the rows', () => {
  it('nothing is said of undoing where each eviction is asked about', () => {
    const driver = new ConsoleDriver(three, { columns: 80, rows: 24 }, { confirm: 'always' });
    driver.settle();
    expect(driver.rows()[2]).toMatch(/ 1-9 evict ─$/);
  });
});

describe('while the picture stands still', () => {
  it('whoever has gone meanwhile is drawn as gone', () => {
    const driver = new ConsoleDriver(three, { columns: 80, rows: 24 });
    driver.settle();
    driver.press('p');
    driver.show(without(three, 'v1066'));
    const rows = driver.rows().slice(3, 6);
    expect(rows[1]).toMatch(/^ 2 · gone +v1066 +jon +tty-prod-db2/);
    expect(rows[0]).toContain('STUCK');
    expect(rows[2]).toContain('late');
  });

  it('going on is the first of its keys', () => {
    const driver = new ConsoleDriver(three, { columns: 80, rows: 24 });
    driver.settle();
    driver.press('p');
    expect(driver.status).toContain('p goes on');
    driver.press('tab');
    expect(driver.status).toMatch(/^ p goes on {2}1-9 evict tagged/);
  });
});
