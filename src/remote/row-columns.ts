/** The columns of viewers and sessions. */
import { formatAge, formatBytes, formatRtt, formatSlots } from '../console/format.ts';
import type { SessionRow, Tombstone, ViewerRow } from '../contract.ts';
import type { Column, Tone } from './table.ts';

const tones: Readonly<Record<string, Tone>> = {
  stuck: 'bad',
  expiring: 'bad',
  late: 'warn',
  over: 'warn',
};

const toneOf = ({ state }: { readonly state: string }): Tone => tones[state] ?? 'plain';

const leftOf = ({ keptMs, deadlineMs, deadlineHeld }: ViewerRow): string => {
  if (keptMs !== null) return `kept ${formatAge(keptMs)}`;
  if (deadlineMs === null) return '-';
  return deadlineHeld ? 'held' : formatAge(deadlineMs);
};

const who: Column<ViewerRow> = { title: 'WHO', text: (row) => row.who ?? '-' };

const rate = (bytes: number): string => (bytes <= 0 ? '-' : `${formatBytes(bytes)}/s`);

/** The columns of viewers; names only where somebody has one. */
export const viewerColumns = (rows: readonly ViewerRow[]): readonly Column<ViewerRow>[] => [
  { title: 'VIEWER', text: ({ id }) => id },
  { title: 'SESSION', text: ({ session }) => session },
  { title: 'STATE', text: ({ state }) => state, tone: toneOf },
  { title: 'RTT', text: ({ rttMs }) => formatRtt(rttMs), right: true },
  { title: 'LEFT', text: leftOf, right: true },
  { title: 'WAITS', text: ({ queuedBytes }) => formatBytes(queuedBytes), right: true },
  { title: 'OUT', text: ({ bytesPerSecond }) => rate(bytesPerSecond), right: true },
  { title: 'AGE', text: ({ ageMs }) => formatAge(ageMs), right: true },
  ...(rows.some((row) => row.who !== null) ? [who] : []),
  { title: 'FROM', text: ({ remote }) => remote },
];

/** The columns of sessions. */
export const sessionColumns: readonly Column<SessionRow>[] = [
  { title: 'SESSION', text: ({ id }) => id },
  { title: 'STATE', text: ({ state }) => state, tone: toneOf },
  { title: 'VIEWERS', text: ({ viewers, cap }) => formatSlots(viewers, cap), right: true },
  { title: 'CAP', text: ({ capIsOwn }) => (capIsOwn ? 'own' : '-') },
  {
    title: 'DOOR',
    text: ({ locked }) => (locked ? 'locked' : '-'),
    tone: ({ locked }) => (locked ? 'warn' : 'plain'),
  },
  { title: 'RTT95', text: ({ p95RttMs }) => formatRtt(p95RttMs), right: true },
  { title: 'WAITS', text: ({ queuedBytes }) => formatBytes(queuedBytes), right: true },
  { title: 'OUT', text: ({ bytesPerSecond }) => rate(bytesPerSecond), right: true },
  { title: 'REFUSED', text: ({ refused }) => (refused === 0 ? '-' : String(refused)), right: true },
  { title: 'AGE', text: ({ ageMs }) => formatAge(ageMs), right: true },
];

const ended = ({ cause, actor }: Tombstone): string =>
  actor === null ? cause : `${cause} (${actor})`;

/** The columns of viewers that are gone. */
export const goneColumns: readonly Column<Tombstone>[] = [
  { title: 'GONE', text: ({ id }) => id },
  { title: 'AT', text: ({ at }) => `${new Date(at).toISOString().slice(11, 19)}Z` },
  { title: 'WHY', text: ended },
  { title: 'CLOSE', text: ({ code, reason }) => (code === null ? '-' : `${code} ${reason ?? ''}`) },
  { title: 'STAYED', text: ({ durationMs }) => formatAge(durationMs), right: true },
  { title: 'FROM', text: ({ remote }) => remote },
];
