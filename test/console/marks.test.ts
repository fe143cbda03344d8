import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMarked, marksLabel } from '../../src/console/marks.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { pictureOf, viewerId, viewerRow } from '../support/fake-control.ts';
import { smallWorld, wideWorld, without } from './worlds.ts';

const onViewers = (world = smallWorld): ConsoleDriver => {
  const driver = new ConsoleDriver(world);
  driver.settle();
  driver.press('tab');
  return driver;
};

const commands = (driver: ConsoleDriver) =>
  driver.effects.flatMap((effect) => (effect.do === 'send' ? [effect.command] : []));

describe('space', () => {
  it('marks the viewer under the cursor and goes on to the next', () => {
    const driver = onViewers();
    driver.press('space');
    expect(driver.state.marks).toEqual(['v1042']);
    expect(driver.state.viewers.id).toBe('v1043');
    expect(isMarked(driver.state, viewerId('v1042'))).toBe(true);
    expect(isMarked(driver.state, viewerId('v1043'))).toBe(false);
    expect(marksLabel(driver.state, '~')).toBe('1 marked');
  });

  it('takes a mark away again', () => {
    const driver = onViewers();
    driver.press('space', 'k', 'space');
    expect(driver.state.marks).toEqual([]);
    expect(driver.state.viewers.id).toBe('v1043');
    expect(marksLabel(driver.state, '~')).toBe('');
  });

  it('marks one after the other when it is held', () => {
    const driver = onViewers();
    driver.chunk('space', 'space');
    expect(driver.state.marks).toEqual(['v1042', 'v1043']);
  });

  it('says where it marks when it is pressed elsewhere', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('space');
    expect(driver.state.marks).toEqual([]);
    expect(driver.status).toContain('space marks in the viewers: tab');
  });

  it('marks nobody while the cursor has just moved by itself', () => {
    const driver = onViewers();
    driver.show(without(smallWorld, 'v1042'));
    driver.settle();
    driver.press('space');
    expect(driver.state.marks).toEqual([]);
    expect(driver.status).toContain('v1042 had already gone');
    driver.wait(1000);
    driver.show();
    driver.wait(1000);
    driver.press('space');
    expect(driver.state.marks).toHaveLength(1);
  });

  it('changes nothing in the proxy, so a console that may not does it too', () => {
    const driver = new ConsoleDriver(smallWorld, undefined, { readOnly: true });
    driver.settle();
    driver.press('tab', 'space');
    expect(driver.state.marks).toEqual(['v1042']);
    expect(driver.effects).toEqual([]);
  });
});

describe('*', () => {
  it('asks the proxy for the viewers that are listed and marks them all', () => {
    const world = wideWorld(2, 30);
    const driver = new ConsoleDriver(world);
    driver.settle();
    driver.press('*');
    expect(commands(driver)).toEqual([
      { do: 'list', session: 'session-001', filter: [], after: null, most: 1000 },
    ]);
    const viewers = world.sessions['session-001']!;
    driver.answer({ ok: true, viewers, more: false });
    expect(driver.state.marks).toEqual(viewers.map(({ id }) => id));
    expect(driver.status).toContain('marked 30 viewers of session-001');
  });

  it('asks with the filter that holds', () => {
    const driver = new ConsoleDriver(smallWorld);
    const terms = [{ on: 'rtt', than: 'more', bound: 100, not: false }] as const;
    driver.state = { ...driver.state, filter: { text: 'rtt>100', terms, trouble: null } };
    driver.press('*');
    expect(commands(driver)).toMatchObject([{ do: 'list', filter: terms }]);
  });

  it('keeps the marks that were there, and none twice', () => {
    const driver = onViewers();
    driver.press('j', 'space', '*');
    driver.answer({ ok: true, viewers: smallWorld.sessions['deploy-77f1']!, more: false });
    expect(driver.state.marks).toEqual(['v1043', 'v1042', 'v1050']);
  });

  it('says when there are more than the proxy lists at once', () => {
    const driver = onViewers();
    driver.press('*');
    driver.answer({ ok: true, viewers: smallWorld.sessions['deploy-77f1']!, more: true });
    expect(driver.status).toContain('marked 3 viewers of deploy-77f1, the oldest; there are more');
  });

  it('says when nobody is listed, and why the proxy did not answer', () => {
    const driver = onViewers();
    driver.press('*');
    driver.answer({ ok: true, viewers: [], more: false });
    expect(driver.status).toContain('no viewer to mark in deploy-77f1');
    driver.press('*');
    driver.answer({ ok: false, reason: 'the link is lost' });
    expect(driver.status).toContain('nobody was marked: the link is lost');
    expect(driver.state.marks).toEqual([]);
  });

  it('marks a thousand and no more', () => {
    const world = wideWorld(2, 1000, 1000);
    const driver = new ConsoleDriver(world);
    driver.settle();
    driver.press('*');
    driver.answer({ ok: true, viewers: world.sessions['session-001']!, more: false });
    driver.press('j', '*');
    driver.answer({ ok: true, viewers: world.sessions['session-002']!, more: false });
    expect(driver.state.marks).toHaveLength(1000);
    expect(driver.state.marks).not.toContain('v1001');
    expect(driver.status).toContain('1000 viewers are marked, and no more can be');
    driver.press('tab', 'space');
    expect(driver.state.marks).toHaveLength(1000);
  });

  it('does nothing without a session', () => {
    const driver = new ConsoleDriver({ cap: 3, sessions: {} });
    driver.press('*');
    expect(driver.effects).toEqual([]);
  });
});

