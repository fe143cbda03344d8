/** What stands in the dialogs, and where they lie over the screen. */
import { bulkDialog } from './bulk-lines.ts';
import { capBefore, capIn } from './cap-dialog.ts';
import { confirmDialog } from './confirm-lines.ts';
import { detailDialog } from './detail-lines.ts';
import { drainIn, windowText } from './drain.ts';
import { entryDialog } from './entry-lines.ts';
import { formatAge, formatCount, plural } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { helpDialog } from './help-lines.ts';
import { dialogRows, dialogTop } from './layout.ts';
import { paletteDialog } from './palette-lines.ts';
import { type Dialog, panel } from './panel.ts';
import type { CapDialog, DrainDialog } from './modal.ts';
import { layoutIn, type State } from './state.ts';
import { cutTo, line, type Line, shortenMiddle } from './text.ts';

/** A block over the screen and where it lies. */
export type Overlay = { readonly rows: readonly Line[]; readonly x: number; readonly y: number };

const key = (name: string, does: string): Line => [
  ...line(name, 'strong'),
  ...line(` ${does}   `, 'dim'),
];

/** What the number would do, as the proxy says; three lines. */
const previewLines = (dialog: CapDialog, glyphs: Glyphs): readonly Line[] => {
  const { preview, reason } = dialog;
  const cap = capIn(dialog);
  if (reason !== null) return [line(reason, 'bad'), [], []];
  if (cap === null) return [line('type a number from 1 to 100000', 'warn'), [], []];
  if (preview === null) return [line('asking the proxy', 'dim'), [], []];
  const tone = preview.cap === cap ? 'plain' : 'dim';
  const free = `Free slots now ${formatCount(preview.freeNow)}, then ${formatCount(preview.freeThen)}.`;
  if (preview.overCount === 0) {
    const nobody = dialog.alone
      ? 'It is not above the new cap.'
      : 'No session is above the new cap.';
    return [line(nobody, tone), line(free, tone), []];
  }
  const named = preview.over
    .slice(0, 3)
    .map(({ session, viewers }) => `${shortenMiddle(session, 14, glyphs.cut)} ${viewers}`);
  const more = preview.overCount - named.length;
  const list = [...named, ...(more > 0 ? [`+${more} more`] : [])].join(', ');
  const above =
    preview.overCount === 1
      ? '1 session is above the new cap:'
      : `${preview.overCount} sessions are above the new cap:`;
  const those = preview.overCount === 1 ? 'that session drops' : 'those sessions drop';
  return [
    line(above, preview.cap === cap ? 'over' : 'dim'),
    line(`  ${list}`, tone),
    line('Nobody is evicted. New viewers are refused until', tone),
    line(`${those} below ${preview.cap}. ${free}`, tone),
  ];
};

const capLines = (state: State, dialog: CapDialog, glyphs: Glyphs): readonly Line[] => {
  const before = capBefore(state, dialog);
  const other = dialog.alone
    ? 'all sessions'
    : `only ${shortenMiddle(dialog.session ?? '', 20, glyphs.cut)}`;
  const own = dialog.alone && before?.own === true;
  const preview = previewLines(dialog, glyphs);
  return [
    [
      ...line(`now ${before === null ? '-' : before.cap}${own ? ' (its own)' : ''}   new [ `),
      ...line(`${dialog.digits}_`, dialog.typed ? 'strong' : 'plain'),
      ...line(' ]   up/down step, digits type', 'plain'),
    ],
    ...preview,
    ...(preview.length < 4 ? [[]] : []),
    [
      ...key('enter', 'apply'),
      ...key('esc', 'cancel (default)'),
      ...line('u', 'strong'),
      ...line(' reverts later', 'dim'),
    ],
    dialog.session === null
      ? []
      : [...key('tab', other), ...(own ? key('d', 'the default again') : [])],
  ];
};

/** What the end of the proxy does. */
const closing = (state: State): readonly Line[] => {
  const viewers = state.snapshot?.totals.viewers ?? 0;
  return [
    viewers === 0
      ? line('No viewer is connected.')
      : line(`This closes ${plural(viewers, 'viewer')}.`, 'bad'),
  ];
};

const ways = (does: string): Line => [...key('y', does), ...key('esc', 'cancel (default)')];

