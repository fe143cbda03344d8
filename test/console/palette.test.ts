import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../src/console/palette-verbs.ts';
import { suggestionsOf } from '../../src/console/palette-suggest.ts';
import { promptOf } from '../../src/console/prompt.ts';
import type { Settings } from '../../src/console/state.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sizes, worlds } from './arbitrary.ts';
import { smallWorld } from './worlds.ts';

const ready = (settings: Partial<Settings> = {}): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld, { columns: 80, rows: 24 }, settings);
  driver.settle();
  return driver;
};

const keysOf = (text: string): readonly string[] =>
  text.split('').map((character) => (character === ' ' ? 'space' : character));

/** Types a line and presses enter. */
const run = (driver: ConsoleDriver, line: string): void =>
  driver.press(':', ...keysOf(line), 'enter');

const reasonIn = (driver: ConsoleDriver): string | null =>
  driver.state.modal.mode === 'palette' ? driver.state.modal.reason : null;

const sent = (driver: ConsoleDriver) =>
  driver.effects.flatMap((effect) => (effect.do === 'send' ? [effect.command] : []));

describe('evict', () => {
  it('arms the viewers that are named, with three seconds to undo', () => {
    const driver = ready();
    run(driver, 'evict v1043 V1101 v1043');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1043', 'v1101']);
    expect(driver.evicted).toEqual([]);
    driver.press('u');
    driver.wait(60_000);
    expect(driver.evicted).toEqual([]);
  });

  it('sends them, and why, when the time is over', () => {
    const driver = ready();
    run(driver, 'evict v1043 v1101 because of a test');
    run(driver, 'evict v1050');
    for (let turn = 0; turn < 50; turn += 1) driver.wait(100);
    const actor = 'console';
    expect(sent(driver)).toEqual([
      { do: 'evict', viewer: 'v1043', actor, reason: 'of a test' },
      { do: 'evict', viewer: 'v1101', actor, reason: 'of a test' },
      { do: 'evict', viewer: 'v1050', actor },
    ]);
  });

  it('takes a viewer that the picture does not have: the proxy says what there is', () => {
    const driver = ready();
    run(driver, 'evict v7');
    driver.wait(3000);
    driver.answer({ ok: false, reason: 'v7 had already gone' });
    expect(driver.status).toContain('v7 had already gone');
  });

  it('asks first where the operator wants to be asked, and keeps the reason', () => {
    const driver = ready({ confirm: 'always' });
    run(driver, 'evict v1043 because tests');
    expect(driver.state.modal.mode).toBe('confirm');
    expect(driver.state.armed).toEqual([]);
    driver.press('enter');
    expect(sent(driver)).toEqual([]);
    run(driver, 'evict v1043 because tests');
    driver.press('y');
    expect(sent(driver)).toMatchObject([{ do: 'evict', viewer: 'v1043', reason: 'tests' }]);
  });
});

describe('cap', () => {
  it('sets the default, and u takes it back', () => {
    const driver = ready();
    run(driver, 'cap 6');
    expect(sent(driver).at(-1)).toEqual({ do: 'set-cap', cap: 6, actor: 'console' });
    driver.answer({ ok: true });
    expect(driver.status).toContain('cap 3 to 6   u undo');
    driver.press('u');
    expect(sent(driver).at(-1)).toEqual({ do: 'set-cap', cap: 3, actor: 'console' });
  });

  it('sets the one of a session, and lifts it', () => {
    const driver = ready();
    run(driver, 'cap 6 oncall-9ac0');
    expect(sent(driver).at(-1)).toEqual({
      do: 'set-cap',
      cap: 6,
      session: 'oncall-9ac0',
      actor: 'console',
    });
    driver.show({ ...smallWorld, ownCaps: { 'oncall-9ac0': 6 } });
    run(driver, 'cap default oncall-9ac0');
    expect(sent(driver).at(-1)).toEqual({
      do: 'lift-cap',
      session: 'oncall-9ac0',
      actor: 'console',
    });
  });

  it('sends nothing for the cap that holds', () => {
    const driver = ready();
    run(driver, 'cap 3');
    expect(sent(driver)).toEqual([]);
    expect(driver.status).toContain('cap stays 3');
  });
});

