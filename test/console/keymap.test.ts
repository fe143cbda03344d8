import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Acts,
  type Binding,
  changes,
  keymap,
  lookUp,
  lookUpReplay,
  quietKeyGroups,
  replayBindings,
  replayKeys,
} from '../../src/console/keymap.ts';
import { keysOf, longestTyped, type RawKey } from '../../src/console/raw-keys.ts';
import { plainKey as plain } from '../support/raw-key.ts';

const modes = Object.keys(keymap) as (keyof Acts)[];

const names: Readonly<Record<string, string>> = {
  backtab: 'shift-tab',
  down: 'arrows',
  up: 'arrows',
  pageup: 'PgUp',
  pagedown: 'PgDn',
};

const nameOf = (key: string): string => names[key] ?? (/^[1-9]$/.test(key) ? '1-9' : key);

const lineOf = ({ label, help = '' }: Binding<unknown>): string => `${label} ${help}`;

describe('the table of keys', () => {
  it.each(modes)('gives every key one meaning: %s', (mode) => {
    const keys = keymap[mode].flatMap((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const binding of keymap[mode]) {
      for (const key of binding.keys) expect(lookUp(mode, key)).toBe(binding.act);
    }
  });

  it.each(modes)('can be left with Ctrl-C: %s', (mode) => {
    expect(lookUp(mode, 'ctrl-c')).toBe('interrupt');
  });

  it('takes back with Ctrl-Z, which would otherwise stop the process', () => {
    for (const mode of ['main', 'detail', 'filter', 'palette'] as const) {
      expect(lookUp(mode, 'ctrl-z')).toBe('undo');
    }
  });

  it('has a line in the help for every key of the lists, under one title', () => {
    for (const { keys, help, group } of keymap.main) {
      expect(help === undefined).toBe(group === undefined);
      const told = keymap.main.some(
        (one) => one.help !== undefined && keys.some((key) => lineOf(one).includes(nameOf(key))),
      );
      expect(told).toBe(true);
    }
  });

  it('hints at the most useful keys first', () => {
    const hints = keymap.main.flatMap(({ label, hint }) =>
      hint === undefined ? [] : [`${label} ${hint}`],
    );
    expect(hints).toEqual([
      '1-9 evict tagged',
      'e evict',
      'u undo',
      'c cap',
      '/ filter',
      's sort',
      'n next bad',
      'p pause',
      'tab pane',
      '? help',
      'q quit',
    ]);
  });

  it.each([
    'main',
    'cap',
    'quit',
    'detach',
    'stop',
    'drain',
    'bulk',
    'confirm',
    'detail',
    'entry',
  ] as const)('marks what changes the proxy, for consoles that may not: %s', (mode) => {
    const marked = new Set(keymap[mode].filter(({ changes }) => changes).map(({ act }) => act));
    const acts = new Set<string>([
      'tag',
      'evict',
      'undo',
      'bulk',
      'keep',
      'cap-up',
      'cap-down',
      'now',
      'lift',
      'quit',
      'apply',
      'confirm',
      'stop',
      'interrupt',
    ]);
    if (mode === 'main') acts.add('cap');
    for (const { act } of keymap[mode]) {
      expect(marked.has(act)).toBe(acts.has(act));
      for (const key of keymap[mode].find((one) => one.act === act)?.keys ?? []) {
        expect(changes(mode, key)).toBe(acts.has(act));
      }
    }
  });

  it('confirms quitting with y alone', () => {
    const confirming = keymap.quit.filter(({ act }) => act === 'confirm');
    expect(confirming.flatMap(({ keys }) => keys)).toEqual(['y']);
  });
});

const keysIn = (bindings: readonly Binding<unknown>[]): readonly string[] =>
  bindings.flatMap(({ keys }) => keys);

describe('the keys of a replay', () => {
  it('have one meaning each, and a line in the help', () => {
    const keys = keysIn(replayBindings);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { act, keys: own } of replayBindings) {
      for (const key of own) {
        expect(lookUpReplay(key)).toBe(act);
        expect(
          replayKeys.bindings.some(({ label, help }) => `${label} ${help}`.includes(nameOf(key))),
        ).toBe(true);
      }
    }
    for (const key of ['j', 'enter', 'e', 'esc', 'q']) expect(lookUpReplay(key)).toBeNull();
  });

  it('take away from the lists only what is of no use in a log, and nothing from the pages', () => {
    const taken = new Set(keysIn(replayBindings).filter((key) => key !== 'ctrl-c'));
    const lost = keymap.main.filter(({ keys }) => keys.some((key) => taken.has(key)));
    expect(lost.map(({ act }) => act)).toEqual(['mark', 'mark-all', 'pause']);
    for (const mode of ['detail', 'entry'] as const) {
      expect(keysIn(keymap[mode]).filter((key) => taken.has(key))).toEqual([]);
    }
  });

  it('leave in the help of the lists what moves and looks', () => {
    const labels = quietKeyGroups.flatMap(({ bindings }) => bindings.map(({ label }) => label));
    expect(labels).toEqual(expect.arrayContaining(['/', 's', 'tab', 'j k', 'g G', 'w', ':', '?']));
    for (const label of ['e', 'K', 'c', '+ -', 'space', '* \\', 'p', 'q']) {
      expect(labels).not.toContain(label);
    }
  });
});

