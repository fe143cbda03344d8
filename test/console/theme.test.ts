import { describe, expect, it } from 'vitest';
import { asciiGlyphs, glyphsFor, unicodeGlyphs } from '../../src/console/glyphs.ts';
import type { Tone } from '../../src/console/text.ts';
import { styleOf, wantsColor } from '../../src/console/theme.ts';

const tones: readonly Tone[] = [
  'plain',
  'dim',
  'strong',
  'good',
  'warn',
  'bad',
  'late',
  'expiring',
  'stuck',
  'evicting',
  'full',
  'over',
  'accent-red',
  'accent-green',
  'accent-yellow',
  'accent-blue',
  'accent-magenta',
  'accent-cyan',
  'accent-white',
];

describe('colours', () => {
  it.each([
    [{}, true],
    [{ NO_COLOR: '' }, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '0' }, false],
  ])('are used unless NO_COLOR is set to something: %j', (env, colored) => {
    expect(wantsColor(env)).toBe(colored);
  });

  it('give way without taking bold and inverse with them', () => {
    for (const tone of tones) {
      const span = { text: 'x', tone };
      const { color: _color, ...rest } = styleOf(span, true);
      expect(styleOf(span, false)).toEqual(rest);
      expect(styleOf({ ...span, inverse: true }, false)).toMatchObject({ inverse: true });
    }
    expect(styleOf({ text: 'x', tone: 'evicting' }, false)).toEqual({ bold: true, inverse: true });
  });

  it('of an accent are those of its name', () => {
    expect(styleOf({ text: 'x', tone: 'accent-blue' }, true)).toEqual({
      color: 'blue',
      bold: true,
    });
    expect(styleOf({ text: 'x', tone: 'accent-blue' }, false)).toEqual({ bold: true });
  });

  it('are not spent on what is well', () => {
    expect(styleOf({ text: 'ok', tone: 'plain' }, true)).toEqual({});
  });
});

describe('the signs', () => {
  it.each([
    ['no locale', {}, unicodeGlyphs],
    ['UTF-8', { LANG: 'en_US.UTF-8' }, unicodeGlyphs],
    ['another spelling', { LC_ALL: 'C.utf8', LANG: 'C' }, unicodeGlyphs],
    ['not UTF-8', { LANG: 'C' }, asciiGlyphs],
    ['not UTF-8 where it counts', { LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, asciiGlyphs],
    ['wide signs', { LANG: 'ja_JP.UTF-8' }, asciiGlyphs],
    ['the Linux console', { LANG: 'en_US.UTF-8', TERM: 'linux' }, asciiGlyphs],
  ])('suit the terminal: %s', (_name, env, glyphs) => {
    expect(glyphsFor(env)).toBe(glyphs);
  });

  it.each([
    ['one cell each', unicodeGlyphs],
    ['7-bit', asciiGlyphs],
  ])('take one cell each and differ between states: %s', (name, glyphs) => {
    const { state, spark, box, sevenBit, ...single } = glyphs;
    expect(sevenBit).toBe(name === '7-bit');
    for (const sign of [...Object.values(state), ...Object.values(single), ...box]) {
      expect(sign).toHaveLength(1);
    }
    expect(spark).toHaveLength(8);
    expect(new Set([...Object.values(state), glyphs.evicting, glyphs.gone]).size).toBe(10);
    const all = JSON.stringify(glyphs);
    expect(/^[\x20-\x7e]*$/.test(all)).toBe(name === '7-bit');
  });
});
