import { describe, expect, it } from 'vitest';
import * as lines from '../../components/log-lines.ts';
import { emptyPrompt } from '../../src/console/prompt.ts';
import type { Armed } from '../../src/console/state.ts';
import { smallWorld } from '../console/worlds.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sessionId, viewerId, viewerRow } from '../support/fake-control.ts';

const armed = (id: string, dueAt: number): Armed => ({
  viewer: viewerId(id),
  state: 'ok',
  dueAt,
  group: 1,
  by: 'cursor',
  reason: null,
});

describe('the summary', () => {
  it('counts everything, and problems where there are some', () => {
    const console = new ConsoleDriver({
      ...smallWorld,
      sessions: {
        a: [viewerRow('v1', 'a', { state: 'stuck' }), viewerRow('v2', 'a'), viewerRow('v3', 'a')],
        b: [viewerRow('v4', 'b', { state: 'late' })],
      },
    });
    expect(lines.summaryLine(console.state)).toBe(
      '2 sessions, 4 viewers, cap 3, 1 stuck, 1 late, 1 full',
    );
    console.show({ ...smallWorld, sessions: { a: [viewerRow('v1', 'a')] } });
    expect(lines.summaryLine(console.state)).toBe('1 session, 1 viewer, cap 3');
  });

  it('is of the newest picture, also while the drawn one stands still', () => {
    const { state } = new ConsoleDriver(smallWorld);
    const latest = { ...state.snapshot!, cap: 77 };
    const paused = { ...state, paused: { at: 0, latest } };
    expect(lines.summaryLine(paused)).toContain('cap 77');
  });

  it('says that there is nothing yet, and that the proxy has ended', () => {
    const { state } = new ConsoleDriver(smallWorld);
    expect(lines.summaryLine({ ...state, snapshot: null })).toBe('waiting for the first picture');
    expect(lines.summaryLine({ ...state, ended: 'the link is lost' })).toBe(
      'the proxy has ended: the link is lost',
    );
  });
});

const snapshotOf = (...states: readonly ('stuck' | 'expiring' | 'late')[]) =>
  new ConsoleDriver({
    ...smallWorld,
    sessions: {
      a: states.map((state, at) =>
        viewerRow(`v${at + 1}`, 'a', {
          state,
          who: at === 0 ? 'mira' : null,
          deadlineMs: 9100,
          queuedBytes: 3_145_728,
          stuckMs: 11_000,
        }),
      ),
    },
  }).state.snapshot!;

describe('who needs the operator', () => {
  it('is told by name, the worst first, and how many others there are', () => {
    expect(lines.worstLine(snapshotOf('stuck', 'expiring', 'late', 'late', 'late'))).toBe(
      'needs you: v1 mira stuck in a, 3.0M waits for 11s; v2 expiring in a, 10s left; v3 late in a, 10s left; 2 more',
    );
    expect(lines.worstLine(snapshotOf())).toBe('nobody needs you');
  });

  it('changes with who it is and how they are, not with the countdown', () => {
    const one = snapshotOf('stuck');
    const later = { ...one, worst: one.worst.map((row) => ({ ...row, deadlineMs: 8000 })) };
    expect(lines.worstKey(later)).toBe(lines.worstKey(one));
    expect(lines.worstKey(snapshotOf('late'))).not.toBe(lines.worstKey(one));
    expect(lines.worstKey(snapshotOf())).not.toBe(lines.worstKey(one));
  });
});

describe('armed evictions', () => {
  it('are told once, with the time that is left and the way back', () => {
    const first = armed('v1', 3000);
    expect(lines.armedLine([], { armed: [first], now: 500 })).toBe('evicting v1 in 3 s; type undo');
    expect(lines.armedLine([first], { armed: [first], now: 1500 })).toBeNull();
    const more = ['v2', 'v3', 'v4', 'v5'].map((id) => armed(id, 4000));
    expect(lines.armedLine([first], { armed: [first, ...more], now: 1000 })).toBe(
      'evicting v2, v3, v4 and 1 more in 3 s; type undo',
    );
  });
});

