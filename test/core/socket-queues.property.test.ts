import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueKey, readQueues, type Ends } from '../../src/core/socket-queues.ts';

const port = fc.nat(65_535);
const v4 = fc.ipV4().map((address) => ({ address, wide: false }));
const v6 = fc.ipV6().map((address) => ({ address, wide: true }));
const mapped = fc.ipV4().map((address) => ({ address: `::ffff:${address}`, wide: true }));

/** Both ends are of one kind, as they are. */
const ends: fc.Arbitrary<{ readonly at: Ends; readonly wide: boolean }> = fc
  .oneof(fc.tuple(v4, v4), fc.tuple(v6, v6), fc.tuple(mapped, mapped))
  .chain(([local, remote]) =>
    fc.record({
      at: fc.record({
        localAddress: fc.constant(local.address),
        localPort: port,
        remoteAddress: fc.constant(remote.address),
        remotePort: port,
      }),
      wide: fc.constant(local.wide),
    }),
  );

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));

/** The address as a URL parser sees it, in bytes: another reading than the module's own. */
const bytesOf = (address: string): number[] => {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const gap = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...gap, ...right].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [Math.floor(value / 256), value % 256];
  });
};

/** Prints bytes as the kernel does: as words of 32 bits, in the machine's order. */
const printed = (address: string, littleEndian: boolean): string => {
  const view = new DataView(Uint8Array.from(bytesOf(address)).buffer);
  let text = '';
  for (let at = 0; at < view.byteLength; at += 4) {
    text += view.getUint32(at, littleEndian).toString(16).toUpperCase().padStart(8, '0');
  }
  return text;
};

const row = (key: string, queued: number): string =>
  `   7: ${key} 01 ${queued.toString(16).toUpperCase().padStart(8, '0')}:00000000 00:00000000`;

describe('the key of a connection', () => {
  it('is what the kernel prints for its two ends', () => {
    fc.assert(
      fc.property(ends, fc.boolean(), ({ at, wide }, littleEndian) => {
        const key = queueKey(at, littleEndian);
        const [local = '', remote = ''] = key.split(' ');
        expect(local.split(':')[0]).toBe(printed(at.localAddress, littleEndian));
        expect(remote.split(':')[0]).toBe(printed(at.remoteAddress, littleEndian));
        expect(Number.parseInt(local.split(':')[1]!, 16)).toBe(at.localPort);
        expect(Number.parseInt(remote.split(':')[1]!, 16)).toBe(at.remotePort);
        expect(key).toHaveLength(2 * (wide ? 37 : 13) + 1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a table', () => {
  it('gives for every key the number of its own row, whatever stands around it', () => {
    const line = fc
      .string({ unit: 'binary', maxLength: 80 })
      .map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(ends, fc.nat(0xffff_ffff)), {
          maxLength: 6,
          selector: ([{ at }]) => queueKey(at, true),
        }),
        fc.array(line, { maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        (connections, garbage, asked) => {
          const queues = connections.map(
            ([{ at }, queued]) => [queueKey(at, true), queued] as const,
          );
          const lines = queues.flatMap(([key, queued], i) => [garbage[i] ?? '', row(key, queued)]);
          const wanted = queues.filter((_queue, i) => asked[i]);
          const found = readQueues(lines.join('\n'), new Set(wanted.map(([key]) => key)));
          const plain = [...found].map(([key, { bytes }]) => [key, bytes] as const);
          expect(new Map(plain)).toEqual(new Map(wanted));
        },
      ),
    );
  });

  it('never throws, and finds nothing in garbage', () => {
    // Half of it is made of what tables are made of.
    const unit = fc.constantFrom(' ', '\n', ':', '0', '1F', 'x', '0100007F:1F90');
    const garbage = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit, maxLength: 200, size: 'max' }),
    );
    fc.assert(
      fc.property(garbage, ends, (text, { at }) => {
        expect(readQueues(text, new Set([queueKey(at, true)])).size).toBe(0);
      }),
    );
  });
});
