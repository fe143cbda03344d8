import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Holder, Tombstone } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { noFilter } from '../../src/console/filter-text.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import type { Size } from '../../src/console/layout.ts';
import type { Frozen, Modal } from '../../src/console/modal.ts';
import { screenOf } from '../../src/console/screen.ts';
import { clean, textOf, widthOf } from '../../src/console/text.ts';
import { nextTickMs } from '../../src/console/wake.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sessionId, viewerId, viewerRow } from '../support/fake-control.ts';
import { keys, sizes, worlds } from './arbitrary.ts';
import { goneWorld, smallWorld, variedWorld, wideWorld } from './worlds.ts';

const at = (columns: number, rows: number, world = smallWorld): ConsoleDriver => {
  const driver = new ConsoleDriver(world, { columns, rows });
  driver.settle();
  return driver;
};

const signs = new Set(JSON.stringify(unicodeGlyphs));

/** Without our own signs: only letters of one cell are left, and nothing moves the cursor. */
const unsigned = (text: string): string =>
  Array.from(text, (sign) => (signs.has(sign) ? ' ' : sign)).join('');

const usual: readonly Size[] = [
  { columns: 120, rows: 36 },
  { columns: 80, rows: 24 },
  { columns: 60, rows: 15 },
  { columns: 40, rows: 8 },
];

const foreign = fc.string({ unit: 'binary', maxLength: 70 });

const tombstones: fc.Arbitrary<Tombstone> = fc
  .record({
    cause: fc.constantFrom('operator', 'pong-timeout', 'viewer-lost', 'protocol-error'),
    who: fc.option(foreign),
    actor: fc.option(foreign),
    reason: fc.option(foreign),
    code: fc.option(fc.constantFrom(1001, 4999)),
    durationMs: fc.nat({ max: 1e9 }),
  })
  .map((parts) => Object.assign({}, goneWorld.gone[0], parts));

/** What is open, about whom and whatever they sent. */
const modals: fc.Arbitrary<(driver: ConsoleDriver) => Modal> = fc
  .tuple(foreign, fc.nat({ max: 30 }), fc.boolean(), fc.nat({ max: 20 }))
  .chain(([text, count, flag, top]) => {
    const prompt = { text: text.replaceAll(/[^ -~]/g, ''), at: 0 };
    const rows = (driver: ConsoleDriver): readonly Frozen[] =>
      Object.values(driver.world.sessions)
        .flat()
        .slice(0, count)
        .map((row, index) => ({ id: row.id, row: index % 5 === 4 ? null : row }));
    const holders = (driver: ConsoleDriver): readonly Holder[] =>
      rows(driver).map(({ id }) => ({ viewer: id, who: text, remote: text, state: 'ok' }));
    const event: ProxyEvent = {
      time: '2026-11-21T12:05:06.123Z',
      event: 'viewer.refused',
      cause: 'cap',
      session: sessionId('one'),
      remote: text,
      who: text,
      viewers: 3,
      cap: 3,
    };
    const session = flag ? null : sessionId('one');
    return fc.constantFrom<(driver: ConsoleDriver) => Modal>(
      () => ({ mode: 'main' }),
      () => ({ mode: 'quit', interruptedAt: null }),
      () => ({ mode: 'detach', interruptedAt: null }),
      () => ({ mode: 'stop', thenQuit: flag }),
      () => ({ mode: 'drain', windowMs: count * 1000 }),
      () => ({ mode: 'help', top: 0, search: flag ? prompt : null, typing: flag }),
      () => ({ mode: 'filter', prompt, before: noFilter }),
      () => ({
        mode: 'palette',
        prompt,
        chosen: flag ? 'evict' : null,
        reason: text,
        filled: null,
      }),
      (driver) => ({
        mode: 'bulk',
        session,
        viewers: flag ? null : rows(driver),
        trouble: flag && top % 2 === 0 ? text : null,
        more: flag,
        unsure: 0,
        top: Math.min(top, Math.max(0, rows(driver).length - 1)),
        reason: prompt,
        typing: flag,
      }),
      (driver) => ({ mode: 'confirm', viewers: rows(driver), reason: text, unsure: 0 }),
      (driver) => ({
        mode: 'detail',
        viewer: flag ? goneWorld.gone[0].id : (rows(driver)[0]?.id ?? viewerId('v0')),
      }),
      (driver) => ({
        mode: 'entry',
        entry: { seq: 1, event, count: count + 1, spanMs: top, holders: holders(driver) },
        top,
        since: 0,
      }),
    );
  });

const settings = fc.record({
  join: fc.option(foreign),
  name: fc.option(foreign),
  accent: fc.constantFrom('red', null),
  readOnly: fc.boolean(),
});

