import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf } from '../../src/console/copy.ts';
import type { Effect } from '../../src/console/state.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sessionId, viewerId, viewerRow, type World } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

const copiedBy = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.do === 'copy' ? [effect.text] : []));

const worldOf = (who: string | null, events: readonly ProxyEvent[] = []): World => ({
  cap: 3,
  sessions: { 'deploy-77f1': [viewerRow('v1042', 'deploy-77f1', { who })] },
  events,
});

const after = (world: World, ...keys: readonly string[]): ConsoleDriver => {
  const driver = new ConsoleDriver(world);
  driver.settle();
  driver.press(...keys);
  return driver;
};

const place = {
  time: '2026-11-21T12:04:00.000Z',
  session: sessionId('deploy-77f1'),
  remote: '10.8.1.30:9',
  viewers: 3,
  cap: 3,
} as const;

describe('y', () => {
  it('copies id and address of the viewer under the cursor, and says so', () => {
    const driver = after(worldOf(null), 'tab', 'y');
    expect(copiedBy(driver.effects)).toEqual(['v1042 10.4.9.17:52210']);
    expect(driver.status).toContain('copied v1042 10.4.9.17:52210');
  });

  it('copies who it is where that is known', () => {
    expect(copiedBy(after(worldOf('mira'), 'tab', 'y').effects)).toEqual([
      'v1042 mira 10.4.9.17:52210',
    ]);
  });

  it('copies the name of the session', () => {
    expect(copiedBy(after(smallWorld, 'j', 'y').effects)).toEqual(['oncall-9ac0']);
  });

  it.for<[string, ProxyEvent, readonly string[]]>([
    [
      'the viewer of the event',
      { ...place, event: 'viewer.admitted', dialMs: 1, viewer: viewerId('v9'), who: 'jon' },
      ['v9 jon 10.8.1.30:9'],
    ],
    [
      'the session of an event without a viewer',
      { ...place, event: 'viewer.refused', cause: 'cap' },
      ['deploy-77f1'],
    ],
  ])('copies %s', ([, event, text]) => {
    const driver = after(worldOf(null, [event]), 'tab', 'tab', 'y');
    expect(driver.state.focus).toBe('events');
    expect(copiedBy(driver.effects)).toEqual(text);
  });

  it('says so where an event names neither', () => {
    const driver = after(
      worldOf(null, [{ time: place.time, event: 'proxy.stopped' }]),
      'tab',
      'tab',
      'y',
    );
    expect(copiedBy(driver.effects)).toEqual([]);
    expect(driver.status).toContain('names no viewer and no session');
  });

  it('copies nothing where there is nothing', () => {
    const none: World = { cap: 3, sessions: {} };
    expect(after(none, 'y').status).toContain('no session under the cursor');
    expect(after(none, 'tab', 'y').status).toContain('no viewer under the cursor');
    expect(copiedBy(after(none, 'y', 'tab', 'y', 'tab', 'y').effects)).toEqual([]);
  });

  it('copies letters and printable ASCII only, whatever a viewer sends', () => {
    const foreign = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(foreign, foreign, (who, remote) => {
        const { state } = new ConsoleDriver(smallWorld);
        const { effects } = copyOf(state, { id: viewerId('v1'), who, remote });
        expect(copiedBy(effects)[0]).toMatch(/^v1 [\x20-\x7e\p{L}]*$/u);
      }),
    );
  });
});
