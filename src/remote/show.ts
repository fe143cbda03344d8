/** `show`: all about one viewer, here or gone, or one session with its viewers. */
import type { Order } from '../cli/orders.ts';
import { formatAge, formatBytes, formatRtt, formatSlots } from '../console/format.ts';
import type {
  SessionId,
  SessionRow,
  Tombstone,
  ViewerDetail,
  ViewerId,
  ViewerRow,
} from '../contract.ts';
import { jsonOf, jsonText } from './answers.ts';
import { ask } from './ask.ts';
import type { Errand, ExitCode } from './errand.ts';
import { pagesOf } from './list.ts';
import { goneColumns, viewerColumns } from './row-columns.ts';
import { factsOf, tableOf } from './table.ts';

type Facts = readonly (readonly [string, string])[];

const instant = (at: number): string => new Date(at).toISOString();

const bytes = (count: number): string => (count === 0 ? '0B' : formatBytes(count));

const livingFacts = (detail: Extract<ViewerDetail, { readonly gone: false }>): Facts => {
  const { row } = detail;
  return [
    ['viewer', row.id],
    ['session', row.session],
    ['state', row.state],
    ['who', row.who ?? '-'],
    ['from', row.remote],
    ['came', `${instant(detail.arrivedAt)} (${formatAge(row.ageMs)} ago)`],
    ['round trip', `${formatRtt(row.rttMs)}, smoothed ${formatRtt(row.smoothedRttMs)}`],
    ['deadline', row.deadlineMs === null ? '-' : `in ${formatAge(row.deadlineMs)}`],
    ['kept', row.keptMs === null ? 'no' : `for ${formatAge(row.keptMs)}`],
    ['pings', `${detail.pingsSent} sent, ${detail.pingsLost} lost`],
    ['waits', `${bytes(row.queuedBytes)}, for ${formatAge(row.stuckMs)}`],
    ['to viewer', `${bytes(row.bytesToViewer)} in ${detail.messagesToViewer} messages`],
    ['to backend', `${bytes(row.bytesToBackend)} in ${detail.messagesToBackend} messages`],
    ['rejoined', String(row.rejoined)],
  ];
};

const goneFacts = ({ tombstone: gone }: Extract<ViewerDetail, { readonly gone: true }>): Facts => [
  ['viewer', gone.id],
  ['session', gone.session],
  ['state', 'gone'],
  ['who', gone.who ?? '-'],
  ['from', gone.remote],
  ['left', instant(gone.at)],
  ['stayed', formatAge(gone.durationMs)],
  ['why', gone.actor === null ? gone.cause : `${gone.cause} (${gone.actor})`],
  ['close', gone.code === null ? '-' : `${gone.code} ${gone.reason ?? ''}`],
  ['to viewer', bytes(gone.bytesToViewer)],
  ['to backend', bytes(gone.bytesToBackend)],
];

const sessionFacts = (row: SessionRow): Facts => [
  ['session', row.id],
  ['state', row.state],
  [
    'viewers',
    `${formatSlots(row.viewers, row.cap)}${row.dialling > 0 ? `, ${row.dialling} dialling` : ''}`,
  ],
  ['cap', row.capIsOwn ? `${row.cap}, its own` : `${row.cap}, the default`],
  ['door', row.locked ? 'locked' : 'open'],
  ['waits', bytes(row.queuedBytes)],
  ['refused', `${row.refused} in 5m`],
  ['age', formatAge(row.ageMs)],
];

const showViewer = async ({ asker, out }: Errand, id: ViewerId, form: string): Promise<void> => {
  const found = jsonOf(await ask(asker, 'GET', `/v1/viewers/${id}`));
  if (form !== 'table') {
    await out.text(`${jsonText(found, form === 'json' ? 2 : undefined)}\n`);
    return;
  }
  const detail = found as unknown as ViewerDetail;
  await out.lines(factsOf(detail.gone ? goneFacts(detail) : livingFacts(detail)));
};

const showSession = async (errand: Errand, id: SessionId, form: string): Promise<void> => {
  const { asker, out } = errand;
  const found = jsonOf(await ask(asker, 'GET', `/v1/sessions/${encodeURIComponent(id)}`));
  const viewers: ViewerRow[] = [];
  const all = { of: 'viewers', session: id, filter: null, sort: null, limit: Infinity } as const;
  for await (const page of pagesOf(errand, all)) viewers.push(...(page as readonly ViewerRow[]));
  if (form !== 'table') {
    await out.text(`${jsonText({ ...found, viewers }, form === 'json' ? 2 : undefined)}\n`);
    return;
  }
  const { session, gone } = found as unknown as {
    readonly session: SessionRow;
    readonly gone: readonly Tombstone[];
  };
  await out.lines([
    ...factsOf(sessionFacts(session)),
    '',
    ...tableOf(viewers, viewerColumns(viewers), out.color),
    ...(gone.length === 0 ? [] : ['', ...tableOf(gone, goneColumns, out.color)]),
  ]);
};

/** Shows it. */
export const show = async (
  errand: Errand,
  { id, output }: Extract<Order, { readonly do: 'show' }>,
): Promise<ExitCode> => {
  await ('viewer' in id
    ? showViewer(errand, id.viewer, output)
    : showSession(errand, id.session, output));
  return 0;
};