describe('at any size', () => {
  it('no line is wider than the terminal, and there are as many as it has rows', () => {
    fc.assert(
      fc.property(
        worlds,
        sizes,
        settings,
        fc.array(keys, { maxLength: 6 }),
        fc.tuple(fc.array(tombstones, { maxLength: 3 }), fc.option(foreign), fc.boolean(), modals),
        (world, size, settled, typed, [gone, filter, marks, modal]) => {
          const [session = 'none'] = Object.keys(world.sessions);
          const graves = gone.map((one) => ({ ...one, session: sessionId(session) }));
          const driver = new ConsoleDriver({ ...world, gone: graves }, size, settled);
          driver.settle();
          driver.press(...typed);
          const { state } = driver;
          driver.state = {
            ...state,
            modal: typed.length > 3 ? state.modal : modal(driver),
            filter: filter === null ? noFilter : { ...noFilter, text: filter },
            marks: marks ? (state.snapshot?.viewers.rows.map(({ id }) => id) ?? []) : [],
          };
          driver.settle();
          for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
            const lines = screenOf(driver.state, glyphs);
            expect(lines).toHaveLength(size.rows);
            expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(size.columns);
            for (const text of lines.map(textOf)) {
              expect(clean(unsigned(text))).toBe(unsigned(text));
            }
          }
          const ascii = driver.rows(asciiGlyphs).join('');
          expect(ascii).toMatch(/^[\x20-\x7e]*$/);
        },
      ),
      { numRuns: 400 },
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
    expect(driver.status).toMatch(/\? help {2}q quit$/);
    const small = columns < 70;
    expect(driver.status.includes('enter viewers  tab pane')).toBe(small);
    driver.press('tab');
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
      expect.stringMatching(/^▸■ deploy-77f1 +3\/3 ▮▮▮ +STUCK +190ms +3\.0M +- +- 10m00s *$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^▸1 ■ STUCK +v1042 +190ms +▃▄▄ ━━━━━┊━━━━━┊━━╸┄┄ +37s +3\.0M 10\.4\.9\.17:52210$/,
      ),
    );
    expect(lines).toContainEqual(expect.stringContaining('12:04:00 listen  127.0.0.1:8080'));
  });

  it('puts the viewers beside the sessions where it is wide', () => {
    expect(at(120, 36).rows()[2]).toMatch(/^── Sessions 3 ─+ sort worst↓ ─│── Needs you 2 ─+/);
  });

  it('says what is listed where a filter holds, and how many are marked', () => {
    const driver = at(120, 36);
    driver.state = {
      ...driver.state,
      filter: { ...noFilter, text: 'state:late' },
      marks: [viewerId('v1043'), viewerId('v1101')],
    };
    const text = driver.screen;
    expect(text).toMatch(/── Sessions 3 of 3 {2}\/state:late ─/);
    expect(text).toMatch(
      /── Viewers of deploy-77f1 3\/3 {2}3 of 3 listed {2}2 marked in 2 sessions ─/,
    );
    expect(text).toMatch(/│✓ {2}● ok +v1043/);
  });

  it('has the name of this proxy in its colour, and says that it changes nothing', () => {
    const size = { columns: 80, rows: 24 };
    const named = { name: 'prod-eu\u001B', accent: 'red', readOnly: true } as const;
    const driver = new ConsoleDriver(smallWorld, size, named);
    const [title = []] = screenOf(driver.state, unicodeGlyphs);
    expect(title[0]).toEqual({ text: ' prod-eu?', tone: 'accent-red' });
    expect(textOf(title)).toMatch(/READ-ONLY LIVE 12:05:10Z $/);
  });

  it('says for how long the picture stands still, and how much it hides', () => {
    const driver = at(80, 24);
    driver.press('p');
    const [event] = smallWorld.events ?? [];
    if (event === undefined) throw new Error('no event');
    driver.show({ ...smallWorld, events: [event, event, event] });
    driver.wait(12_000);
    expect(driver.rows()[0]).toMatch(/PAUSED 12s \+2 events 12:05:\d\dZ $/);
  });

  it('shows one list at a time where it is small, that with the focus', () => {
    const driver = at(60, 15);
    expect(driver.screen).not.toContain('Viewers of');
    driver.press('tab');
    expect(driver.screen).toContain('Viewers of deploy-77f1 3/3');
    expect(driver.screen).not.toContain('Sessions 3');
    driver.press('space', 'tab');
    expect(driver.status).toContain('enter open  tab pane');
    expect(driver.status).not.toContain('e evict');
  });

  it('shows how to join', () => {
    const driver = new ConsoleDriver(
      smallWorld,
      { columns: 80, rows: 24 },
      { join: 'join: websocat ws://x' },
    );
    expect(driver.rows()[2]).toBe(' join: websocat ws://x');
  });

  it.each(usual.slice(0, 3))(
    'moves no column at $columns x $rows while a list is scrolled',
    (size) => {
      const driver = at(size.columns, size.rows, variedWorld);
      const shares = new Set<number>();
      const rtts = new Set<number>();
      for (let row = 0; row < 30; row += 1) {
        const chosen = driver.rows().find((text) => /^▸. s\d/.test(text)) ?? '';
        shares.add(chosen.search(/\/40 /));
        driver.press('j');
      }
      driver.press('tab');
      for (let row = 0; row < 39; row += 1) {
        const chosen = driver.rows().find((text) => /▸ +● ok/.test(text)) ?? '';
        rtts.add(chosen.search(/ms /));
        driver.press('j');
      }
      expect([shares.size, rtts.size]).toEqual([1, 1]);
      expect(Math.min(...shares, ...rtts)).toBeGreaterThan(0);
    },
  );

  it('says that all is well, or that nobody is there', () => {
    const driver = at(80, 24, wideWorld(2, 2));
    expect(driver.rows()[1]).toContain('all well');
    expect(driver.screen).toContain('nobody: every viewer answers and takes its data');
    driver.show({ cap: 8, sessions: {} });
    driver.settle();
    expect(driver.screen).toContain('no session yet');
    expect(driver.screen).toContain('no viewer');
  });

  it('does not say that nobody is there until it has been told of the session', () => {
    const driver = at(80, 24, wideWorld(2, 2));
    driver.input({ type: 'keys', keys: ['j'] });
    expect(driver.screen).toContain('Viewers of session-002 2/8');
    expect(driver.screen).toContain('   asking for its viewers');
    expect(driver.screen).not.toContain('no viewer');
    driver.settle();
    expect(driver.screen).not.toContain('asking for its viewers');
    driver.input({ type: 'ended', reason: 'a bug' });
    driver.input({ type: 'keys', keys: ['k'] });
    expect(driver.screen).toContain('   its viewers are not in the last picture');
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
      expect(driver.rows()[3]).toMatch(/^▸1 ■ STUCK +v1042/);
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
