import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edited, emptyPrompt, inserted, longestLine, promptOf } from '../../src/console/prompt.ts';
import { promptLine } from '../../src/console/prompt-lines.ts';
import { textOf } from '../../src/console/text.ts';

const typed = (...keys: readonly string[]) =>
  keys.reduce((prompt, key) => edited(prompt, key) ?? prompt, emptyPrompt);

describe('a line that is typed', () => {
  it.each<[readonly string[], string, number]>([
    [['a', 'b', 'c'], 'abc', 3],
    [['a', 'space', 'b'], 'a b', 3],
    [['a', 'b', 'left', 'x'], 'axb', 2],
    [['a', 'left', 'left', 'x'], 'xa', 1],
    [['a', 'b', 'home', 'x', 'end', 'y'], 'xaby', 4],
    [['a', 'b', 'ctrl-a', 'right', 'x'], 'axb', 2],
    [['a', 'b', 'backspace'], 'a', 1],
    [['backspace', 'delete', 'ctrl-w', 'ctrl-u', 'ctrl-k'], '', 0],
    [['a', 'b', 'home', 'delete'], 'b', 0],
    [['a', 'b', 'delete'], 'a', 1],
    [['a', 'space', 'b', 'c', 'ctrl-w'], 'a ', 2],
    [['a', 'space', 'b', 'space', 'ctrl-w'], 'a ', 2],
    [['a', 'b', 'c', 'left', 'ctrl-u'], 'c', 0],
    [['a', 'b', 'c', 'left', 'ctrl-k'], 'ab', 2],
    [['\u001B', 'é', '\n', 'a'], 'a', 1],
  ])('is edited by keys: %j', (keys, text, at) => {
    expect(typed(...keys)).toEqual({ text, at });
  });

  it.each(['up', 'down', 'tab', 'enter', 'esc', 'pageup', 'ctrl-c', 'ctrl-z'])(
    'leaves %s to whoever has opened it',
    (key) => expect(edited(promptOf('abc'), key)).toBeNull(),
  );

  it('takes what is put in at the cursor, without what could steer the terminal', () => {
    expect(inserted({ text: 'ac', at: 1 }, '\u001B[2Jb\u{1F600}')).toEqual({
      text: 'a[2Jbc',
      at: 5,
    });
  });

  it('takes no more than a line holds', () => {
    const full = inserted({ text: 'ab', at: 1 }, 'x'.repeat(500));
    expect(full).toEqual({ text: `a${'x'.repeat(198)}b`, at: 199 });
    expect(edited(full, 'y')).toEqual(full);
    expect(promptOf('x'.repeat(500)).text).toHaveLength(longestLine);
  });

  it('stays bounded and printable with its cursor in it, whatever is typed', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(
        'space',
        'backspace',
        'delete',
        'left',
        'right',
        'home',
        'end',
        'ctrl-u',
        'ctrl-k',
        'ctrl-w',
        'ctrl-a',
        'ctrl-e',
        'ctrl-b',
        'ctrl-f',
      ),
    );
    const happening = fc.oneof(
      key.map((name) => ({ key: name })),
      fc.string({ maxLength: 300 }).map((paste) => ({ paste })),
      fc.string({ unit: 'binary', maxLength: 30 }).map((paste) => ({ paste })),
    );
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 60 }),
        fc.integer({ min: 1, max: 90 }),
        (all, columns) => {
          let prompt = emptyPrompt;
          for (const one of all) {
            prompt =
              'key' in one ? (edited(prompt, one.key) ?? prompt) : inserted(prompt, one.paste);
            expect(prompt.text).toMatch(/^[\x20-\x7e]*$/);
            expect(prompt.text.length).toBeLessThanOrEqual(longestLine);
            expect(prompt.at).toBeGreaterThanOrEqual(0);
            expect(prompt.at).toBeLessThanOrEqual(prompt.text.length);
            const drawn = promptLine(prompt, columns);
            expect(textOf(drawn).length).toBeLessThanOrEqual(columns);
            expect(drawn.filter(({ inverse }) => inverse)).toEqual([
              { text: prompt.text.charAt(prompt.at) || ' ', tone: 'plain', inverse: true },
            ]);
          }
        },
      ),
    );
  });

  it('takes back what one key did by its opposite', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 100 }),
        fc.nat(100),
        fc.string({ minLength: 1, maxLength: 1 }),
        (text, where, character) => {
          const before = { text, at: Math.min(where, text.length) };
          const after = edited(before, character);
          expect(after === null ? null : edited(after, 'backspace')).toEqual(before);
        },
      ),
    );
  });
});