describe('\\', () => {
  it('takes all marks away', () => {
    const driver = onViewers();
    driver.press('space', 'space', '\\');
    expect(driver.state.marks).toEqual([]);
  });
});

describe('a mark', () => {
  it('stays with its viewer wherever that goes in the list, and out of it', () => {
    const driver = onViewers();
    driver.press('space');
    const rows = smallWorld.sessions['deploy-77f1']!;
    const sessions = { ...smallWorld.sessions, 'deploy-77f1': rows.toReversed() };
    driver.show({ ...smallWorld, sessions });
    driver.settle();
    expect(driver.state.marks).toEqual(['v1042']);
    driver.press('backtab', 'j');
    expect(driver.state.snapshot?.viewers.rows.some(({ id }) => id === 'v1042')).toBe(false);
    expect(viewOf(driver.state).followed).toContain('v1042');
    driver.show();
    expect(driver.state.marks).toEqual(['v1042']);
  });

  it('goes when its viewer has', () => {
    const driver = onViewers();
    driver.press('space', 'space');
    driver.show(without(smallWorld, 'v1042'));
    expect(driver.state.marks).toEqual(['v1043']);
  });

  it('goes when its viewer left before any picture followed it', () => {
    const driver = onViewers();
    driver.press('*');
    const viewers = [viewerRow('v7', 'deploy-77f1'), ...smallWorld.sessions['deploy-77f1']!];
    driver.answer({ ok: true, viewers, more: false });
    expect(driver.state.marks).toContain('v7');
    driver.show();
    driver.show();
    expect(driver.state.marks).toEqual(['v1042', 'v1043', 'v1050']);
  });

  it('stays when a picture comes that was asked for before it was set', () => {
    const driver = onViewers();
    const older = pictureOf(driver.world, viewOf(driver.state), 99);
    driver.input({ type: 'keys', keys: ['space'] });
    driver.input({ type: 'snapshot', snapshot: older });
    expect(driver.state.marks).toEqual(['v1042']);
    driver.show();
    driver.show();
    expect(driver.state.marks).toEqual(['v1042']);
  });

  it('stays when more viewers are wanted than a proxy follows', () => {
    const world = wideWorld(1, 1000, 1000);
    const late = [viewerRow('v5000', 'late', { state: 'late' })];
    const driver = new ConsoleDriver({ ...world, sessions: { ...world.sessions, late } });
    driver.settle();
    driver.press('*');
    driver.answer({ ok: true, viewers: world.sessions['session-001']!, more: false });
    for (let pictures = 0; pictures < 4; pictures += 1) driver.show();
    // The one with a digit is followed before the marked ones.
    expect(viewOf(driver.state).followed).toContain('v5000');
    expect(viewOf(driver.state).followed).toHaveLength(1000);
    expect(driver.state.marks).toHaveLength(1000);
  });

  it('is never lost while its viewer is there, and never kept when it is gone', () => {
    const happening = fc.constantFrom('mark', 'move', 'go', 'late', 'next');
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (all) => {
        const driver = onViewers(wideWorld(1, 12));
        const before = new Set<string>();
        // As the proxy does: one picture is under way at most, made for the view of its moment.
        let underWay = pictureOf(driver.world, viewOf(driver.state), 1);
        const next = (): void => {
          driver.input({ type: 'snapshot', snapshot: underWay });
          underWay = pictureOf(driver.world, viewOf(driver.state), 1);
        };
        for (const one of all) {
          if (one === 'mark') driver.input({ type: 'keys', keys: ['space'] });
          if (one === 'move') driver.input({ type: 'keys', keys: ['k'] });
          if (one === 'go') {
            const [first] = driver.state.marks;
            driver.world = without(driver.world, first ?? '');
          }
          for (const id of driver.state.marks) before.add(id);
          const there = new Set<string>(
            Object.values(driver.world.sessions)
              .flat()
              .map(({ id }) => id),
          );
          const had = driver.state.marks.filter((id) => there.has(id));
          next();
          expect(driver.state.marks).toEqual(expect.arrayContaining(had));
        }
        for (let pictures = 0; pictures < 4; pictures += 1) next();
        const there = Object.values(driver.world.sessions).flat();
        for (const id of driver.state.marks) {
          expect(there.some((row) => row.id === id)).toBe(true);
        }
        expect(driver.state.marks.every((id) => before.has(id))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

const elsewhere = (): ConsoleDriver => {
  const driver = onViewers();
  driver.press('space', 'space', 'backtab', 'j', 'tab');
  expect(driver.state.sessions.id).toBe('oncall-9ac0');
  return driver;
};

describe('marks in another session', () => {
  it('are told with their session, or how many these are', () => {
    const driver = elsewhere();
    expect(driver.screen).toMatch(/Viewers of oncall-9ac0 2\/3 {2}2 marked in deploy-77f1/);
    driver.press('space');
    expect(driver.screen).toContain('3 marked in 2 sessions');
  });

  it('are not evicted by e, which cannot mean whom it does not show', () => {
    const driver = elsewhere();
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.notice?.text).toBe(
      '2 marked in deploy-77f1: \\ clears the marks, E evicts them',
    );
    driver.press('j');
    expect(driver.status).toContain('E evict 2 marked');
    driver.press('space', 'e');
    expect(driver.state.armed).toHaveLength(3);
  });

  it('are what e is hinted to evict where they are in sight', () => {
    const driver = onViewers();
    driver.press('space', 'space');
    expect(driver.status).toContain('e evict 2 marked');
  });
});
