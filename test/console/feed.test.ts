/** The feed with a proxy that keeps its newest thousand lines, as the real one does. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventKind, FeedEntry, Holder, View } from '../../src/contract.ts';
import type { EventBody } from '../../src/events.ts';
import { chosenEntry, drawnEntries } from '../../src/console/feed-window.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { screenOf } from '../../src/console/screen.ts';
import { initialState, plainSettings, type State } from '../../src/console/state.ts';
import { step } from '../../src/console/step.ts';
import { textOf } from '../../src/console/text.ts';
import { pictureOf, sessionId, viewerId, type World } from '../support/fake-control.ts';
import { goneWorld, smallWorld } from './worlds.ts';

type Post = {
  readonly body: EventBody;
  readonly kind: EventKind;
  readonly holders?: readonly Holder[];
};

const place = { session: sessionId('deploy-77f1'), remote: '10.8.1.30:52210', viewers: 3, cap: 3 };
const named = (viewer: string) => ({ ...place, viewer: viewerId(viewer) });

const join = (viewer = 'v1043'): Post => ({
  kind: 'visits',
  body: { event: 'viewer.admitted', dialMs: 1, ...named(viewer) },
});
const capStep: Post = {
  kind: 'operator',
  body: { event: 'cap.changed', from: 8, to: 5, actor: 'console' },
};

/** A console in front of a feed that grows. */
class FeedDriver {
  state: State;
  readonly views: View[] = [];
  world: World = smallWorld;
  readonly #entries: (FeedEntry & { readonly kind: EventKind })[] = [];
  #seq = 0;
  #now = 0;

  constructor(columns = 80, rows = 24) {
    this.state = initialState({ columns, rows }, plainSettings, 0);
  }

  post(...posts: readonly Post[]): void {
    for (const { body, kind, holders = [] } of posts) {
      const seq = this.#entries.length + 1;
      const event = { time: '2026-11-21T12:05:06.123Z', ...body };
      this.#entries.push({ seq, event, count: 1, spanMs: 0, holders, kind });
    }
    this.show();
  }