describe('the other commands', () => {
  it('keep a viewer for a while, or no longer', () => {
    const driver = ready();
    run(driver, 'keep v1042');
    run(driver, 'keep v1042 90s');
    run(driver, 'keep v1042 off');
    expect(sent(driver).map((command) => command.do === 'keep' && command.forMs)).toEqual([
      300_000, 90_000, 0,
    ]);
  });

  it('move the cursor to a session or a viewer', () => {
    const driver = ready();
    run(driver, 'go tty-bastion');
    expect(driver.state.sessions.id).toBe('tty-bastion');
    expect(driver.state.focus).toBe('sessions');
    run(driver, 'go v1101');
    expect(driver.state.sessions.id).toBe('oncall-9ac0');
    expect(driver.state.viewers.id).toBe('v1101');
    expect(driver.state.focus).toBe('viewers');
  });

  it('say so where the picture does not have it, and ask for a session all the same', () => {
    const driver = ready();
    run(driver, 'go v9');
    expect(reasonIn(driver)).toBe('v9 is not in the picture: show v9, or filter v9');
    driver.press('esc', 'j');
    expect(driver.state.sessions.id).toBe('oncall-9ac0');
    driver.input({ type: 'keys', keys: [':', ...keysOf('go far-away'), 'enter'] });
    expect(driver.state.sessions.id).toBe('far-away');
    expect(driver.state.notice?.text).toBe('looking for far-away');
    driver.settle();
    expect(driver.state.sessions.id).toBe('oncall-9ac0');
    expect(driver.state.notice?.text).toBe('no session far-away');
  });

  it('open the page of a viewer, the help and the question whether to quit', () => {
    const driver = ready();
    run(driver, 'show v1042');
    expect(driver.state.modal).toMatchObject({ mode: 'detail', viewer: 'v1042' });
    driver.press('esc');
    run(driver, 'help cap');
    expect(driver.screen).toContain('Help /cap');
    driver.press('esc', 'esc');
    run(driver, 'quit');
    expect(driver.state.modal.mode).toBe('quit');
    expect(driver.effects).toEqual([]);
  });

  it('filter, sort and choose events', () => {
    const driver = ready();
    run(driver, 'filter state:late rtt>5');
    expect(driver.state.filter.terms).toHaveLength(2);
    run(driver, 'filter');
    expect(driver.state.filter.terms).toEqual([]);
    run(driver, 'sort refused rev');
    expect(driver.state.sessionSort).toEqual({ by: 'refused', reversed: true });
    run(driver, 'sort deadline');
    expect(driver.state.viewerSort).toEqual({ by: 'deadline', reversed: false });
    run(driver, 'sort age');
    expect(driver.state.sessionSort.by).toBe('age');
    driver.press('tab');
    run(driver, 'sort rtt');
    expect(driver.state.viewerSort.by).toBe('rtt');
    expect(driver.state.sessionSort.by).toBe('age');
    run(driver, 'kind refusals');
    expect(driver.state.kind).toBe('refusals');
    run(driver, 'kind');
    expect(driver.state.kind).toBeNull();
  });

  it('tell the shell what to do', () => {
    const driver = ready();
    for (const line of ['export', 'export today.json', 'log', 'redraw']) run(driver, line);
    expect(driver.effects).toEqual([
      { do: 'export', name: null },
      { do: 'export', name: 'today.json' },
      { do: 'log' },
      { do: 'redraw' },
    ]);
    run(driver, 'pause');
    expect(driver.state.paused).not.toBeNull();
    run(driver, 'undo');
    expect(driver.state.notice?.text).toBe('nothing to undo');
  });

  it('are carried out from elsewhere, and their mistakes said', () => {
    const driver = ready();
    driver.input({ type: 'typed-command', text: ':cap 6' });
    expect(driver.caps).toEqual([6]);
    driver.input({ type: 'typed-command', text: 'cap many' });
    expect(driver.state.notice?.text).toBe('cap needs a number from 1 to 100000: cap 6');
    expect(driver.state.modal.mode).toBe('main');
  });
});

