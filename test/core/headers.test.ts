import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elementsOf,
  endingHere,
  hasToken,
  headOf,
  HOP_BY_HOP,
  isFieldValue,
  isToken,
  keptFields,
  trimmed,
  valuesOf,
} from '../../src/core/headers.ts';

/** Controls, ASCII, latin1 and a little beyond it. */
const unit = fc.nat(0x2ff).map((code) => String.fromCharCode(code));

const RAW = ['Host', 'a', 'X-One', ' 1 ', 'x-one', '2, ,3', 'Connection', 'Upgrade,X-One'];

describe('header lookups', () => {
  it('keep every line of a name, in order', () => {
    expect(valuesOf(RAW, 'x-one')).toEqual(['1', '2, ,3']);
    expect(valuesOf(RAW, 'x-two')).toEqual([]);
  });

  it('read several lines as one list without empty elements', () => {
    expect(elementsOf(RAW, 'x-one')).toEqual(['1', '2', '3']);
  });

  it('find a whole token and not a part of one', () => {
    expect(hasToken(RAW, 'connection', 'upgrade')).toBe(true);
    expect(hasToken(['Connection', 'upgraded'], 'connection', 'upgrade')).toBe(false);
    const twice = ['Connection', 'keep-alive', 'connection', 'UPGRADE'];
    expect(hasToken(twice, 'connection', 'upgrade')).toBe(true);
  });

  it('keep the fields that are asked for, without a name that has no value at the end', () => {
    expect(keptFields(RAW, (name) => name.startsWith('x'))).toEqual(['x-one', '2, ,3']);
    expect(keptFields(['a', '1', 'b'], () => true)).toEqual(['a', '1']);
  });

  it('end what Connection names beside the usual', () => {
    const usual = ['Connection', 'keep-alive, Upgrade'];
    expect(endingHere(usual, HOP_BY_HOP)).toBe(HOP_BY_HOP);
    const names = endingHere(RAW, HOP_BY_HOP);
    expect(names.has('x-one')).toBe(true);
    expect(names.has('transfer-encoding')).toBe(true);
    expect(names.has('host')).toBe(false);
  });

  it('trim blanks and no byte of a UTF-8 character', () => {
    expect(trimmed(' \t\u00c3\u00a0\t ')).toBe('\u00c3\u00a0');
    expect(trimmed(' \t ')).toBe('');
  });

  it('do not depend on the case of what came', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.string(), (name, value) => {
        const lower = name.toLowerCase();
        for (const written of [name, lower, name.toUpperCase()]) {
          expect(valuesOf([written, value], lower)).toEqual([trimmed(value)]);
          expect(hasToken(['Connection', written], 'connection', lower)).toBe(true);
        }
      }),
    );
  });
});

describe('headOf', () => {
  it('leaves out a field that could break out of its line', () => {
    const fields = [
      ['A', '1'],
      ['B', '1\r\nX: y'],
      ['C\r\nX', '1'],
      ['D', '\0'],
      ['E', '\u010a'],
      ['', '1'],
    ].flat();
    expect(headOf('GET / HTTP/1.1', fields)).toBe('GET / HTTP/1.1\r\nA: 1\r\n\r\n');
  });

  it('makes one line of every field, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string({ unit }))), (fields) => {
        const head = headOf('GET / HTTP/1.1', [], fields.flat());
        const good = fields.filter(([name, value]) => isToken(name) && isFieldValue(value));
        expect(head.endsWith('\r\n\r\n')).toBe(true);
        // As bytes: a character beyond latin1 could become a line break on the way out.
        const lines = Buffer.from(head, 'latin1')
          .toString('latin1')
          .slice(0, -4)
          .split(/[\r\n]+/);
        expect(lines).toEqual([
          'GET / HTTP/1.1',
          ...good.map(([name, value]) => `${name}: ${value}`),
        ]);
      }),
    );
  });
});
