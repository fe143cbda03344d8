import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clean,
  fill,
  fit,
  invert,
  join,
  line,
  overlay,
  sevenBit,
  sameLine,
  shorten,
  shortenMiddle,
  slice,
  spread,
  textOf,
  type Tone,
  widthOf,
} from '../../src/console/text.ts';

const tones: readonly Tone[] = ['plain', 'dim', 'stuck'];
const words = fc.string({ maxLength: 12 }).map(clean);
const lines = fc.array(fc.record({ text: words, tone: fc.constantFrom(...tones) }), {
  maxLength: 6,
});
const cells = fc.integer({ min: 0, max: 40 });

describe('a line', () => {
  it('is cut or filled to exactly the columns it is given', () => {
    fc.assert(
      fc.property(lines, cells, (parts, columns) => {
        expect(widthOf(fit(parts, columns))).toBe(columns);
      }),
    );
  });

  it('keeps its text and its look when neighbours of one look are joined', () => {
    fc.assert(
      fc.property(lines, (parts) => {
        const joined = join(parts);
        expect(textOf(joined)).toBe(textOf(parts));
        expect(joined.every(({ text }) => text !== '')).toBe(true);
        expect(joined.every(({ tone }, at) => tone !== joined[at + 1]?.tone)).toBe(true);
      }),
    );
  });

  it('is as its text when it is cut', () => {
    fc.assert(
      fc.property(lines, cells, cells, (parts, from, to) => {
        expect(textOf(slice(parts, from, to))).toBe(textOf(parts).slice(from, Math.max(from, to)));
      }),
    );
  });

  it('keeps what another laid over it does not cover', () => {
    expect(textOf(overlay(line('abcdef'), line('XY'), 2))).toBe('abXYef');
    expect(textOf(overlay(line('ab'), line('XY'), 4))).toBe('ab  XY');
  });

  it('never grows beyond its columns when it is filled with parts', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 6 }), cells, (parts, columns) => {
        expect(widthOf(fill(parts, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('has its ends at both ends, or only the left one where there is no room', () => {
    expect(textOf(spread(line('ab'), line('cd'), 6))).toBe('ab  cd');
    expect(textOf(spread(line('ab'), line('cd'), 4))).toBe('ab  ');
  });

  it('differs from its inverse, and from another tone of the same text', () => {
    expect(sameLine(line('a'), line('a'))).toBe(true);
    expect(sameLine(line('a'), invert(line('a')))).toBe(false);
    expect(sameLine(line('a'), line('a', 'dim'))).toBe(false);
    expect(sameLine(line('a'), [...line('a'), ...line('b')])).toBe(false);
  });
});

describe('text of others', () => {
  it.each([
    ['a control sequence', '\u001B[31mred\u001B[0m', '?[31mred?[0m'],
    ['a line break', 'a\r\nb', 'a??b'],
    ['a wide character', '漢字 x', '?? x'],
    ['a character of two units', 'x😀y', 'x?y'],
    ['a mark that joins its neighbour', 'e\u0301', 'e?'],
    ['a right-to-left override', 'a\u202Eb', 'a?b'],
    ['what is printable', '10.0.0.1:80 ~!', '10.0.0.1:80 ~!'],
  ])('is safe to draw: %s', (_name, text, drawn) => {
    expect(clean(text)).toBe(drawn);
  });

  it.each([
    ['Latin', 'Ünïcødé ßẞ ěščřž Việt'],
    ['Greek', 'Ωμέγα ᾶ'],
    ['Cyrillic', 'Жанна Ћирилица'],
  ])('keeps its letters where they take one cell: %s', (_name, text) => {
    expect(clean(text)).toBe(text);
    expect(sevenBit(text)).toHaveLength(text.length);
  });

  it.each([
    ['signs between the letters', '×÷'],
    ['letters that look like our frames', 'ǀǃ'],
    ['marks that join their neighbour', '\u0301\u0483'],
    ['letters without a shape of their own', '\u00AD\u200D\uFF21'],
    ['letters that are written the other way', 'אب'],
    ['halves of a character', '\uD83D'],
  ])('keeps no %s', (_name, text) => {
    expect(clean(text)).toBe('?'.repeat(text.length));
  });

  it('is printable and one cell for each unit, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const drawn = clean(text);
        expect(drawn).toMatch(/^[\x20-\x7e\p{Lu}\p{Ll}]*$/u);
        expect(drawn.normalize('NFC')).toHaveLength(drawn.length);
        expect(drawn).not.toMatch(/[\u2000-\uffff]/);
        expect(drawn).toHaveLength(Array.from(text).length);
        expect(clean(drawn)).toBe(drawn);
        expect(sevenBit(drawn)).toMatch(/^[\x20-\x7e]*$/);
        expect(sevenBit(drawn)).toHaveLength(drawn.length);
      }),
    );
  });

  it('loses its accents and nothing else where only 7 bits are drawn', () => {
    expect(sevenBit('Zoë Ångström ▸ Жx ß')).toBe('Zoe Angstrom ? ?x ?');
  });

  it('is cut at its end or in its middle, never longer than asked for', () => {
    expect(shorten('deployment', 5, '…')).toBe('depl…');
    expect(shortenMiddle('deployment-77f1', 9, '…')).toBe('depl…77f1');
    fc.assert(
      fc.property(words, cells, (text, columns) => {
        expect(shorten(text, columns, '…').length).toBeLessThanOrEqual(columns);
        expect(shortenMiddle(text, columns, '…').length).toBeLessThanOrEqual(columns);
        expect(shortenMiddle(text, text.length + columns, '…')).toBe(text);
      }),
    );
  });
});