describe('what the terminal sends', () => {
  it.each<[string, string, Partial<RawKey>, readonly string[] | null]>([
    ['a letter', 'j', {}, ['j']],
    ['a capital', 'G', { shift: true }, ['G']],
    ['a held key', 'jjj', {}, ['j', 'j', 'j']],
    ['a long-held key', 'j'.repeat(200), {}, Array.from({ length: 200 }, () => 'j')],
    ['keys typed over a slow link', 'jje\r', {}, ['j', 'j', 'e', 'enter']],
    ['an arrow', '', { upArrow: true }, ['up']],
    ['enter', '\r', { return: true }, ['enter']],
    ['a line feed', '\n', {}, ['enter']],
    ['tabs', '\t\t', {}, ['tab', 'tab']],
    ['shift-tab', '', { tab: true, shift: true }, ['backtab']],
    ['Ctrl-Z', 'z', { ctrl: true }, ['ctrl-z']],
    ['Ctrl-C', 'c', { ctrl: true }, ['ctrl-c']],
    ['Alt-e, or Escape and e', 'e', { meta: true }, ['esc']],
    ['Escape and Enter', '', { return: true, meta: true }, ['esc']],
    ['Escape and an arrow', '', { upArrow: true, meta: true }, ['esc']],
    ['left', '', { leftArrow: true }, ['left']],
    ['right', '', { rightArrow: true }, ['right']],
    ['a space', ' ', {}, ['space']],
    ['words with a space', 'a b', {}, ['a', 'space', 'b']],
    ['backspace', '', { backspace: true }, ['backspace']],
    ['Escape and Ctrl-C', 'c', { meta: true, ctrl: true }, ['esc', 'ctrl-c']],
    ['a function key', '', {}, []],
    ['a control character within text', 'j\u001Aj', {}, ['j', 'j']],
    ['something that is not ASCII', 'é', {}, []],
    ['a paste that is not marked as one', 'see the errors', {}, null],
    ['the longest that may be typed', 'je'.repeat(longestTyped / 2), {}, 'je'.repeat(6).split('')],
  ])('becomes keys: %s', (_name, input, parts, keys) => {
    expect(keysOf(input, { ...plain, ...parts })).toEqual(keys);
  });
});

describe('whatever the terminal sends', () => {
  it('becomes names that are printable, and never more of them than characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (input) => {
        const keys = keysOf(input, plain);
        for (const key of keys ?? []) expect(key).toMatch(/^(?:[\x21-\x7e]|space|enter|tab)$/);
        expect((keys ?? []).length).toBeLessThanOrEqual(input.length);
      }),
    );
  });

  it('is nothing but the way out behind an Escape', () => {
    const flags = fc.record(
      Object.fromEntries(Object.keys(plain).map((name) => [name, fc.boolean()])) as {
        [Name in keyof RawKey]: fc.Arbitrary<boolean>;
      },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 3 }), flags, (input, key) => {
        const keys = keysOf(input, { ...key, meta: true });
        expect([['esc'], ['esc', 'ctrl-c']]).toContainEqual(keys);
      }),
    );
  });
});