/** What quitting leaves as it is. */
const detachLines = (state: State): readonly Line[] => {
  const { snapshot, outage, settings } = state;
  const viewers = plural(snapshot?.totals.viewers ?? 0, 'viewer');
  const isThere = snapshot !== null && outage === null;
  return [
    line(isThere ? `The proxy goes on, with ${viewers}.` : 'The proxy is not touched.'),
    [],
    [
      ...key('enter', isThere ? 'leave it running (default)' : 'quit (default)'),
      ...key('esc', 'stay'),
    ],
    ...(isThere && !settings.readOnly ? [key('s', 'stop it for everybody, after a question')] : []),
  ];
};

const drainLines = (state: State, { windowMs }: DrainDialog): readonly Line[] => {
  const viewers = state.snapshot?.totals.viewers ?? 0;
  const before = drainIn(state);
  const finish =
    windowMs === 0
      ? `This closes ${plural(viewers, 'viewer')} at once.`
      : `${plural(viewers, 'viewer')} may finish for ${formatAge(windowMs)}; who is left is closed, evenly.`;
  return [
    before === null
      ? line('Newcomers are refused from now on.')
      : line(`It drains already, with ${formatAge(before.leftMs)} left.`, 'warn'),
    viewers === 0 ? line('No viewer is connected.') : line(finish, 'bad'),
    line('When nobody is left, wsbouncer ends. No key takes that back.', 'bad'),
    [],
    [...key('y', 'drain'), ...key('esc', 'cancel (default)')],
  ];
};

const titled = (
  state: State,
  title: string,
  content: readonly Line[],
  width: number,
  glyphs: Glyphs,
): Overlay => {
  const layout = layoutIn(state);
  const columns = Math.min(layout.columns, width + 4);
  const cut = (text: Line, room: number): Line => cutTo(text, Math.max(0, room), glyphs.cut);
  const shown = content.slice(0, dialogRows(layout)).map((text) => cut(text, columns - 4));
  const rows = panel(cut(line(title, 'strong'), columns - 5), shown, columns, glyphs);
  return { rows, x: Math.floor((layout.columns - columns) / 2), y: dialogTop(layout) };
};

const opened = (state: State, { title, content, width }: Dialog, glyphs: Glyphs): Overlay =>
  titled(state, title, content, width, glyphs);

/** The open dialog; null where there is none. */
export const dialogOver = (state: State, glyphs: Glyphs): Overlay | null => {
  const { modal } = state;
  switch (modal.mode) {
    case 'main':
      return null;
    case 'cap': {
      const title = modal.alone
        ? `Viewer cap of ${shortenMiddle(modal.session ?? '', 32, glyphs.cut)} alone`
        : 'Viewer cap per session';
      return titled(state, title, capLines(state, modal, glyphs), 56, glyphs);
    }
    case 'quit': {
      const content = [...closing(state), [], ways('quit')];
      return titled(state, 'Quit wsbouncer?', content, 40, glyphs);
    }
    case 'detach':
      return titled(state, 'Quit this console?', detachLines(state), 48, glyphs);
    case 'stop': {
      const others = line('It ends for everybody, other consoles too.', 'bad');
      const content = [...closing(state), others, [], ways('stop')];
      return titled(state, 'Stop the proxy?', content, 44, glyphs);
    }
    case 'drain': {
      const title = `Drain ${windowText(modal.windowMs)}?`;
      return titled(state, title, drainLines(state, modal), 64, glyphs);
    }
    case 'help':
      return opened(state, helpDialog(state, modal, glyphs), glyphs);
    case 'filter':
      // Typed in the last line: the lists show at once what it lets through.
      return null;
    case 'palette':
      return opened(state, paletteDialog(state, modal, glyphs), glyphs);
    case 'bulk':
      return opened(state, bulkDialog(state, modal, glyphs), glyphs);
    case 'confirm':
      return opened(state, confirmDialog(state, modal, glyphs), glyphs);
    case 'detail':
      return opened(state, detailDialog(state, modal, glyphs), glyphs);
    case 'entry':
      return opened(state, entryDialog(state, modal, glyphs), glyphs);
    default:
      return modal satisfies never;
  }
};
