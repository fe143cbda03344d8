import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/contract.ts';
import { asciiGlyphs } from '../../src/console/glyphs.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { pictureOf, viewerRow, type World } from '../support/fake-control.ts';
import { happenings, keys, worlds } from './arbitrary.ts';
import { smallWorld, without } from './worlds.ts';

const stuck = (id: string, parts = {}) =>
  viewerRow(id, 'deploy-77f1', {
    state: 'stuck',
    queuedBytes: 3_145_728,
    stuckMs: 11_000,
    remote: `10.4.9.17:${id.slice(1)}`,
    ...parts,
  });

const manyStuck = (count: number): World => ({
  cap: 50,
  sessions: {
    'deploy-77f1': [
      ...Array.from({ length: count }, (_, index) => stuck(`v${100 + index}`)),
      viewerRow('v1', 'deploy-77f1'),
    ],
    'oncall-9ac0': [viewerRow('v2', 'oncall-9ac0', { state: 'stuck' })],
  },
});

/** What the proxy answers to the list that was asked for. */
const listed = (world: World, session = 'deploy-77f1'): CommandResult => ({
  ok: true,
  viewers: (world.sessions[session] ?? []).filter(({ state }) => state === 'stuck'),
  more: false,
});

const opened = (world: World, size = { columns: 80, rows: 24 }): ConsoleDriver => {
  const driver = new ConsoleDriver(world, size);
  driver.settle();
  driver.press('E');
  driver.answer(listed(world));
  // From the second picture on it is certain that all of them are followed.
  driver.show();
  driver.show();
  return driver;
};

/** All that is evicted when nothing else happens. */
const evictedInTheEnd = (driver: ConsoleDriver): readonly string[] => {
  for (let tenths = 0; tenths < 200; tenths += 1) driver.wait(100);
  return driver.evicted;
};

const marked = (...then: readonly string[]): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld);
  driver.settle();
  driver.press('tab', 'j', 'space', 'space', ...then);
  return driver;
};

const typing = (...typed: readonly string[]): ConsoleDriver => {
  const driver = opened(manyStuck(2));
  driver.press('r', ...typed);
  return driver;
};

const reasons = (driver: ConsoleDriver): readonly (string | undefined)[] =>
  driver.effects.flatMap((effect) =>
    effect.do === 'send' && effect.command.do === 'evict' ? [effect.command.reason] : [],
  );

const recovered = (world: World, viewer: string): World => ({
  ...world,
  sessions: Object.fromEntries(
    Object.entries(world.sessions).map(([id, rows]) => [
      id,
      rows.map((row) => (row.id === viewer ? viewerRow(viewer, id) : row)),
    ]),
  ),
});

describe('E', () => {
  it('asks the proxy for the stuck viewers of the session and shows who they are', () => {
    const driver = opened(manyStuck(3));
    expect(driver.effects.at(-1)).toMatchObject({
      command: {
        do: 'list',
        session: 'deploy-77f1',
        filter: [{ on: 'state', is: 'stuck', not: false }],
        most: 1000,
      },
    });
    expect(driver.screen).toContain('Evict 3 stuck viewers of deploy-77f1?');
    expect(driver.screen).toMatch(/■ v100 +STUCK 3\.0M +10\.4\.9\.17:100/);
    expect(driver.screen).toContain('all are still there');
    expect(driver.screen).toContain('y evict 3, 10 a second   esc cancel (default)   r reason');
  });

  it('says so when nobody is stuck', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('E');
    driver.answer({ ok: true, viewers: [], more: false });
    expect(driver.screen).toContain('no stuck viewer in deploy-77f1');
    driver.press('y');
    expect(driver.state.modal.mode).toBe('bulk');
    driver.press('esc');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.evicted).toEqual([]);
  });

  it('says why the proxy did not answer', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('E');
    driver.answer({ ok: false, reason: 'the link is lost' });
    expect(driver.screen).toContain('nobody was listed: the link is lost');
  });

  it('believes nobody to be stuck who is not', () => {
    const world = manyStuck(2);
    const driver = new ConsoleDriver(world);
    driver.press('E');
    driver.answer({ ok: true, viewers: world.sessions['deploy-77f1']!, more: false });
    driver.press('y');
    expect(evictedInTheEnd(driver)).toEqual(['v100', 'v101']);
  });

  it('takes keys for itself from the first moment, and evicts nobody before it has an answer', () => {
    const driver = new ConsoleDriver(manyStuck(2));
    driver.settle();
    driver.chunk('E', 'y', '+', 'y');
    expect(driver.screen).toContain('asking the proxy');
    expect(driver.evicted).toEqual([]);
    expect(driver.caps).toEqual([]);
  });

  it('ignores an answer that comes after it was cancelled, or for another session', () => {
    const driver = new ConsoleDriver(manyStuck(2));
    driver.settle();
    driver.press('E', 'esc');
    driver.answer(listed(driver.world));
    expect(driver.state.modal.mode).toBe('main');
    const reply = driver.effects.at(-1)!;
    driver.press('j', 'E');
    if (reply.do !== 'send') throw new Error('nothing was asked');
    driver.input({ type: 'result', reply: reply.reply, result: listed(driver.world) });
    driver.press('y');
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it('is nothing for a console that changes nothing', () => {
    const driver = new ConsoleDriver(manyStuck(2), undefined, { readOnly: true });
    driver.press('E');
    expect(driver.effects).toEqual([]);
    expect(driver.state.modal.mode).toBe('main');
  });

  it('does not ask where there is no room to say who', () => {
    const driver = new ConsoleDriver(manyStuck(2), { columns: 40, rows: 6 });
    driver.press('E');
    expect(driver.effects).toEqual([]);
    expect(driver.status).toContain('no room to say who');
  });
});

