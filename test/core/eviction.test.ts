import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evictedWords, wrongNote } from '../../src/core/eviction.ts';

describe('a note', () => {
  it.each(['', 'runaway script', 'x'.repeat(80), '😀'.repeat(80), 'Jürgen, bitte neu verbinden'])(
    '%j is taken',
    (note) => {
      expect(wrongNote(note)).toBe(null);
    },
  );

  it('of more than 80 characters is not', () => {
    expect(wrongNote('x'.repeat(81))).toBe('a reason has at most 80 characters: shorten it');
    expect(wrongNote('😀'.repeat(81))).not.toBe(null);
  });

  it.each([
    '\n',
    '\r',
    '\t',
    '\0',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{2028}',
    '\u{202e}',
    '\u{d800}',
  ])('with %j is not', (character) => {
    const reason = 'a reason has no control characters: leave them out';
    expect(wrongNote(`a${character}b`)).toBe(reason);
  });
});

describe('the words on the wire', () => {
  it('are the usual ones and the note', () => {
    expect(evictedWords('runaway script')).toEqual({
      code: 1008,
      reason: 'evicted by operator: runaway script',
    });
  });

  it('fill 123 bytes at most, and are cut between two characters', () => {
    const note = fc.string({ unit: 'grapheme', maxLength: 80 });
    fc.assert(
      fc.property(note, (text) => {
        const whole = `evicted by operator: ${text}`;
        const { code, reason } = evictedWords(text);
        expect(code).toBe(1008);
        expect(whole.startsWith(reason)).toBe(true);
        const length = Buffer.byteLength(reason);
        expect(length).toBeLessThanOrEqual(123);
        expect(reason.isWellFormed()).toBe(true);
        // No character more would have fitted.
        const next = String.fromCodePoint(whole.codePointAt(reason.length) ?? 0);
        const isFull = length + Buffer.byteLength(next) > 123;
        expect(reason === whole || isFull).toBe(true);
      }),
    );
  });
});
