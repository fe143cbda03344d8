/** All that is known of one viewer: on a page of its own, and in a pane under the viewers. */
import type { Snapshot, ViewerId, ViewerRow } from '../contract.ts';
import { armedOn } from './evictions.ts';
import { formatAge, formatLeft, formatLimit, minutesLeft, secondsLeft } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { lookedAt, paneViewer, type Present } from './looked-at.ts';
import type { DetailPage } from './modal.ts';
import { otherOn, otherTexts } from './others.ts';
import type { Dialog } from './panel.ts';
import { isReplay } from './replay.ts';
import { layoutIn, type State } from './state.ts';
import { rule, toneOf, wordOf } from './table.ts';
import { tagOf } from './tags.ts';
import { clean, fill, firstThatFits, line, type Line, shorten, slice, spread } from './text.ts';
import { tombstoneLines } from './tombstone-lines.ts';
import { evictingTexts } from './viewer-cells.ts';
import { lifeLine, pastLine, queueLine, rttLine, trafficLine } from './viewer-traces.ts';

const keptText = (ms: number): string =>
  ms < 60_000 ? `${secondsLeft(ms)} s` : `${minutesLeft(ms)} min`;

/** When the viewer is evicted by itself, and by which limit. */
export const fateOf = (row: ViewerRow, snapshot: Snapshot): Line => {
  const { pongTimeoutMs, writeTimeoutMs } = snapshot;
  if (row.keptMs !== null) return line(`kept for ${keptText(row.keptMs)}`, 'good');
  if (snapshot.replay !== undefined) {
    return row.state === 'stuck' ? line(`stuck for ${formatAge(row.stuckMs)}`, 'stuck') : [];
  }
  if (row.state === 'stuck') {
    const left = formatLeft(Math.max(0, writeTimeoutMs - row.stuckMs), writeTimeoutMs);
    return line(`auto-evict in ${left} (write timeout ${formatLimit(writeTimeoutMs)})`, 'stuck');
  }
  if (row.deadlineMs === null) return line('its backend has not answered yet', 'dim');
  const by = `(pong timeout ${formatLimit(pongTimeoutMs)})`;
  if (row.deadlineHeld) return line(`deadline held ${by}`, 'dim');
  const left = formatLeft(row.deadlineMs, pongTimeoutMs);
  return row.state === 'ok'
    ? line(`pong deadline in ${left} ${by}`)
    : line(`auto-evict in ${left} ${by}`, toneOf(row.state));
};

/** What an eviction that is under way has to say, or else what would come by itself. */
const endLine = (
  state: State,
  row: ViewerRow,
  snapshot: Snapshot,
  keys: string,
  width: number,
  glyphs: Glyphs,
): Line => {
  const armed = armedOn(state, row.id);
  const other = armed === null ? otherOn(state, row.id) : null;
  const lead = ` ${glyphs.evicting} `;
  const choices =
    armed !== null
      ? evictingTexts(state, armed, lead, [''])
      : other !== null
        ? otherTexts(state, other, lead, [])
        : [];
  if (choices.length === 0) {
    return [...line(' '), ...spread(fateOf(row, snapshot), line(keys, 'strong'), width - 2)];
  }
  return firstThatFits(
    choices.map((text) => line(text, 'evicting')),
    width,
  );
};

const nameOf = ({ id, who, remote }: Pick<ViewerRow, 'id' | 'who' | 'remote'>): string =>
  [id, ...(who === null ? [] : [clean(who)]), clean(remote)].join(' ');

/** The keys that mean the viewer of the pane: those of the cursor, or its digit. */
const paneKeys = (state: State, viewer: ViewerId): string => {
  if (state.settings.readOnly) return '';
  if (state.focus === 'viewers') return 'e evict   K keep';
  const tag = tagOf(state.tags, viewer);
  return tag === null ? '' : `${tag} evict`;
};

