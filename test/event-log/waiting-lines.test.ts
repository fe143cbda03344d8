import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { WaitingLines } from '../../src/event-log/waiting-lines.ts';

/** Takes everything that waits, as a file that takes it all. */
const drain = (lines: WaitingLines): string => {
  let text = '';
  while (lines.count > 0) {
    const bytes = lines.next(Infinity);
    text += bytes.toString();
    lines.written(bytes.length);
  }
  return text;
};

test('come out as they went in, whole lines up to the room there is, one at least', () => {
  const lines = new WaitingLines();
  for (const line of ['aaa\n', 'bb\n', 'c\n']) expect(lines.add(line)).toBe(true);
  expect(lines.next(8).toString()).toBe('aaa\nbb\n');
  expect(lines.next(1).toString()).toBe('aaa\n');
  lines.written(4);
  expect([lines.count, lines.bytes, lines.nextBytes]).toEqual([2, 5, 3]);
  expect(drain(lines)).toBe('bb\nc\n');
  expect([lines.count, lines.bytes, lines.nextBytes]).toEqual([0, 0, 0]);
});

test('go on in the middle of a line in the same file, and at its beginning in another', () => {
  const lines = new WaitingLines();
  lines.add('aaaa\n');
  lines.add('bb\n');
  lines.written(2);
  expect(lines.nextBytes).toBe(0);
  expect(lines.next(Infinity).toString()).toBe('aa\nbb\n');
  lines.restart();
  expect(lines.nextBytes).toBe(5);
  expect(lines.next(Infinity).toString()).toBe('aaaa\nbb\n');
});

test('are lost from the first that does not fit until that was told, and counted', () => {
  const lines = new WaitingLines(10);
  expect(lines.add('12345\n')).toBe(true);
  expect(lines.add('12345\n')).toBe(false);
  expect(lines.add('\n')).toBe(false);
  lines.addOwn('its own line\n');
  expect(drain(lines)).toBe('12345\nits own line\n');
  expect(lines.add('\n')).toBe(false);
  expect(lines.lost).toBe(3);
  expect(lines.tellLost()).toBe(3);
  expect(lines.add('\n')).toBe(true);
  expect(lines.lost).toBe(0);
});

test('let one that is longer than the bound pass where nothing waits', () => {
  const lines = new WaitingLines(4);
  expect(lines.add('longer than that\n')).toBe(true);
  expect(lines.add('x\n')).toBe(false);
});

test('are each written or counted, whatever a file takes of them', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ takes: fc.integer({ min: 0, max: 60 }), most: fc.integer({ min: 1, max: 80 }) }),
    fc.record({ tells: fc.constant(true) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lines = new WaitingLines(100);
      let added = 0;
      let lost = 0;
      let kept = '';
      let file = '';
      for (const each of steps) {
        if ('add' in each) {
          const line = `${'x'.repeat(each.add)}\n`;
          added += 1;
          if (lines.add(line)) kept += line;
        } else if ('takes' in each) {
          const bytes = lines.next(each.most).subarray(0, each.takes);
          file += bytes.toString();
          lines.written(bytes.length);
        } else lost += lines.tellLost();
        expect(lines.bytes).toBeLessThanOrEqual(100);
      }
      file += drain(lines);
      expect(file).toBe(kept);
      expect(file.split('\n').length - 1 + lost + lines.lost).toBe(added);
    }),
  );
});
