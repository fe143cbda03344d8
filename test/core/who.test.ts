import { describe, expect, it } from 'vitest';
import { nameViewer, whoFrom } from '../../src/core/who.ts';

/** As Node hands a header's bytes over. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('a name from a header', () => {
  it.each([
    ['mira', 'mira'],
    [' mira \t', 'mira'],
    [wire('Jürgen Ω 山田'), 'Jürgen Ω 山田'],
    // Not UTF-8: each byte is its own character.
    ['J\u{fc}rgen', 'Jürgen'],
    [wire('Ju\u{308}rgen'), 'Jürgen'],
    [wire('mi\u{202e}ra\u{200b}\u{feff}'), 'mira'],
    [wire('a\u{2028}b\u{2029}c\u{85}d\u{e000}e\u{10ffff}f'), 'abcdef'],
    ['\u{1b}[2Jmira\u{7}\r\n', '[2Jmira'],
    [wire('e\u{200d}\u{301}'), 'é'],
    ['', null],
    [' \t ', null],
    [wire('\u{200b}\u{202e}'), null],
    ['x'.repeat(65), 'x'.repeat(64)],
    [wire('😀'.repeat(65)), '😀'.repeat(64)],
    [`${'x'.repeat(63)} y`, 'x'.repeat(63)],
  ])('%j is %j', (value, who) => {
    expect(whoFrom(value)).toBe(who);
  });
});

describe('the header', () => {
  const header = 'x-forwarded-user';
  const others = ['Host', 'here', 'X-Forwarded-User-Id', '7'];
  const says = (...names: readonly string[]): readonly string[] => [
    ...others,
    ...names.flatMap((name) => [name, 'mira']),
  ];

  it('names the viewer where the peer is trusted, and reaches the backend', () => {
    const rawHeaders = says('X-Forwarded-User');
    expect(nameViewer(rawHeaders, header, true)).toEqual({ who: 'mira', rawHeaders });
  });

  it.each([
    ['the peer is not trusted', false, says('X-Forwarded-User')],
    ['there are two', true, says('X-Forwarded-User', 'x-forwarded-user')],
    ['it only looks like it to some backends', true, says('X_Forwarded-User', 'x.forwarded.user')],
    ['there is none', true, says()],
  ])('names nobody, and is kept from the backend, where %s', (_, trusted, rawHeaders) => {
    expect(nameViewer(rawHeaders, header, trusted)).toEqual({ who: null, rawHeaders: others });
  });

  it('counts beside one that only looks like it, which is left out', () => {
    const rawHeaders = says('X-Forwarded-User', 'X_Forwarded_User', 'X.Forwarded-User');
    expect(nameViewer(rawHeaders, header, true)).toEqual({
      who: 'mira',
      rawHeaders: says('X-Forwarded-User'),
    });
  });

  it('is any other one where none is named', () => {
    const rawHeaders = says('X-Forwarded-User', 'X-Forwarded-User');
    expect(nameViewer(rawHeaders, null, true)).toEqual({ who: null, rawHeaders });
  });
});
