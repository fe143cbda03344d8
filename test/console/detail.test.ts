import { describe, expect, it } from 'vitest';
import type { Snapshot, ViewerRow } from '../../src/contract.ts';
import { fateOf } from '../../src/console/detail-lines.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import { detailOf } from '../../src/console/looked-at.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { screenOf } from '../../src/console/screen.ts';
import type { State } from '../../src/console/state.ts';
import { textOf } from '../../src/console/text.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow } from '../support/fake-control.ts';
import { goneWorld, smallWorld, wideWorld } from './worlds.ts';

const wide = { columns: 120, rows: 36 };

const at = (world = smallWorld, size = wide): ConsoleDriver => {
  const driver = new ConsoleDriver(world, size);
  driver.settle();
  return driver;
};

/** The state with more to say of the viewer that is looked at. */
const measured = (state: State, parts: object): State => {
  const { snapshot } = state;
  const detail = snapshot?.detail;
  if (snapshot === null || detail?.gone !== false) throw new Error('nothing is looked at');
  return { ...state, snapshot: { ...snapshot, detail: { ...detail, ...parts } } };
};

const drawn = (state: State): string => screenOf(state, unicodeGlyphs).map(textOf).join('\n');

describe('the pane of a wide screen', () => {
  it('is about the viewer that needs a hand most until the focus is in the viewers', () => {
    const driver = at();
    driver.press('j');
    expect(detailOf(driver.state)).toBe('v1042');
    driver.press('tab', 'j');
    expect(detailOf(driver.state)).toBe('v1102');
    expect(viewOf(driver.state).detail).toBe('v1102');
    expect(driver.screen).toMatch(/│── v1102 10\.4\.9\.17:52210 ─+ enter: full ─\n/);
  });

  it('is about the viewer under the cursor where nobody needs a hand, or about nobody', () => {
    const driver = at(wideWorld(2, 2));
    expect(detailOf(driver.state)).toBe('v1');
    driver.show({ cap: 8, sessions: {} });
    driver.settle();
    expect(detailOf(driver.state)).toBeNull();
    expect(driver.screen).toContain('── Viewer ──');
  });

  it('is not there where it has no room, and asks for nothing then', () => {
    expect(detailOf(at(smallWorld, { columns: 80, rows: 24 }).state)).toBeNull();
  });

  it('tells the round trips, the queue, the life and the end that is near', () => {
    const driver = at();
    const rttsMs = Array.from({ length: 60 }, (_, index) => index + 1);
    const text = drawn(
      measured(driver.state, { rttsMs, queues: [0, 0, 50, 100], pingsSent: 9, pingsLost: 2 }),
    );
    expect(text).toMatch(/│ rtt +▁+▂+▃+▄+ now 190ms {2}p50 30ms {2}p95 57ms {2}max 60ms {2}5 min/);
    expect(text).toMatch(/│ buf +▁▁▅█ 3\.0M queued {2}0B\/s out {2}stuck for 11s/);
    expect(text).toContain('last life 8s ago   joined 12:03:10Z   sent 1000B   pings lost 2 of 9');
    expect(text).toMatch(/│ auto-evict in 9s \(write timeout 20s\) +1 evict/);
  });

  it('names the keys of the cursor where they mean its viewer, and none that change a thing read-only', () => {
    const driver = at();
    driver.press('tab');
    expect(driver.screen).toMatch(/\(write timeout 20s\) +e evict {3}K keep/);
    driver.press('e');
    expect(driver.screen).toMatch(/│ ✗ EVICTING in 3s {2}v1042 {3}u undo {3}enter now/);
    const mute = new ConsoleDriver(smallWorld, wide, { readOnly: true });
    mute.press('tab');
    expect(mute.screen).toMatch(/\(write timeout 20s\) +\n/);
  });
});

const fate = (parts: Partial<ViewerRow>): string => {
  const { snapshot } = at().state;
  return textOf(fateOf(viewerRow('v1', 'one', parts), snapshot as Snapshot));
};

describe('the end that comes by itself', () => {
  it.each<[string, Partial<ViewerRow>]>([
    ['auto-evict in 2s (write timeout 20s)', { state: 'stuck', stuckMs: 18_000 }],
    ['auto-evict in 0s (write timeout 20s)', { state: 'stuck', stuckMs: 21_000 }],
    ['auto-evict in 9s (pong timeout 45s)', { state: 'expiring', deadlineMs: 9000 }],
    ['pong deadline in 43s (pong timeout 45s)', {}],
    ['deadline held (pong timeout 45s)', { deadlineHeld: true }],
    ['kept for 4 min', { state: 'stuck', stuckMs: 60_000, keptMs: 239_000 }],
    ['kept for 42 s', { keptMs: 41_200, deadlineHeld: true }],
    ['its backend has not answered yet', { state: 'dialling', deadlineMs: null }],
  ])('%s', (text, parts) => {
    expect(fate(parts)).toBe(text);
  });
});

