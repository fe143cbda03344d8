import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actorName } from '../../src/remote/actor.ts';
import { jsonText } from '../../src/remote/answers.ts';
import { StreamReader } from '../../src/remote/event-stream.ts';
import { type Column, factsOf, tableOf } from '../../src/remote/table.ts';

type Row = { readonly name: string; readonly count: number };

const columns: readonly Column<Row>[] = [
  { title: 'NAME', text: ({ name }) => name, tone: () => 'bad' },
  { title: 'COUNT', text: ({ count }) => String(count), right: true },
];

/** What a terminal would obey: controls, but for the line break. */
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/;

describe('a table', () => {
  it('lines up by its content, numbers at their end', () => {
    const rows = [
      { name: 'a', count: 12_345_678 },
      { name: 'longer than the title', count: 1 },
    ];
    expect(tableOf(rows, columns)).toEqual([
      'NAME                      COUNT',
      'a                      12345678',
      'longer than the title         1',
    ]);
    expect(tableOf([], columns)).toEqual(['NAME  COUNT']);
  });

  it('has colours only where it is told to, and as many cells either way', () => {
    const rows = [{ name: 'stuck', count: 1 }];
    const plain = tableOf(rows, columns);
    const color = tableOf(rows, columns, true);
    expect(color[1]).toContain('\u001B[31mstuck\u001B[0m');
    // oxlint-disable-next-line no-control-regex -- to take the colours off again
    expect(color.map((line) => line.replaceAll(/\u001B\[\d+m/g, ''))).toEqual(plain);
  });

  it('lets nothing of others move the cursor, nor shift a column', () => {
    const row = fc.record({ name: fc.string({ unit: 'binary' }), count: fc.nat() });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const lines = tableOf(rows, columns);
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(line).not.toMatch(controls);
        const facts = factsOf(rows.map(({ name }) => ['name', name] as const));
        for (const fact of facts) expect(fact).not.toMatch(controls);
      }),
    );
  });
});

describe('JSON', () => {
  it('is the same value, and safe on a terminal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(JSON.parse(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(jsonText(value)).not.toMatch(controls);
        expect(jsonText(value, 2)).not.toMatch(controls);
      }),
    );
  });
});

describe('a stream of events', () => {
  it('is read however it is cut', () => {
    const events = fc.array(fc.record({ event: fc.string(), n: fc.nat() }), { minLength: 1 });
    fc.assert(
      fc.property(events, fc.array(fc.nat(40)), (all, cuts) => {
        const text = `retry: 1000\n\n:\n\n${all
          .map((event, at) => `id: e-${at}\nevent: x\ndata: ${JSON.stringify(event)}\n\n`)
          .join('')}`;
        const reader = new StreamReader();
        const told = [];
        let at = 0;
        for (const cut of [...cuts, text.length]) {
          told.push(...reader.take(text.slice(at, at + cut)));
          at += cut;
        }
        expect(told).toEqual(all.map((event, n) => ({ id: `e-${n}`, event })));
      }),
    );
  });
});

describe('an actor', () => {
  it('is short and clean, whatever the machine is called', () => {
    expect(actorName({ user: 'ann', host: 'ops1.example.org', pid: 4711 })).toBe('ann@ops1:4711');
    expect(actorName({ user: 'ann', host: 'ops1' })).toBe('ann@ops1');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (user, host) => {
        expect(actorName({ user, host, pid: 4_194_304 })).toMatch(
          /^[\w.-]{1,24}@[\w.-]{1,24}:\d+$/,
        );
      }),
    );
  });
});
