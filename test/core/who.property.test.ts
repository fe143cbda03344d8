import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { nameViewer, whoFrom } from '../../src/core/who.ts';

/** Any bytes at all, and UTF-8 of any characters, as Node hands both over. */
const values = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .string({ unit: 'binary', maxLength: 150 })
    .map((text) => Buffer.from(text, 'utf8').toString('latin1')),
);

it('whatever a header says, a name is short, trimmed, NFC and without what is not seen', () => {
  fc.assert(
    fc.property(values, (value) => {
      const who = whoFrom(value);
      if (who === null) return;
      expect(Array.from(who).length).toBeGreaterThan(0);
      expect(Array.from(who).length).toBeLessThanOrEqual(64);
      expect(who).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      expect(who).toBe(who.normalize('NFC'));
      expect(who).toBe(who.trim());
      expect(whoFrom(Buffer.from(who, 'utf8').toString('latin1'))).toBe(who);
    }),
    { numRuns: 500 },
  );
});

it('from a peer that is not trusted, nothing of that name is believed or passed on', () => {
  const name = fc.constantFrom(
    'x-who',
    'X-Who',
    'X_Who',
    'x_WHO',
    'X.who',
    'host',
    'x-whose',
    'cookie',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, values)), (fields) => {
      const { who, rawHeaders } = nameViewer(fields.flat(), 'x-who', false);
      expect(who).toBe(null);
      const kept = fields.filter(([each]) => !/^x.who$/i.test(each));
      expect(rawHeaders).toEqual(kept.flat());
    }),
  );
});
