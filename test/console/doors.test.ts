import { describe, expect, it } from 'vitest';
import { asciiGlyphs } from '../../src/console/glyphs.ts';
import type { Settings } from '../../src/console/state.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import type { World } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

const at = (
  world: World = smallWorld,
  {
    columns = 120,
    rows = 36,
    ...settings
  }: Partial<Settings & { columns: number; rows: number }> = {},
): ConsoleDriver => {
  const driver = new ConsoleDriver(world, { columns, rows }, settings);
  driver.settle();
  return driver;
};

const type = (driver: ConsoleDriver, text: string): void =>
  driver.press(...Array.from(text, (one) => (one === ' ' ? 'space' : one)));

/** Types a command and Enter. */
const run = (driver: ConsoleDriver, line: string): void => {
  type(driver, `:${line}`);
  driver.press('enter');
};

const commandsOf = ({ effects }: ConsoleDriver) =>
  effects.flatMap((effect) => (effect.do === 'send' ? [effect.command] : []));

const rowOf = (driver: ConsoleDriver, text: string): string =>
  driver
    .rows()
    .map((row) => row.split('│')[0] ?? '')
    .find((row) => row.includes(text)) ?? '';

const withEmpty: World = {
  ...smallWorld,
  sessions: { ...smallWorld.sessions, quiet: [], shut: [] },
  ownCaps: { quiet: 2 },
  lockedAlone: ['shut'],
};

describe('a session without viewers', () => {
  it('is in the list with its own cap or its lock, and counts among those that are known', () => {
    const driver = at(withEmpty);
    expect(rowOf(driver, ' quiet ')).toMatch(/◌ quiet +0\/2 +▯▯ +empty /);
    expect(rowOf(driver, ' shut ')).toMatch(/◌ shut × +0\/3 +▯▯▯ +locked /);
    expect(driver.screen).toContain('3 sessions');
    expect(driver.screen).toContain('Sessions 5');
    type(driver, '/q');
    expect(driver.screen).toMatch(/\d of 5 sessions/);
  });

  it('can be gone to, and has nobody to evict', () => {
    const driver = at(withEmpty);
    run(driver, 'go quiet');
    driver.settle();
    expect(driver.screen).toContain('Viewers of quiet 0/2');
    driver.press('e');
    expect(commandsOf(driver)).toEqual([]);
  });
});

describe('locking', () => {
  it.each([
    ['lock', { do: 'lock', session: null }],
    ['lock deploy-77f1', { do: 'lock', session: 'deploy-77f1' }],
    ['unlock', { do: 'unlock', session: null }],
    ['unlock deploy-77f1', { do: 'unlock', session: 'deploy-77f1' }],
    ['lock nobody-is-there', { do: 'lock', session: 'nobody-is-there' }],
  ])('is asked for by :%s', (line, command) => {
    const driver = at();
    run(driver, line);
    expect(commandsOf(driver)).toEqual([{ ...command, actor: 'console' }]);
  });

  it.each([
    ['lock', 'all sessions locked: newcomers are refused   :unlock ends that'],
    [
      'lock deploy-77f1',
      'deploy-77f1 locked: newcomers are refused   :unlock deploy-77f1 ends that',
    ],
    ['lock dploy', 'dploy locked, though it is not in the picture   :unlock dploy'],
    ['unlock', 'every session unlocked: newcomers may come in'],
    ['unlock deploy-77f1', 'deploy-77f1 unlocked: newcomers may come in'],
  ])('by :%s says what came of it', (line, text) => {
    const driver = at();
    run(driver, line);
    driver.answer({ ok: true });
    expect(driver.screen).toContain(text);
    run(driver, line);
    driver.answer({ ok: false, reason: 'the proxy says why' });
    expect(driver.screen).toContain('the proxy says why');
  });

  it('takes one session at most', () => {
    const driver = at();
    run(driver, 'lock a b');
    expect(driver.screen).toContain('lock takes one session, or stands alone for all: lock deploy');
    expect(commandsOf(driver)).toEqual([]);
  });

  it('offers the sessions that may be locked, and those that are', () => {
    const driver = at({ ...smallWorld, lockedAlone: ['oncall-9ac0'] });
    type(driver, ':unlock ');
    expect(driver.screen).toMatch(/oncall-9ac0 +late/);
    expect(driver.screen).not.toMatch(/│ +deploy-77f1 +STUCK 3\/3 +│/);
    driver.press('esc');
    type(driver, ':lock o');
    expect(driver.screen).not.toMatch(/oncall-9ac0 +late 2\/3/);
  });

  it('is not begun by a letter that others begin with too', () => {
    const driver = at();
    driver.press(':', 'l', 'enter');
    expect(driver.effects).toEqual([{ do: 'log' }]);
  });

  it('is nothing for a console that only looks', () => {
    const driver = at(smallWorld, { readOnly: true });
    for (const line of ['lock', 'unlock deploy-77f1', 'drain']) run(driver, line);
    expect(driver.effects).toEqual([]);
    expect(driver.screen).toContain('read-only: this console changes nothing');
  });
});