describe('with marks, E', () => {
  it('is for the marked viewers, stuck or not', () => {
    const driver = marked('E');
    expect(driver.screen).toContain('Evict 2 marked viewers?');
    expect(driver.screen).toMatch(/● v1043 +ok +10\.4\.9\.18:52211 +deploy-77f1/);
    driver.press('y');
    expect(evictedInTheEnd(driver)).toEqual(['v1043', 'v1050']);
    expect(driver.state.marks).toEqual([]);
  });

  it('keeps the marks when it is cancelled', () => {
    const driver = marked('E', 'esc');
    expect(driver.state.marks).toEqual(['v1043', 'v1050']);
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it('is also for viewers of other sessions', () => {
    const driver = marked('backtab', 'j', 'tab', 'space', 'E');
    expect(driver.screen).toMatch(/◐ v1101 .*oncall-9ac0/);
    driver.press('y');
    expect(evictedInTheEnd(driver)).toEqual(['v1043', 'v1050', 'v1101']);
  });
});

describe('the question', () => {
  it('says who has left and who has recovered since it was opened', () => {
    const driver = opened(manyStuck(5));
    driver.show(without(without(driver.world, 'v101'), 'v103'));
    driver.show(recovered(driver.world, 'v104'));
    expect(driver.screen).toMatch(/· v101 +gone +10\.4/);
    expect(driver.screen).toMatch(/● v104 +recovered/);
    expect(driver.screen).toContain('2 left since you opened this  1 recovered');
    expect(driver.screen).toContain('y evict 3, 10 a second');
  });

  it('says so while the picture is held', () => {
    const driver = opened(manyStuck(2));
    const world = without(driver.world, 'v101');
    const latest = pictureOf(world, viewOf(driver.state), 99);
    driver.state = { ...driver.state, paused: { at: driver.now, latest } };
    expect(driver.screen).toContain('1 left since you opened this');
  });

  it('does not take a viewer for gone whom the picture could not follow yet', () => {
    const driver = new ConsoleDriver(manyStuck(30));
    driver.settle();
    const older = pictureOf(driver.world, viewOf(driver.state), 99);
    driver.input({ type: 'keys', keys: ['E'] });
    driver.answer(listed(driver.world));
    driver.input({ type: 'snapshot', snapshot: older });
    expect(driver.screen).not.toContain('gone');
    driver.input({ type: 'keys', keys: ['y'] });
    expect(evictedInTheEnd(driver)).toHaveLength(30);
  });

  it('evicts those still there, ten a second, and nobody who came later', () => {
    const driver = opened(manyStuck(5));
    driver.show(without(driver.world, 'v101'));
    const rows = driver.world.sessions['deploy-77f1']!;
    driver.show({
      ...driver.world,
      sessions: { ...driver.world.sessions, 'deploy-77f1': [stuck('v900'), ...rows] },
    });
    expect(driver.screen).not.toMatch(/v900.*STUCK.*\n.*y evict/);
    driver.press('y');
    expect(driver.evicted).toEqual(['v100']);
    driver.wait(99);
    expect(driver.evicted).toHaveLength(1);
    driver.wait(1);
    expect(driver.evicted).toEqual(['v100', 'v102']);
    expect(evictedInTheEnd(driver)).toEqual(['v100', 'v102', 'v103', 'v104']);
  });

  it.for(['enter', 'E', 'space', '1', 'e', 'x'])('is not confirmed by %s', (key) => {
    const driver = opened(manyStuck(2));
    driver.press(key, key);
    expect(driver.state.modal.mode).toBe('bulk');
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it.for(['esc', 'n', 'q'])('is cancelled by %s', (key) => {
    const driver = opened(manyStuck(2));
    driver.press(key);
    expect(driver.state.modal.mode).toBe('main');
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it('evicts nobody when all of them have gone', () => {
    const driver = opened(manyStuck(1));
    driver.show(without(driver.world, 'v100'));
    expect(driver.screen).not.toContain('y evict 1');
    driver.press('y');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.status).toContain('all of them had gone');
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it('evicts once whoever was about to be evicted anyway', () => {
    const driver = new ConsoleDriver(manyStuck(2));
    driver.settle();
    driver.press('tab', 'e', 'E');
    driver.answer(listed(driver.world));
    driver.press('y');
    expect(evictedInTheEnd(driver)).toEqual(['v100', 'v101']);
  });

  it('leaves an eviction to u that was armed before', () => {
    const driver = new ConsoleDriver(manyStuck(2));
    driver.settle();
    driver.press('tab', 'e', 'E');
    driver.answer(listed(driver.world));
    driver.press('u');
    expect(driver.state.armed).toEqual([]);
    driver.press('esc');
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it('leaves what needs a hand in sight, and the keys in the last row', () => {
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 60, rows: 15 },
      { columns: 120, rows: 36 },
    ]) {
      const driver = opened(manyStuck(40), size);
      const rows = driver.rows();
      const at = rows.findIndex((row) => row.includes('Needs you'));
      expect(rows[at + 1]).toContain('v100');
      expect(rows.findIndex((row) => row.includes('Evict 40'))).toBeGreaterThan(at + 1);
      expect(driver.status).toContain('cancel (default)');
    }
  });

  it('scrolls, and says which of them are shown', () => {
    const driver = opened(manyStuck(40));
    const range = (): string => /(\d+-\d+) of 40/.exec(driver.screen)?.[1] ?? '';
    const [, height] = range().split('-').map(Number);
    expect(range()).toBe(`1-${height}`);
    driver.press('j', 'j', 'k');
    expect(range()).toBe(`2-${height! + 1}`);
    driver.press('G');
    expect(range()).toBe(`${41 - height!}-40`);
    driver.press('pagedown', 'j');
    expect(range()).toBe(`${41 - height!}-40`);
    expect(driver.screen).toMatch(/v139 +STUCK/);
    driver.press('pageup', 'g');
    expect(range()).toBe(`1-${height}`);
  });

  it('evicts nobody where a resize has left no room to say who', () => {
    const driver = opened(manyStuck(2));
    driver.input({ type: 'size', size: { columns: 40, rows: 2 } });
    driver.press('y');
    expect(evictedInTheEnd(driver)).toEqual([]);
    driver.input({ type: 'size', size: { columns: 80, rows: 24 } });
    driver.press('y');
    expect(evictedInTheEnd(driver)).toHaveLength(2);
  });

  it.for([
    { columns: 50, rows: 10 },
    { columns: 40, rows: 8 },
    { columns: 20, rows: 7 },
  ])('names the first viewer and the key at $columns x $rows', (size) => {
    const driver = opened(manyStuck(3), size);
    expect(driver.rows(asciiGlyphs).join('\n')).toMatch(/# v100/);
    expect(driver.screen).toMatch(/y evict/);
  });

  it('is as wide as the terminal at most, whatever a viewer sends', () => {
    const foreign = fc.string({ unit: 'binary', maxLength: 60 });
    const size = {
      columns: fc.integer({ min: 1, max: 130 }),
      rows: fc.integer({ min: 3, max: 40 }),
    };
    fc.assert(
      fc.property(foreign, foreign, fc.record(size), (who, remote, room) => {
        const world: World = {
          cap: 9,
          sessions: { 'deploy-77f1': [stuck('v1', { who, remote }), stuck('v2', { remote })] },
        };
        const driver = opened(world);
        driver.input({ type: 'size', size: room });
        for (const row of driver.rows(asciiGlyphs)) {
          expect(row.length).toBeLessThanOrEqual(room.columns);
          expect(row).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
    );
  });

  it('says when there are more than one answer holds', () => {
    const world = manyStuck(2);
    const driver = new ConsoleDriver(world);
    driver.press('E');
    driver.answer({ ...listed(world), more: true } as CommandResult);
    expect(driver.screen).toContain('there are more than these');
  });
});

describe('the reason', () => {
  it('goes with every eviction', () => {
    const driver = typing(
      ...'too slow'
        .replace(' ', '~')
        .split('')
        .map((c) => (c === '~' ? 'space' : c)),
    );
    expect(driver.screen).toContain('reason [ too slow_ ]');
    expect(driver.screen).not.toContain('y evict');
    driver.press('enter');
    expect(driver.screen).toContain('reason  too slow');
    driver.press('y');
    driver.wait(100);
    expect(reasons(driver)).toEqual(['too slow', 'too slow']);
  });

  it('is none unless one is typed', () => {
    const driver = opened(manyStuck(2));
    driver.press('y');
    driver.wait(100);
    expect(reasons(driver)).toEqual([undefined, undefined]);
  });

  it.for(['enter', 'esc'])('is ended by %s, which confirms and cancels nothing', (key) => {
    const driver = typing('y', 'u', 'q', key, key === 'enter' ? 'enter' : 'x');
    expect(driver.state.modal).toMatchObject({ mode: 'bulk', typing: false });
    expect(driver.screen).toContain('reason  yuq');
    expect(evictedInTheEnd(driver)).toEqual([]);
  });

  it('is at most as long as the proxy takes, and printable, also when it is pasted', () => {
    const driver = typing();
    driver.input({ type: 'paste', text: `\u001b[2J${'x'.repeat(200)}\nsecond line` });
    driver.press('enter', 'y');
    expect(reasons(driver)).toEqual([`[2J${'x'.repeat(77)}`]);
  });

  it('leaves an eviction that runs out to ctrl-z', () => {
    const driver = new ConsoleDriver(manyStuck(2));
    driver.settle();
    driver.press('tab', 'e', 'E');
    driver.answer(listed(driver.world));
    driver.press('r', 'u', 'ctrl-z');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.modal).toMatchObject({ reason: { text: 'u' } });
  });
});

describe('whatever happens', () => {
  it('nobody is evicted by the question who was not in it', () => {
    fc.assert(
      fc.property(worlds, happenings, fc.array(keys, { maxLength: 6 }), (world, all, typed) => {
        const driver = new ConsoleDriver(world);
        driver.settle();
        const session = driver.state.sessions.id;
        driver.press('E');
        driver.answer(listed(world, session ?? ''));
        const { modal } = driver.state;
        const frozen = new Set<string>(
          modal.mode === 'bulk' ? modal.viewers?.map(({ id }) => id) : [],
        );
        for (const one of all) {
          if ('ms' in one) driver.wait(one.ms);
          else if ('size' in one) driver.input({ type: 'size', size: one.size });
          else if ('gone' in one) {
            const rows = Object.values(driver.world.sessions).flat();
            const id = rows[one.gone % Math.max(1, rows.length)]?.id ?? '';
            driver.world = without(driver.world, id);
          } else driver.show();
        }
        const open = driver.state.modal.mode === 'bulk';
        // What is typed into the reason is no key.
        if (open) driver.press('r', ...typed.filter((key) => key.length === 1));
        driver.press('esc', 'y');
        const evicted = evictedInTheEnd(driver);
        expect(evicted.filter((id) => !frozen.has(id))).toEqual([]);
        expect(new Set(evicted).size).toBe(evicted.length);
      }),
      { numRuns: 150 },
    );
  });

  it('only y evicts', () => {
    fc.assert(
      fc.property(
        fc.array(
          keys.filter((key) => key !== 'y'),
          { maxLength: 30 },
        ),
        (typed) => {
          const driver = opened(manyStuck(4));
          for (const key of typed) {
            if (driver.state.modal.mode !== 'bulk') return;
            driver.press(key);
            expect(driver.evicted).toEqual([]);
            expect(driver.state.pace).toBeNull();
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
