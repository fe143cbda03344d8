import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatExtensions, parseExtensions } from '../../src/core/extensions.ts';

describe('parseExtensions', () => {
  it.each([
    ['permessage-deflate', 'permessage-deflate'],
    ['a;b;c=1 , d ; e="2"', 'a; b; c=1, d; e=2'],
    ['a; b="\\1\\0"', 'a; b=10'],
    [', a,,', 'a'],
    ['', ''],
  ])('reads %s', (text, again) => {
    const extensions = parseExtensions(text);
    expect(extensions).not.toBeNull();
    expect(formatExtensions(extensions ?? [])).toBe(again);
  });

  it.each([
    'a;',
    'a; ;b',
    ';a',
    'a=1',
    'a b',
    'a; b=',
    'a; b=""',
    'a; b="1',
    'a; b="1,2"',
    'a; b="x;y"',
    'a; b="1"2',
    'a; b = 1',
    'a\u00a0',
    'a; b="\\"',
  ])('finds %s malformed', (text) => {
    expect(parseExtensions(text)).toBeNull();
  });

  it('reads back what it wrote, and never throws', () => {
    const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
    const param = fc.record({ name: token, value: fc.option(token) });
    const extension = fc.record({ name: token, params: fc.array(param, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(extension), (extensions) => {
        expect(parseExtensions(formatExtensions(extensions))).toEqual(extensions);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ';', ',', '"', '=', '\\', ' ') }),
        (text) => {
          const extensions = parseExtensions(text);
          const again = extensions === null ? null : parseExtensions(formatExtensions(extensions));
          expect(again).toEqual(extensions);
        },
      ),
    );
  });
});