describe('a locked session', () => {
  const world: World = { ...smallWorld, lockedAlone: ['tty-bastion', 'deploy-77f1', 'empty'] };

  it('has a sign behind its name, and the word where nobody in it needs more', () => {
    const driver = at(world);
    expect(rowOf(driver, 'tty-bastion ×')).toMatch(/tty-bastion × .* locked /);
    expect(rowOf(driver, 'deploy-77f1 ×')).toMatch(/deploy-77f1 × .* STUCK /);
    expect(rowOf(driver, 'oncall-9ac0 ')).toContain('2/3');
    expect(rowOf(driver, 'oncall-9ac0 ')).not.toMatch(/×|locked/);
    expect(driver.rows(asciiGlyphs).join('\n')).toContain('tty-bastion L');
  });

  it('is counted, whether anybody is in it or not', () => {
    expect(at(world).rows()[1]).toContain('3 locked');
    expect(at(smallWorld).rows()[1]).not.toContain('locked');
    expect(at(world, { columns: 60, rows: 3 }).rows()[0]).toContain('3 locked');
  });

  it('is one of all, where all are: the title says so', () => {
    const driver = at({ ...smallWorld, locked: true });
    expect(driver.rows()[0]).toContain('ALL LOCKED LIVE');
    expect(driver.rows()[1]).not.toContain('locked');
    expect(rowOf(driver, 'oncall-9ac0 ×')).toContain('late');
    expect(at({ ...smallWorld, locked: true }, { columns: 60, rows: 3 }).rows()[0]).toContain(
      'all locked',
    );
  });
});

describe('draining', () => {
  it('is asked about first, and begins with y', () => {
    const driver = at();
    run(driver, 'drain 2m');
    expect(driver.screen).toContain('Drain over 2m00s?');
    expect(driver.screen).toContain(
      '6 viewers may finish for 2m00s; who is left is closed, evenly.',
    );
    expect(driver.screen).toContain('When nobody is left, wsbouncer ends. No key takes that back.');
    expect(commandsOf(driver)).toEqual([]);
    driver.press('y');
    expect(commandsOf(driver)).toEqual([{ do: 'drain', windowMs: 120_000, actor: 'console' }]);
    driver.answer({ ok: true });
    expect(driver.screen).toContain('draining over 2m00s; the program ends by itself');
    expect(driver.state.modal.mode).toBe('main');
  });

  it.each([
    ['drain', 30_000, 'Drain over 30s?'],
    ['drain 0', 0, 'Drain at once?'],
    ['drain 0s', 0, 'Drain at once?'],
    ['drain 1.5h', 5_400_000, 'Drain over 1h30m?'],
  ])('by :%s is over %s ms', (line, windowMs, title) => {
    const driver = at();
    run(driver, line);
    expect(driver.screen).toContain(title);
    driver.press('y');
    expect(commandsOf(driver)).toEqual([{ do: 'drain', windowMs, actor: 'console' }]);
  });

  it.each(['drain x', 'drain 30', 'drain 25h', 'drain 30s now'])(
    'is not what :%s means',
    (line) => {
      const driver = at();
      run(driver, line);
      expect(driver.screen).toContain('drain takes a time from 0 to 24h: drain 30s');
      expect(driver.state.modal.mode).toBe('palette');
    },
  );

  it.each(['esc', 'n', 'q', 'enter'])('is not begun by %s', (key) => {
    const driver = at();
    run(driver, 'drain');
    driver.press(key);
    expect(driver.state.modal.mode).toBe('main');
    expect(commandsOf(driver)).toEqual([]);
  });

  it('is not begun by a y that came before the question was on the screen', () => {
    const driver = at();
    type(driver, ':drain');
    driver.stall();
    driver.press('enter', 'y');
    expect(commandsOf(driver)).toEqual([]);
    expect(driver.state.modal.mode).toBe('drain');
    driver.resume();
    driver.press('y');
    expect(commandsOf(driver)).toHaveLength(1);
  });

  it('that fails says why', () => {
    const driver = at();
    run(driver, 'drain');
    driver.press('y');
    driver.answer({ ok: false, reason: 'the proxy is stopping' });
    expect(driver.screen).toContain('not drained: the proxy is stopping');
  });

  it('is counted down in the title, with those who are left, between pictures too', () => {
    const driver = at({ ...smallWorld, drainLeftMs: 28_000 });
    expect(driver.rows()[0]).toContain('DRAINING 28s 6 left LIVE');
    driver.wait(1_500);
    expect(driver.rows()[0]).toContain('DRAINING 27s 6 left');
    driver.show({ ...smallWorld, drainLeftMs: 0 });
    expect(driver.rows()[0]).toContain('DRAINING 0s 6 left');
    expect(
      at({ ...smallWorld, drainLeftMs: 28_000 }, { columns: 60, rows: 3 }).rows()[0],
    ).toContain('draining 28s');
  });

  it('is asked about once more where it runs, with what is left of it', () => {
    const driver = at({ ...smallWorld, drainLeftMs: 28_000 });
    run(driver, 'drain 5m');
    expect(driver.screen).toContain('It drains already, with 28s left.');
  });

  it('of a proxy that nobody is at says so', () => {
    const driver = at({ cap: 3, sessions: {} });
    run(driver, 'drain');
    expect(driver.screen).toContain('No viewer is connected.');
  });
});