/** The keys that answers stand for. */
const keys = (modal: Parameters<typeof lines.answerKey>[0], ...texts: readonly string[]) =>
  texts.map((text) => lines.answerKey(modal, text));

describe('questions', () => {
  const { snapshot } = new ConsoleDriver(smallWorld).state;
  const mira = viewerRow('v1', 'a', { who: 'mira' });
  const ask = (modal: Parameters<typeof lines.questionLine>[0]) =>
    lines.questionLine(modal, snapshot);
  const bulk = {
    mode: 'bulk',
    session: sessionId('a'),
    viewers: [
      { id: mira.id, row: mira },
      { id: viewerId('v2'), row: null },
    ],
    trouble: null,
    more: false,
    unsure: 0,
    top: 0,
    reason: emptyPrompt,
    typing: false,
  } as const;

  it('name what would happen and how to answer', () => {
    expect(ask({ mode: 'quit', interruptedAt: null })).toMatch(
      /^quit\? it closes \d+ viewers: type quit once more and Enter; anything else cancels$/,
    );
    expect(ask({ mode: 'quit', interruptedAt: 5 })).toMatch(
      /^quit\? it closes \d+ viewers: type quit and Enter, or press ctrl-c again within 2 s$/,
    );
    expect(
      ask({ mode: 'confirm', viewers: [{ id: mira.id, row: mira }], reason: null, unsure: 0 }),
    ).toBe('evict v1 mira? type y and Enter; anything else cancels');
    const detach = { mode: 'detach', interruptedAt: null } as const;
    expect(ask(detach)).toBe(
      'quit? Enter leaves the proxy running; type stop and Enter to stop it; anything else stays',
    );
    expect(lines.questionLine(detach, snapshot, false)).toBe(
      'quit? Enter quits and leaves the proxy alone; anything else stays',
    );
    expect(ask(bulk)).toBe(
      'evict 2 viewers of a: v1 mira, v2? type y and Enter; anything else cancels',
    );
    expect(ask({ ...bulk, session: null })).toContain('evict 2 viewers: v1 mira');
    expect(ask({ ...bulk, viewers: null })).toBeNull();
    expect(ask({ mode: 'main' })).toBeNull();
    expect(ask({ mode: 'drain', windowMs: 0 })).toBe(
      'drain at once and end, with 6 viewers there? type y and Enter; anything else cancels',
    );
    expect(lines.questionKey({ mode: 'drain', windowMs: 0 })).not.toBe(
      lines.questionKey({ mode: 'drain', windowMs: 1_000 }),
    );
  });

  it('are asked anew where they mean something else, not where a number changes', () => {
    const key = lines.questionKey;
    expect(key({ mode: 'main' })).toBe('');
    expect(key({ ...bulk, viewers: null })).toBe('');
    expect(key(bulk)).toBe(key({ ...bulk, unsure: 2, viewers: [...bulk.viewers] }));
    expect(key(bulk)).not.toBe(key({ ...bulk, viewers: bulk.viewers.slice(1) }));
    expect(key({ mode: 'quit', interruptedAt: null })).not.toBe(
      key({ mode: 'quit', interruptedAt: 5 }),
    );
  });

  it('are answered with y, quitting with quit, and nothing else means yes', () => {
    const quit = { mode: 'quit', interruptedAt: null } as const;
    expect(keys(bulk, 'y', 'Y', 'yes')).toEqual(['y', 'y', 'y']);
    expect(keys(bulk, '', 'n', 'yy', 'quit', 's', 'stop')).toEqual(Array(6).fill('esc'));
    expect(keys(quit, 'quit', 'yes', '', 'stop')).toEqual(['y', 'y', 'esc', 'esc']);
  });

  it('to leave a proxy that runs elsewhere are answered with Enter alone, and stop stops it', () => {
    const detach = { mode: 'detach', interruptedAt: null } as const;
    expect(keys(detach, '', 'quit', 'y')).toEqual(['y', 'y', 'y']);
    expect(keys(detach, 'stop', 's')).toEqual(['s', 's']);
    expect(keys(detach, 'no', 'evict v1')).toEqual(['esc', 'esc']);
  });
});