describe('a mistake', () => {
  it.each([
    ['cap', 'cap needs a number from 1 to 100000: cap 6'],
    ['cap 0', 'cap needs a number from 1 to 100000: cap 6'],
    ['cap 100001', 'cap needs a number from 1 to 100000: cap 6'],
    ['cap 6.5', 'cap needs a number from 1 to 100000: cap 6'],
    ['cap 6 nowhere', 'no session "nowhere" in the picture: go nowhere first'],
    ['cap 6 a b', 'cap takes one session: cap 6 deploy'],
    ['cap default', 'cap default needs a session: cap default deploy'],
    ['cap default deploy-77f1', 'deploy-77f1 has no cap of its own'],
    ['evict', 'evict needs a viewer: evict v42'],
    ['evict because x', 'evict needs a viewer: evict v42'],
    ['evict deploy-77f1', '"deploy-77f1" is no viewer: evict v42, with the id from its row'],
    ['evict v1 v2x', '"v2x" is no viewer: evict v42, with the id from its row'],
    ['evict v1 because', 'because needs a reason: evict v42 because of tests'],
    [`evict v1 because ${'x'.repeat(81)}`, 'a reason has at most 80 characters'],
    [
      `evict ${Array.from({ length: 10 }, (_, index) => `v${index}`).join(' ')}`,
      'evict takes 9 viewers at most: mark more and press E',
    ],
    ['keep', 'keep needs a viewer: keep v42'],
    ['keep x', '"x" is no viewer: keep v42, with the id from its row'],
    ['keep v1 5', 'keep takes a time from 1s to 1h, or off: keep v42 5m'],
    ['keep v1 2h', 'keep takes a time from 1s to 1h, or off: keep v42 5m'],
    ['show', 'show needs one viewer: show v42'],
    ['show x', '"x" is no viewer: show v42, with the id from its row'],
    ['go', 'go needs one session or viewer: go deploy, go v42'],
    ['filter rtt>', 'rtt> needs a time: rtt>100, rtt<1s'],
    ['sort r', 'sort r may be rtt or refused or rate'],
    ['sort rtt up', 'sort takes: sort rtt reversed'],
    ['kind purple', 'kind is one of all refusals evictions visits states backends operator'],
    ['pause now', 'pause stands alone: pause'],
    ['frobnicate', 'no command "frobnicate": help lists them'],
    ['e v1', 'e may be evict or export'],
  ])('has one line with the remedy and sends nothing: %s', (line, reason) => {
    const driver = ready();
    run(driver, line);
    expect(reasonIn(driver)).toBe(reason);
    expect(driver.screen).toContain(reason.slice(0, 60));
    expect(driver.effects).toEqual([]);
    driver.press('backspace');
    expect(reasonIn(driver)).toBeNull();
    driver.press('esc');
    expect(driver.state.modal.mode).toBe('main');
  });
});