describe.each([wide, { columns: 80, rows: 24 }, { columns: 60, rows: 15 }])(
  'the page of a viewer at $columns x $rows',
  (size) => {
    it('leaves the worst in sight and says how the viewer is', () => {
      const driver = at(smallWorld, size);
      driver.press('tab', 'enter');
      expect(viewOf(driver.state).detail).toBe('v1042');
      expect(driver.rows()[3]).toContain('■ STUCK    v1042');
      expect(driver.screen).toContain('┌─ v1042 10.4.9.17:52210 ─');
      expect(driver.screen).toContain('■ STUCK  in deploy-77f1  key 1 evicts it');
      expect(driver.screen).toContain('auto-evict in 9s (write timeout 20s)');
      expect(driver.screen).toMatch(/│ rtt +\S+ now 190ms {2}p50/);
      expect(driver.screen).toContain('stuck for 11s');
      expect(driver.screen).toContain('joined 12:03:10Z');
      expect(driver.screen).toContain('in 100 messages');
      expect(driver.status).toContain('esc back');
    });
  },
);

const opened = (): ConsoleDriver => {
  const driver = at(smallWorld, { columns: 80, rows: 24 });
  driver.press('tab', 'j', 'enter');
  expect(driver.state.modal).toEqual({ mode: 'detail', viewer: 'v1043' });
  return driver;
};

describe('on the page of a viewer', () => {
  it('e arms it, enter evicts it at once, and it alone', () => {
    const driver = opened();
    driver.press('enter');
    expect(driver.evicted).toEqual([]);
    driver.press('e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1043']);
    expect(driver.screen).toContain('✗ EVICTING in 3s  v1043   u undo   enter now');
    driver.press('enter');
    expect(driver.evicted).toEqual(['v1043']);
  });

  it('u takes that back, and the page stays', () => {
    const driver = opened();
    driver.press('e', 'u');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.modal.mode).toBe('detail');
  });

  it('K keeps it, y copies it, a digit means who has it', () => {
    const driver = opened();
    driver.press('K', 'y', '1');
    expect(driver.effects).toContainEqual(
      expect.objectContaining({
        command: expect.objectContaining({ do: 'keep', viewer: 'v1043' }),
      }),
    );
    expect(driver.effects).toContainEqual({ do: 'copy', text: 'v1043 10.4.9.18:52211' });
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1042']);
  });

  it('n and N go to the pages of those that need a hand, and esc back to the lists', () => {
    const driver = opened();
    driver.press('n');
    expect(driver.state.modal).toEqual({ mode: 'detail', viewer: 'v1042' });
    driver.press('N');
    expect(driver.state.modal).toEqual({ mode: 'detail', viewer: 'v1101' });
    driver.press('esc');
    expect(driver.state.modal.mode).toBe('main');
  });

  it('nothing is done to one that is gone', () => {
    const driver = new ConsoleDriver(goneWorld, { columns: 80, rows: 24 });
    driver.state = { ...driver.state, modal: { mode: 'detail', viewer: goneWorld.gone[0].id } };
    driver.settle();
    driver.press('e', 'K', 'enter');
    expect(driver.effects).toEqual([]);
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.notice?.text).toBe('v0988 has already gone');
    driver.press('y');
    expect(driver.effects).toEqual([{ do: 'copy', text: 'v0988 Жанна? 10.4.9.90:40000' }]);
  });

  it('what would change one that is gone is not offered, and the way back comes first', () => {
    const driver = opened();
    expect(driver.status).toMatch(/^ esc back .*e evict .*\? help$/);
    driver.state = { ...driver.state, modal: { mode: 'detail', viewer: goneWorld.gone[0].id } };
    driver.show(goneWorld);
    driver.settle();
    expect(driver.status).toMatch(/^ esc back {2}y copy {2}n N next bad {2}\? help$/);
  });

  it.each([
    [':', 'palette'],
    ['?', 'help'],
  ])('%s opens the %s, and what follows goes there', (key, mode) => {
    const driver = opened();
    driver.chunk(key, 'c', 'a', 'p', 'space', '6');
    expect(driver.state).toMatchObject({ armed: [], modal: { mode } });
    driver.press('esc', 'esc');
    expect(driver.state.modal.mode).toBe('main');
  });

  it('nothing is done to one whose id cannot be read', () => {
    const driver = opened();
    driver.input({ type: 'size', size: { columns: 12, rows: 24 } });
    expect(driver.screen).toContain('v1043');
    driver.press('e');
    expect(driver.state.armed).toHaveLength(1);
    driver.press('u');
    for (const size of [
      { columns: 11, rows: 24 },
      { columns: 80, rows: 2 },
    ]) {
      driver.input({ type: 'size', size });
      driver.press('e', 'K');
      expect(driver.state.armed).toEqual([]);
      expect(driver.effects).toEqual([]);
    }
  });

  it('says so where nothing is known of it any more', () => {
    const driver = at();
    driver.state = { ...driver.state, modal: { mode: 'detail', viewer: 'v7' as never } };
    driver.settle();
    expect(driver.screen).toContain('it is not here any more, and its end is forgotten');
  });
});
