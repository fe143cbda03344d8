import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { hostOf, OpenLines, originKey } from '../../src/core/folding.ts';

type Line = { readonly key: string; readonly firstAt: number; count: number };

/** Steps of time and what happens then, over a few keys or over ever new ones. */
const storms = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat(3_000), fc.constantFrom(0, 9_999, 10_000, 10_001)),
    key: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.uuid()),
  }),
  { maxLength: 200 },
);

describe('lines that may still grow', () => {
  it('take in exactly what comes within 10 s of the first, and are forgotten after that', () => {
    fc.assert(
      fc.property(storms, (steps) => {
        const open = new OpenLines<Line>();
        const lines: Line[] = [];
        let now = 0;
        for (const { afterMs, key } of steps) {
          now += afterMs;
          const expected = lines.findLast(
            (line) => line.key === key && now - line.firstAt <= 10_000,
          );
          const found = open.find(key, now);
          expect(found).toBe(expected ?? null);
          if (found === null) {
            const line = { key, firstAt: now, count: 1 };
            lines.push(line);
            open.open(key, line);
          } else found.count += 1;
          expect(open.size).toBe(lines.filter(({ firstAt }) => now - firstAt <= 10_000).length);
        }
        expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(steps.length);
      }),
    );
  });

  it('are never more than those that were not closed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.uuid(), { maxLength: 100 }),
        (most, keys) => {
          const open = new OpenLines<Line>();
          const ring: Line[] = [];
          for (const key of keys) {
            const line = { key, firstAt: 0, count: 1 };
            open.open(key, line);
            ring.push(line);
            const oldest = ring.length > most ? ring.shift() : undefined;
            if (oldest !== undefined) open.close(oldest.key, oldest);
            expect(open.size).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });

  it('are not closed for an older line of the same key', () => {
    const open = new OpenLines<Line>();
    const [old, young] = [0, 20_000].map((firstAt) => ({ key: 'a', firstAt, count: 1 }));
    open.open('a', old!);
    open.open('a', young!);
    open.close('a', old!);
    expect(open.find('a', 20_000)).toBe(young);
  });
});

describe('a host', () => {
  const port = fc.integer({ min: 0, max: 65_535 });

  it('is the same whatever the port', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), port, (host, number) => {
        const remote = host.includes(':') ? `[${host}]:${number}` : `${host}:${number}`;
        expect(hostOf(remote)).toBe(host);
        expect(hostOf(host)).toBe(host);
      }),
    );
  });

  it('and name and session together are never taken for others', () => {
    const part = fc.string({ unit: 'binary', maxLength: 8 });
    const origin = fc.tuple(part, fc.option(part), part);
    fc.assert(
      fc.property(origin, origin, (one, two) => {
        const key = ([session, who, remote]: typeof one): string =>
          originKey(session as SessionId, who, remote);
        const same = ([session, who, remote]: typeof one): string =>
          JSON.stringify([session, who, who === null ? hostOf(remote) : null]);
        expect(key(one) === key(two)).toBe(same(one) === same(two));
      }),
    );
  });
});
