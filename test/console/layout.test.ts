import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dialogRows,
  dialogTop,
  eventRowsOf,
  layoutOf,
  type Layout,
  panes,
} from '../../src/console/layout.ts';
import { sizes } from './arbitrary.ts';

const at = (columns: number, rows: number): Layout => layoutOf({ columns, rows }, false);

/** Rows of everything that is drawn above the last lines. */
const drawnRows = (layout: Layout): number => {
  const { kind, worst, detail, sessions, viewers, events, join } = layout;
  const [titles, heads, head] = [layout.titles, layout.heads, layout.viewerHead].map(Number) as [
    number,
    number,
    number,
  ];
  const top = kind === 'line' ? 1 : 2 + Number(join);
  const feed = events > 0 ? 1 + events : 0;
  if (kind === 'wide') {
    const right = 1 + worst + titles + head + viewers + 1 + detail;
    expect(right).toBe(titles + heads + sessions);
    return top + right + feed;
  }
  if (kind === 'normal') {
    return top + 1 + worst + titles + heads + sessions + titles + head + viewers + feed;
  }
  return kind === 'compact'
    ? top + 1 + worst + titles + heads + viewers + feed
    : top + titles + viewers;
};

describe('the layout', () => {
  it('fills the rows of any terminal exactly', () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), (size, join) => {
        const layout = layoutOf(size, join);
        const last = layout.message ? 2 : 1;
        expect(drawnRows(layout) + last).toBe(Math.max(2, size.rows));
        expect(
          Math.min(layout.sessions, layout.viewers, layout.events, layout.worst, layout.detail),
        ).toBeGreaterThanOrEqual(0);
        expect(Math.min(layout.sessions, layout.viewers)).toBeGreaterThanOrEqual(
          size.rows >= 3 && size.rows !== 5 ? 1 : 0,
        );
        for (const focus of panes) expect(eventRowsOf(layout, focus)).toBeGreaterThanOrEqual(0);
        expect(dialogTop(layout) + dialogRows(layout)).toBeLessThanOrEqual(size.rows);
      }),
    );
  });

  it.each([
    [120, 36, { kind: 'wide', worst: 5, detail: 4, left: 47, right: 72, events: 7 }],
    [190, 50, { kind: 'wide', worst: 9, detail: 5, left: 71, right: 118, events: 12 }],
    [110, 30, { kind: 'wide', worst: 3, detail: 4, viewers: 9 }],
    [80, 24, { kind: 'normal', worst: 3, sessions: 5, viewers: 5, events: 3, viewerHead: false }],
    [80, 30, { kind: 'normal', worst: 3, viewerHead: true }],
    [60, 15, { kind: 'compact', worst: 3, sessions: 4, viewers: 4, heads: true, events: 1 }],
    [70, 18, { kind: 'normal', worst: 3, sessions: 2, viewers: 3, events: 2 }],
    [40, 8, { kind: 'line', worst: 0, viewers: 5, events: 0 }],
  ])('has its parts at %d x %d', (columns, rows, parts) => {
    expect(at(columns, rows)).toMatchObject(parts);
  });

  it('never has fewer of the worst on a larger terminal', () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), fc.nat(40), fc.nat(15), (size, join, right, down) => {
        const larger = { columns: size.columns + right, rows: size.rows + down };
        expect(layoutOf(larger, join).worst).toBeGreaterThanOrEqual(layoutOf(size, join).worst);
      }),
    );
  });

  it('leaves what needs a hand in sight of a dialog', () => {
    for (const [columns, rows] of [
      [120, 36],
      [80, 24],
      [60, 15],
    ] as const) {
      expect(dialogTop(at(columns, rows))).toBe(3 + at(columns, rows).worst);
    }
  });
});
