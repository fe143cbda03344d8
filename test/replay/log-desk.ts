/** The pure console on a log: keys go through it to the cursor, and pictures come back. */
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import type { Size } from '../../src/console/layout.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { screenOf } from '../../src/console/screen.ts';
import { type Effect, type Input, initialState, plainSettings } from '../../src/console/state.ts';
import { step } from '../../src/console/step.ts';
import { textOf } from '../../src/console/text.ts';
import type { Snapshot } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { replay } from '../../src/replay/replay-control.ts';
import { Timeline } from '../../src/replay/timeline.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turn } from '../support/turns.ts';

/** Opens it; every key is followed by the pictures that it asks for. */
export const openLogDesk = (
  events: readonly ProxyEvent[],
  size: Size = { columns: 80, rows: 24 },
) => {
  const clock = new FakeClock();
  const { control, cursor } = replay(new Timeline(events), clock);
  const effects: Effect[] = [];
  let state = initialState(size, { ...plainSettings, readOnly: true, replay: true }, clock.now());
  let newest: Snapshot | null = null;
  const input = (next: Input): void => {
    const done = step(state, next, clock.now());
    state = done.state;
    for (const effect of done.effects) {
      effects.push(effect);
      if (effect.do === 'move') cursor.move(effect.move);
    }
  };
  const watch = control.watch(viewOf(state), (snapshot) => void (newest = snapshot));
  /** Takes pictures until the console asks for nothing else. */
  const settle = async (): Promise<void> => {
    for (let asked = ''; ; asked = JSON.stringify(viewOf(state))) {
      watch.look(viewOf(state));
      await turn();
      if (newest !== null) input({ type: 'snapshot', snapshot: newest });
      if (JSON.stringify(viewOf(state)) === asked) return;
    }
  };
  return {
    cursor,
    effects,
    settle,
    get state() {
      return state;
    },
    press: async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) {
        input({ type: 'keys', keys: [key] });
        await settle();
      }
    },
    /** Keys that come at once, before the screen could show what the first of them did. */
    chunk: async (...keys: readonly string[]): Promise<void> => {
      input({ type: 'keys', keys });
      await settle();
    },
    type: async (line: string): Promise<void> => {
      for (const key of `:${line}`) {
        input({ type: 'keys', keys: [key === ' ' ? 'space' : key] });
      }
      input({ type: 'keys', keys: ['enter'] });
      await settle();
    },
    /** Time passes, and no picture comes. */
    idle: (ms: number): void => {
      clock.advance(ms);
      input({ type: 'tick' });
    },
    /** Time passes. */
    wait: async (ms: number): Promise<void> => {
      clock.advance(ms);
      input({ type: 'tick' });
      await settle();
    },
    rows: (): readonly string[] => screenOf(state, unicodeGlyphs).map(textOf),
    screen: (): string => screenOf(state, unicodeGlyphs).map(textOf).join('\n'),
  };
};