  show(): void {
    const view = viewOf(this.state);
    this.views.push(view);
    this.#seq += 1;
    const { rows, upTo, kind } = view.events;
    const all = this.#entries.filter((one) => kind === null || one.kind === kind);
    const kept = all.filter(({ seq }) => seq > this.#entries.length - 1000);
    const snapshot = {
      ...pictureOf(this.world, view, this.#seq),
      events: rows === 0 ? [] : kept.filter(({ seq }) => seq <= (upTo ?? seq)).slice(-rows),
      newestEvent: all.at(-1)?.seq ?? 0,
    };
    this.state = step(this.state, { type: 'snapshot', snapshot }, this.#now).state;
  }

  /** Pictures until nothing else is asked for. */
  settle(): void {
    for (let before = ''; before !== JSON.stringify(viewOf(this.state));) {
      before = JSON.stringify(viewOf(this.state));
      this.show();
    }
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) {
      this.#now += 1;
      this.state = step(this.state, { type: 'keys', keys: [key] }, this.#now).state;
      this.settle();
    }
  }

  get chosen(): number | null {
    return chosenEntry(this.state)?.seq ?? null;
  }

  get drawn(): readonly number[] {
    return drawnEntries(this.state).map(({ seq }) => seq);
  }

  get screen(): string {
    return screenOf(this.state, unicodeGlyphs).map(textOf).join('\n');
  }
}

/** A feed of `count` lines with the focus in it. */
const looking = (count: number, at: (index: number) => Post = () => join()): FeedDriver => {
  const driver = new FeedDriver();
  driver.post(...Array.from({ length: count }, (_, index) => at(index)));
  driver.press('tab', 'tab');
  return driver;
};

describe('the cursor in the feed', () => {
  it('is on the newest line while the feed follows', () => {
    const driver = looking(10);
    expect([driver.chosen, driver.drawn]).toEqual([10, [8, 9, 10]]);
    driver.post(join());
    expect([driver.chosen, driver.drawn]).toEqual([11, [9, 10, 11]]);
    expect(driver.screen).toContain('following ─');
  });

  it('stays on its line, and its line where it is, while new ones come', () => {
    const driver = looking(10);
    driver.press('k');
    driver.post(join(), join());
    expect([driver.chosen, driver.drawn]).toEqual([9, [8, 9, 10]]);
    expect(driver.screen).toContain('2 new, G follows ─');
    driver.press('G');
    expect([driver.chosen, driver.drawn]).toEqual([12, [10, 11, 12]]);
  });

  it('scrolls no further than it must, and follows again at the end', () => {
    const driver = looking(10);
    driver.press('k', 'k', 'k');
    expect([driver.chosen, driver.drawn]).toEqual([7, [7, 8, 9]]);
    driver.press('j');
    expect([driver.chosen, driver.drawn]).toEqual([8, [7, 8, 9]]);
    driver.press('j', 'j', 'j');
    expect([driver.chosen, driver.state.upTo]).toEqual([10, null]);
  });

  it('goes line by line through a long feed', () => {
    const driver = looking(400);
    for (let turn = 1; turn <= 100; turn += 1) {
      driver.press('k');
      expect(driver.chosen).toBe(400 - turn);
    }
    driver.press('pagedown', 'j');
    expect(driver.chosen).toBe(303);
  });

  it('goes to the oldest line that is kept, and by pages', () => {
    const driver = looking(3500);
    driver.press('g');
    expect([driver.chosen, driver.drawn]).toEqual([2501, [2501, 2502, 2503]]);
    driver.press('k', 'pagedown');
    expect(driver.chosen).toBe(2503);
    driver.press('pageup', 'j');
    expect(driver.chosen).toBe(2502);
  });

  it('is not lost when its line is not kept any more', () => {
    const driver = looking(1000);
    driver.press('g');
    driver.post(...Array.from({ length: 40 }, () => join()));
    driver.settle();
    expect(driver.drawn).toEqual([41, 42, 43]);
    expect(driver.chosen).toBe(41);
  });

  it('reaches every line of a kind in order, however far they are apart, and skips none', () => {
    const rare = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rare, (gaps) => {
        const seqs: number[] = [];
        for (const gap of gaps) seqs.push((seqs.at(-1) ?? 0) + gap);
        const count = (seqs.at(-1) ?? 0) + 5;
        const driver = looking(count, (at) => (seqs.includes(at + 1) ? capStep : join()));
        const kept = seqs.filter((seq) => seq > count - 1000);
        driver.state = { ...driver.state, kind: 'operator' };
        driver.settle();
        const seen = new Set<number | null>([driver.chosen]);
        for (const key of [...seqs.map(() => 'k'), 'g']) {
          driver.press(key);
          seen.add(driver.chosen);
        }
        expect([...seen].toReversed()).toEqual(kept);
        const down = new Set<number | null>([driver.chosen]);
        for (const _ of seqs) {
          driver.press('j');
          down.add(driver.chosen);
        }
        expect([...down]).toEqual(kept);
        expect(driver.state.upTo).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it('is always on a line that is drawn, and never asks for more than is kept', () => {
    const keys = fc.constantFrom('j', 'k', 'g', 'G', 'pageup', 'pagedown', 'f', 'new');
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 25 }), (typed) => {
        const driver = looking(60, (at) => (at % 9 === 0 ? capStep : join()));
        for (const key of typed) {
          const before = driver.state.upTo === null ? null : driver.chosen;
          if (key === 'new') driver.post(join(), capStep);
          else driver.press(key);
          const stays = key === 'new' && before !== null;
          expect(stays ? driver.chosen : before).toBe(before);
          expect(driver.drawn.length).toBeLessThanOrEqual(3);
          const any = driver.drawn.length > 0;
          expect(driver.drawn.includes(driver.chosen ?? -1)).toBe(any);
        }
        for (const { events } of driver.views) expect(events.rows).toBeLessThanOrEqual(1010);
      }),
      { numRuns: 60 },
    );
  });
});

describe('f', () => {
  it('shows one family of events after the other, then all again', () => {
    const driver = looking(9, (at) => (at === 2 ? capStep : join()));
    const seen = [];
    for (let turn = 0; turn < 7; turn += 1) {
      driver.press('f');
      seen.push(driver.state.kind);
    }
    expect(seen).toEqual([
      'refusals',
      'evictions',
      'visits',
      'states',
      'backends',
      'operator',
      null,
    ]);
  });

  it('says which family is shown, and that it has no line', () => {
    const driver = looking(9, (at) => (at === 2 ? capStep : join()));
    driver.press('f');
    expect(driver.screen).toContain('refusals  f filter  following ─');
    expect(driver.screen).toContain('no event of this kind yet: refusals');
    driver.press('f', 'f', 'f', 'f', 'f');
    expect(driver.drawn).toEqual([3]);
    expect(driver.screen).toContain('8 to 5 by console');
  });
});

describe('enter in the feed', () => {
  it('goes to the viewer of the line, in its session', () => {
    const driver = looking(3, () => join('v1050'));
    driver.press('enter');
    expect(driver.state).toMatchObject({ focus: 'viewers', modal: { mode: 'main' } });
    expect([driver.state.sessions.id, driver.state.viewers.id]).toEqual(['deploy-77f1', 'v1050']);
  });

  it('shows what ended a viewer that is gone', () => {
    const driver = looking(3, (at) =>
      at === 1
        ? {
            kind: 'evictions',
            body: {
              event: 'viewer.evicted',
              cause: 'pong-timeout',
              closeSent: true,
              ...named('v0988'),
            },
          }
        : join('v0988'),
    );
    driver.press('k', 'enter');
    expect(driver.state.modal).toEqual({ mode: 'detail', viewer: 'v0988' });
    // Another line about it: it has come, and is gone by now.
    driver.press('esc', 'G', 'enter');
    expect(driver.state.modal).toEqual({ mode: 'detail', viewer: 'v0988' });
  });

  it('knows from its tombstone that a viewer is gone', () => {
    const driver = looking(3, () => join('v0987'));
    driver.world = goneWorld;
    driver.show();
    driver.press('enter');
    expect(driver.state.modal).toEqual({ mode: 'detail', viewer: 'v0987' });
    expect(driver.screen).toContain('evicted by operator (console)');
  });

  const refused: Post = {
    kind: 'refusals',
    body: { event: 'viewer.refused', cause: 'cap', ...place, who: 'eve\u001B', code: 1013 },
    holders: [
      { viewer: viewerId('v1042'), who: 'mira', remote: '10.4.9.17:52210', state: 'late' },
      { viewer: viewerId('v0001'), who: null, remote: '10.4.9.18:1', state: 'ok' },
    ],
  };

  it('shows who had the slots when another was refused, and what has become of them', () => {
    const driver = looking(3, () => refused);
    driver.press('enter');
    driver.show();
    expect(driver.state.modal.mode).toBe('entry');
    expect(viewOf(driver.state).followed).toEqual(expect.arrayContaining(['v1042', 'v0001']));
    expect(driver.screen).toContain('12:05:06Z deploy-77f1');
    expect(driver.screen).toContain('refuse  at cap 3/3 from eve? 10.8.1.30:52210');
    expect(driver.screen).toMatch(/◐ late +v1042 +now STUCK +mira 10\.4\.9\.17:52210/);
    expect(driver.screen).toMatch(/● ok +v0001 +gone +10\.4\.9\.18:1/);
    expect(driver.screen).toMatch(/│ code +1013 +│/);
  });

  it('shows all of an event that is about no viewer, in rows that can be scrolled', () => {
    const driver = new FeedDriver(60, 12);
    driver.post({ ...refused, holders: [...(refused.holders ?? []), ...(refused.holders ?? [])] });
    driver.press('tab', 'tab', 'enter');
    expect(driver.screen).toContain('refuse  at cap');
    expect(driver.screen).not.toMatch(/code +1013/);
    driver.press('j');
    expect(driver.screen).not.toContain('refuse  at cap');
    driver.press('G');
    expect(driver.screen).toMatch(/code +1013/);
    driver.press('j', 'g');
    expect(driver.screen).toContain('refuse  at cap');
    driver.press('enter');
    expect(driver.state.modal.mode).toBe('main');
  });

  it('takes the digits above its page, u, and a command', () => {
    const driver = looking(3, () => refused);
    driver.press('enter', '1');
    expect(driver.state.modal.mode).toBe('entry');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1042']);
    driver.press('u');
    expect(driver.state.armed).toEqual([]);
    expect(driver.screen).toContain(' esc back');
    driver.press(':', 'c', 'a', 'p', 'space', '1');
    expect(driver.state).toMatchObject({ armed: [], modal: { mode: 'palette' } });
  });

  it('says so where there is no event', () => {
    const driver = looking(0);
    driver.press('enter');
    expect(driver.state.notice?.text).toBe('no event yet');
  });
});
