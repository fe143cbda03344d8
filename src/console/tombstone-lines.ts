/** Viewers that are gone: what ended them, in a row under the living and on a page of their own. */
import type { Tombstone } from '../contract.ts';
import { causeText } from './event-text.ts';
import { formatAge, formatBytes, formatClock } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { clean, firstThatFits, line, type Line, shorten } from './text.ts';

const causes: Readonly<Partial<Record<Tombstone['cause'], string>>> = {
  operator: 'evicted by operator',
};

const endOf = ({ cause }: Tombstone): string => causes[cause] ?? causeText(cause);

/** What ended it: `pong timeout`, `evicted by operator (console)`. */
const causeOf = (tombstone: Tombstone): string =>
  `${endOf(tombstone)}${tombstone.actor === null ? '' : ` (${clean(tombstone.actor)})`}`;

/** As put on the wire: `1001 pong timeout`. */
const closeOf = ({ code, reason }: Tombstone): string =>
  code === null ? 'cut without a close code' : `${code} ${clean(reason ?? '')}`.trimEnd();

const agoOf = ({ at }: Tombstone, now: number): string => `${formatAge(now - at)} ago`;

/** Widths of the columns that it shares with the living; `who` is 0 where there is none. */
export type TombstoneWidths = {
  readonly lead: number;
  readonly id: number;
  readonly who: number;
};

/** The row of one that is gone, all of it dim; `now` is wall-clock time. */
export const tombstoneRow = (
  tombstone: Tombstone,
  widths: TombstoneWidths,
  now: number,
  width: number,
  glyphs: Glyphs,
): Line => {
  const { id, who } = tombstone;
  const name = shorten(clean(who ?? ''), widths.who, glyphs.cut).padEnd(widths.who);
  const lead = `${' '.repeat(Math.max(0, widths.lead - 2))}${glyphs.gone} `;
  const short = `${lead}${id} ${agoOf(tombstone, now)}`;
  const head = `${lead}${'gone'.padEnd(8)} ${id.padEnd(widths.id)} ${name}${name === '' ? '' : ' '}`;
  const choices = [
    `${head}${causeOf(tombstone)}, ${closeOf(tombstone)}, ${agoOf(tombstone, now)}`,
    `${head}${causeOf(tombstone)}, ${agoOf(tombstone, now)}`,
    `${head}${endOf(tombstone)}, ${agoOf(tombstone, now)}`,
    `${head}${causeOf(tombstone)}`,
    short,
    `${lead}${id}`,
  ].map((text) => line(text, 'dim'));
  return firstThatFits(choices, width);
};

/** All that is known of one that is gone; `now` is wall-clock time. */
export const tombstoneLines = (
  tombstone: Tombstone,
  now: number,
  glyphs: Glyphs,
): readonly Line[] => {
  const { at, durationMs, session, remote, who, bytesToViewer, bytesToBackend } = tombstone;
  return [
    [...line(`${glyphs.gone} gone  `, 'dim'), ...line(causeOf(tombstone), 'strong')],
    line(`close   ${closeOf(tombstone)}`),
    line(`when    ${formatClock(at)}Z, ${agoOf(tombstone, now)}`),
    line(`stayed  ${formatAge(durationMs)}`),
    line(`sent    ${formatBytes(bytesToViewer)} to it, ${formatBytes(bytesToBackend)} from it`),
    line(`from    ${clean(remote)}${who === null ? '' : `, ${clean(who)}`}`),
    line(`session ${session}`),
  ];
};
