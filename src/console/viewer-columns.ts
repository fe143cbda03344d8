/** Which columns the viewers have, by what fits: what decides about a viewer is dropped last. */
import type { ViewerRow } from '../contract.ts';
import { formatAge, formatBytes, formatRtt } from './format.ts';
import { sparkline } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { type Column, toneOf, widthOfColumns } from './table.ts';
import { clean, line, shorten, shortenMiddle } from './text.ts';
import { deadlineColumn, idWidthOf, stateColumn } from './viewer-cells.ts';

type Name =
  | 'state'
  | 'id'
  | 'who'
  | 'rtt'
  | 'trend'
  | 'bar5'
  | 'bar3'
  | 'seconds'
  | 'buffer'
  | 'rejoined'
  | 'remote'
  | 'rate'
  | 'age';

const wide = ['state', 'id', 'who', 'rtt', 'trend', 'bar5', 'buffer'] as const;
const narrowBar = ['state', 'id', 'who', 'rtt', 'trend', 'bar3', 'buffer'] as const;

/** What to show, the fullest first: dropped from the right, then what repeats other columns. */
const plans: readonly (readonly Name[])[] = [
  [...wide, 'rejoined', 'remote', 'rate', 'age'],
  [...wide, 'rejoined', 'remote', 'rate'],
  [...wide, 'rejoined', 'remote'],
  [...wide, 'rejoined'],
  wide,
  narrowBar,
  ['state', 'id', 'who', 'rtt', 'bar5', 'buffer'],
  ['state', 'id', 'who', 'rtt', 'bar3', 'buffer'],
  ['state', 'id', 'rtt', 'bar3', 'buffer'],
  ['state', 'id', 'rtt', 'bar3'],
  ['state', 'id', 'rtt', 'seconds', 'buffer'],
  ['state', 'id', 'seconds', 'buffer'],
  ['state', 'id', 'seconds'],
  ['state', 'id'],
  ['id', 'seconds'],
  ['id'],
];

const measured: readonly Name[] = ['rtt', 'trend', 'bar5', 'bar3', 'seconds', 'rate'];

/** `whole` has most names: where a shorter bar or no trend leaves room for that, it does. */
const whoWidth = { least: 7, whole: 12, most: 16 } as const;
/** `usual` has any IPv4 address with its port. */
const remoteWidth = { least: 15, usual: 21 } as const;

const columnsOf = (
  rows: readonly ViewerRow[],
  timeoutMs: number,
  glyphs: Glyphs,
): Readonly<Record<Name, Column<ViewerRow>>> => ({
  state: stateColumn,
  id: {
    head: 'VIEWER',
    width: idWidthOf(rows),
    content: ({ id }, _width, mark) => line(id, mark === 'none' ? 'plain' : 'strong'),
  },
  who: {
    head: 'WHO',
    width: whoWidth.least,
    content: ({ who }, width) => line(shorten(clean(who ?? ''), width, glyphs.cut)),
  },
  rtt: { head: 'RTT', width: 5, right: true, content: ({ rttMs }) => line(formatRtt(rttMs)) },
  trend: {
    head: 'TREND',
    width: 8,
    right: true,
    content: ({ recentRttsMs }) => line(sparkline(recentRttsMs, glyphs), 'dim'),
  },
  bar5: deadlineColumn(5, timeoutMs, glyphs),
  bar3: deadlineColumn(3, timeoutMs, glyphs),
  seconds: deadlineColumn(0, timeoutMs, glyphs),
  buffer: {
    head: 'BUF',
    width: 5,
    right: true,
    content: ({ queuedBytes, state }) =>
      line(formatBytes(queuedBytes), queuedBytes > 0 ? toneOf(state) : 'dim'),
  },
  rejoined: {
    head: '',
    width: 12,
    content: ({ rejoined }) => line(rejoined > 0 ? `rejoined x${rejoined}` : '', 'warn'),
  },
  remote: {
    head: 'PEER',
    width: remoteWidth.least,
    content: ({ remote }, width) => line(shortenMiddle(clean(remote), width, glyphs.cut)),
  },
  rate: {
    head: 'OUT/s',
    width: 5,
    right: true,
    content: ({ bytesPerSecond }) => line(formatBytes(Math.round(bytesPerSecond)), 'dim'),
  },
  age: {
    head: 'AGE',
    width: 6,
    right: true,
    content: ({ ageMs }) => line(formatAge(ageMs), 'dim'),
  },
});

const widened = (column: Column<ViewerRow>, width: number): Column<ViewerRow> => ({
  ...column,
  width,
});

/**
 * The columns for `room` cells, and the widths that rows of other kinds share. `rows` are all
 * that are known: what is only scrolled into sight moves nothing.
 */
export const viewerColumns = (
  rows: readonly ViewerRow[],
  timeoutMs: number,
  room: number,
  glyphs: Glyphs,
): {
  readonly columns: readonly Column<ViewerRow>[];
  readonly id: number;
  /** 0 without that column. */
  readonly who: number;
} => {
  const all = columnsOf(rows, timeoutMs, glyphs);
  const missing = new Set<Name>([
    // A log tells neither deadlines nor what was measured.
    ...(timeoutMs > 0 ? [] : measured),
    ...(rows.some(({ who }) => who !== null) ? [] : (['who'] as const)),
    ...(rows.some(({ rejoined }) => rejoined > 0) ? [] : (['rejoined'] as const)),
  ]);
  const widthOf = (names: readonly Name[]): number =>
    widthOfColumns(names.map((name) => all[name]));
  const needs = (names: readonly Name[]): number => {
    const cuts = names.includes('bar3') && !names.includes('trend');
    return widthOf(names) + (names.includes('who') && !cuts ? whoWidth.whole - whoWidth.least : 0);
  };
  const offered = plans.map((plan) => plan.filter((name) => !missing.has(name)));
  const names = offered.find((plan) => needs(plan) <= room) ?? ['id'];
  const spare = Math.max(0, room - widthOf(names));
  const isNamed = names.includes('who');
  const more = isNamed ? Math.min(spare, whoWidth.most - whoWidth.least) : 0;
  const who = isNamed ? whoWidth.least + more : 0;
  const most = remoteWidth.least + spare - more;
  const isLong = rows.some(({ remote }) => clean(remote).length > remoteWidth.usual);
  const remote = isLong ? most : Math.min(most, remoteWidth.usual);
  const widths: Partial<Record<Name, number>> = { who, remote };
  const columns = names.map((name) => widened(all[name], widths[name] ?? all[name].width));
  return { columns, id: all.id.width, who };
};
