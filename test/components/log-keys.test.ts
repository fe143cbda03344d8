import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogKeys, type Typed } from '../../components/log-keys.ts';

const read = (...chunks: readonly string[]): readonly Typed[] => {
  const keys = new LogKeys();
  return chunks.flatMap((chunk) => keys.read(chunk));
};

const named = (typed: readonly Typed[]): readonly string[] =>
  typed.map((one) => ('key' in one ? one.key : `pasted ${JSON.stringify(one.pasted)}`));

describe('what is typed in log mode', () => {
  it.each<[string, readonly string[]]>([
    ['cap 6\r', ['c', 'a', 'p', ' ', '6', 'enter']],
    ['\r\n', ['enter']],
    ['\u007F\b\u0015\u0017', ['backspace', 'backspace', 'ctrl-u', 'ctrl-w']],
    ['\u0003', ['ctrl-c']],
    ['\u001A', ['ctrl-z']],
    ['\u001B', ['esc']],
    ['\u001B[A\u001BOH\u001B[1;5C\u001B[3~', []],
    ['\u0000\u0007\u009B\u202E\u00E9\u{1F600}', []],
  ])('%j is %j', (chunk, keys) => {
    expect(named(read(chunk))).toEqual(keys);
  });

  it('is one key where its sequence comes in two pieces', () => {
    expect(named(read('a\u001B[', '1;5', 'Cb'))).toEqual(['a', 'b']);
  });

  it('is many keys where one is held', () => {
    expect(named(read('\r'.repeat(40)))).toEqual(Array.from({ length: 40 }, () => 'enter'));
  });
});

describe('what is pasted in log mode', () => {
  it('is told from what is typed, in however many pieces it comes', () => {
    const bytes = 'a\u001B[200~evict v1\revict v2\r\u001B[201~b';
    const whole = ['a', 'pasted "evict v1\\revict v2\\r"', 'b'];
    expect(named(read(bytes))).toEqual(whole);
    for (let at = 1; at < bytes.length; at += 1) {
      // Between Escape and what follows it nobody can know that it is no key.
      if (bytes[at - 1] === '\u001B') continue;
      expect(named(read(bytes.slice(0, at), bytes.slice(at)))).toEqual(whole);
    }
  });

  it('is not carried out where the terminal does not mark it', () => {
    expect(named(read('evict v1\nevict v2\n')).filter((key) => key === 'enter')).toEqual([]);
  });

  it('does not take the keyboard away where it never ends', () => {
    const keys = new LogKeys();
    keys.read(`\u001B[200~${'x'.repeat(70_000)}`);
    expect(named(keys.read('q\r'))).toEqual(['q', 'enter']);
  });

  it('gives no Enter, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\u001B[201~'));
        expect(named(read(`\u001B[200~${text}\u001B[201~`))).not.toContain('enter');
      }),
    );
  });
});

describe('any bytes', () => {
  it('are printable keys, named keys, or pastes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.constantFrom(...Array.from('ab \r\n\u001B[O~;201\u0003\u009B\u202E')),
          }),
        ),
        (chunks) => {
          const keys = read(...chunks).flatMap((one) => ('key' in one ? [one.key] : []));
          expect(keys.filter((key) => !/^(?:[\x20-\x7e]|[a-z-]{3,9})$/.test(key))).toEqual([]);
        },
      ),
    );
  });
});