describe('the line', () => {
  it('completes commands, viewers, sessions and columns with tab', () => {
    const driver = ready();
    driver.press(':', 'e', 'v', 'tab', ...keysOf('v11'), 'tab', 'b', 'tab');
    expect(driver.state.modal).toMatchObject({ prompt: { text: 'evict v1101 because ' } });
    driver.press('ctrl-u', ...keysOf('cap 4 tty'), 'tab');
    expect(driver.state.modal).toMatchObject({ prompt: { text: 'cap 4 tty-bastion ' } });
    driver.press('ctrl-u', ...keysOf('sort ref'), 'tab', 'r', 'tab');
    expect(driver.state.modal).toMatchObject({ prompt: { text: 'sort refused reversed ' } });
  });

  it('has the worst viewers first', () => {
    const driver = ready();
    expect(suggestionsOf(driver.state, promptOf('evict ')).map(({ word }) => word)).toEqual([
      'v1042',
      'v1101',
      'v1043',
      'v1050',
    ]);
  });

  it('takes a choice into the line before anything is carried out', () => {
    const driver = ready();
    driver.press(':', ...keysOf('evict '), 'down', 'down', 'enter');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.modal).toMatchObject({ prompt: { text: 'evict v1101 ' } });
    driver.press('enter');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1101']);
  });

  it('carries out what is typed and not what is suggested', () => {
    const driver = ready();
    run(driver, 'evict v104');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v104']);
  });

  it('carries out a chosen command that needs nothing more, and completes one that does', () => {
    const driver = ready();
    driver.press(':', 'up', 'enter');
    expect(driver.state.modal.mode).toBe('quit');
    driver.press('esc', ':', 'e', 'enter');
    expect(driver.state.modal).toMatchObject({ mode: 'palette', prompt: { text: 'evict ' } });
    driver.press('esc', ':', 'p', 'enter');
    expect(driver.state.paused).not.toBeNull();
  });

  it('marks the choice and goes round', () => {
    const driver = ready();
    driver.press(':', 'down');
    expect(driver.screen).toContain('▸evict');
    driver.press('up');
    expect(driver.screen).toContain('▸quit');
    driver.press('down');
    expect(driver.screen).toContain('▸evict');
  });

  it('draws itself within every terminal, whatever is typed', () => {
    const key = fc.oneof(
      fc.constantFrom(
        ...'evictcapgosorthelp v1042'.split('').map((one) => (one === ' ' ? 'space' : one)),
      ),
      fc.constantFrom('tab', 'down', 'up', 'backspace', 'left', 'home', 'end', 'space'),
    );
    fc.assert(
      fc.property(worlds, fc.array(key, { maxLength: 40 }), sizes, (world, keys, size) => {
        const driver = new ConsoleDriver(world, size);
        driver.settle();
        driver.press(':', ...keys);
        expect(driver.rows()).toHaveLength(size.rows);
        for (const row of driver.rows()) {
          expect(row.length).toBeLessThanOrEqual(size.columns);
          expect(row).not.toMatch(/\p{C}/u);
        }
        expect(driver.effects).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a read-only console', () => {
  it.each(verbs.filter(({ changes }) => changes).map(({ name }) => [name]))(
    'refuses %s as it refuses the key',
    (name) => {
      const driver = ready({ readOnly: true, stopWith: 'kill 4711' });
      run(driver, `${name} v1042`);
      expect(driver.effects).toEqual([]);
      expect(driver.state.armed).toEqual([]);
      expect(driver.state.modal.mode).toBe('main');
      const text =
        name === 'quit'
          ? 'read-only: quitting would stop the proxy; kill 4711 does'
          : 'read-only: this console changes nothing';
      expect(driver.state.notice?.text).toBe(text);
      const key = name === 'quit' ? 'q' : 'e';
      driver.press(key);
      expect(driver.state.notice?.text).toBe(text);
    },
  );

  it('neither suggests them nor any other way to change the proxy', () => {
    const driver = ready({ readOnly: true });
    const words = suggestionsOf(driver.state, promptOf('')).map(({ word }) => word);
    const quiet = verbs.filter(({ changes, name }) => !changes && name !== 'at');
    expect(words).toEqual(quiet.map(({ name }) => name));
  });

  it('sends nothing whatever is typed', () => {
    const line = fc
      .tuple(
        fc.constantFrom(...verbs.map(({ name }) => name), 'ev', 'c', 'k'),
        fc.constantFrom('', 'v1042', '6', '6 deploy-77f1', 'default deploy-77f1', 'v1042 5m'),
      )
      .map((parts) => parts.join(' ').trim());
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const driver = ready({ readOnly: true });
        for (const one of lines) {
          driver.input({ type: 'typed-command', text: one });
          driver.wait(4000);
        }
        expect(sent(driver)).toEqual([]);
        expect(driver.effects.some((effect) => effect.do === 'quit')).toBe(false);
      }),
    );
  });
});
