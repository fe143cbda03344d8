import { describe, expect, it } from 'vitest';
import { type Acts, keymap, lookUp } from '../../src/console/keymap.ts';
import { keysOf, longestTyped, type RawKey } from '../../src/console/raw-keys.ts';

const plain: RawKey = {
  upArrow: false,
  downArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  shift: false,
  backspace: false,
  delete: false,
  ctrl: false,
  meta: false,
};

const modes = Object.keys(keymap) as (keyof Acts)[];

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

  it('knows no tags yet, and nothing that stops the process', () => {
    for (const key of ['1', '5', '9', 'ctrl-z', 'E', 'K', 'n']) {
      expect(lookUp('main', key)).toBeNull();
    }
  });

  it('confirms quitting with y alone', () => {
    const confirming = keymap.quit.filter(({ act }) => act === 'confirm');
    expect(confirming.flatMap(({ keys }) => keys)).toEqual(['y']);
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