/** The title and the rows of the pane, in the layout's rows. */
export const detailPane = (state: State, glyphs: Glyphs): readonly Line[] => {
  const { right: width, detail: rows } = layoutIn(state);
  const viewer = paneViewer(state);
  const { snapshot } = state;
  const found = viewer === null ? null : lookedAt(state, viewer);
  if (viewer === null || snapshot === null || found === null) {
    return [rule(line(viewer ?? 'Viewer'), '', width, glyphs)];
  }
  const room = Math.max(8, width - 20);
  if ('tombstone' in found) {
    const title = shorten(`${nameOf(found.tombstone)} is gone`, room, glyphs.cut);
    return [
      rule(line(title, 'dim'), '', width, glyphs),
      ...tombstoneLines(found.tombstone, snapshot.at, glyphs)
        .slice(0, rows)
        .map((text): Line => slice([...line(' '), ...text], 0, width)),
    ];
  }
  const title = line(shorten(nameOf(found.row), room, glyphs.cut), 'strong');
  const keys = paneKeys(state, viewer);
  return [
    rule(title, state.focus === 'viewers' ? 'enter: full' : '', width, glyphs),
    ...(isReplay(state)
      ? [pastLine(found, snapshot, width), endLine(state, found.row, snapshot, '', width, glyphs)]
      : [
          rttLine(found, width, glyphs),
          queueLine(found, width, glyphs),
          lifeLine(found, snapshot, width),
          endLine(state, found.row, snapshot, keys, width, glyphs),
          ...(rows > 4 ? [trafficLine(found, width)] : []),
        ]),
  ];
};

/** Cells of the page where the terminal has them. */
const pageWidth = 92;

const livingLines = (
  state: State,
  found: Present,
  snapshot: Snapshot,
  width: number,
  glyphs: Glyphs,
): readonly Line[] => {
  const { row } = found;
  const tag = tagOf(state.tags, row.id);
  const word = `${glyphs.state[row.state]} ${wordOf(row.state)}`;
  const held = row.deadlineHeld && row.keptMs === null && row.state !== 'stuck';
  return [
    fill(
      [
        line(word, toneOf(row.state)),
        line(`in ${row.session}`),
        ...(tag === null || state.settings.readOnly ? [] : [line(`key ${tag} evicts it`, 'dim')]),
        line(`age ${formatAge(row.ageMs)}`, 'dim'),
      ],
      width - 1,
    ),
    ...(isReplay(state)
      ? [pastLine(found, snapshot, width + 1), [...line(' '), ...fateOf(row, snapshot)]]
      : [
          endLine(state, row, snapshot, '', width + 1, glyphs),
          rttLine(found, width + 1, glyphs),
          queueLine(found, width + 1, glyphs),
          lifeLine(found, snapshot, width + 1),
          trafficLine(found, width + 1),
        ]
    ).map((text) => slice(text, 1, width + 1)),
    ...(held ? [line('the proxy or the path keeps it from being heard', 'dim')] : []),
  ];
};

/** The page as lines. */
export const detailDialog = (state: State, modal: DetailPage, glyphs: Glyphs): Dialog => {
  const layout = layoutIn(state);
  const width = Math.max(1, Math.min(pageWidth, layout.columns - 4));
  const found = lookedAt(state, modal.viewer);
  const { snapshot } = state;
  if (snapshot === null || found === null) {
    const content = [line('it is not here any more, and its end is forgotten', 'dim')];
    return { title: modal.viewer, content, width };
  }
  if ('tombstone' in found) {
    const title = shorten(`${nameOf(found.tombstone)} is gone`, width - 2, glyphs.cut);
    return { title, content: tombstoneLines(found.tombstone, snapshot.at, glyphs), width };
  }
  const title = shorten(nameOf(found.row), width - 2, glyphs.cut);
  return { title, content: livingLines(state, found, snapshot, width, glyphs), width };
};
