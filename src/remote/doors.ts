/** `cap`, `lock` and `unlock`: who gets in, in one session or in all. */
import type { Order, OutputForm } from '../cli/orders.ts';
import type { SessionId, SessionRow } from '../contract.ts';
import { good, jsonOf, jsonText } from './answers.ts';
import { ask, type Asker } from './ask.ts';
import type { Errand, ExitCode } from './errand.ts';
import { pagesOf } from './list.ts';
import { tableOf } from './table.ts';

const pathOf = (session: SessionId | null, what: 'cap' | 'lock'): string =>
  session === null ? `/v1/${what}` : `/v1/sessions/${encodeURIComponent(session)}/${what}`;

type Cap = { readonly session: SessionId | null; readonly cap: number; readonly own: boolean };

const defaultCap = async (asker: Asker): Promise<number> =>
  Number(jsonOf(await ask(asker, 'GET', '/v1/proxy'))['cap']);

/** The default, and the sessions that have a cap of their own; or that of one session. */
const capsOf = async (errand: Errand, session: SessionId | null): Promise<readonly Cap[]> => {
  const { asker } = errand;
  if (session !== null) {
    const { session: row } = jsonOf(
      await ask(asker, 'GET', pathOf(session, 'cap').replace(/\/cap$/, '')),
    );
    const { cap, capIsOwn } = row as SessionRow;
    return [{ session, cap, own: capIsOwn }];
  }
  const caps: Cap[] = [{ session: null, cap: await defaultCap(asker), own: true }];
  const all = {
    of: 'sessions',
    session: null,
    filter: null,
    sort: 'name',
    limit: Infinity,
  } as const;
  for await (const page of pagesOf(errand, all)) {
    for (const row of page as readonly SessionRow[]) {
      if (row.capIsOwn) caps.push({ session: row.id, cap: row.cap, own: true });
    }
  }
  return caps;
};

/** A list of them, whether they were asked for or set. */
const writeCaps = async (
  { out }: Errand,
  caps: readonly Cap[],
  form: 'json' | 'jsonl',
): Promise<void> => {
  if (form === 'jsonl') await out.lines(caps.map((cap) => jsonText(cap)));
  else await out.text(`${jsonText(caps, 2)}\n`);
};

const showCap = async (
  errand: Errand,
  session: SessionId | null,
  form: OutputForm,
): Promise<void> => {
  const { out } = errand;
  const caps = await capsOf(errand, session);
  if (form !== 'table') await writeCaps(errand, caps, form);
  else {
    const lines = tableOf(caps, [
      { title: 'SESSION', text: (cap) => cap.session ?? '(default)' },
      { title: 'CAP', text: ({ cap }) => String(cap), right: true },
      { title: '', text: (cap) => (cap.session !== null && !cap.own ? 'the default' : '') },
    ]);
    await out.lines(lines);
  }
};

/** Shows a cap, sets it or lifts it. */
export const cap = async (
  errand: Errand,
  { to, session, output }: Extract<Order, { readonly do: 'cap' }>,
): Promise<ExitCode> => {
  const { asker, out } = errand;
  if (to === null) {
    await showCap(errand, session, output);
    return 0;
  }
  const path = pathOf(session, 'cap');
  good(
    await (to === 'default' ? ask(asker, 'DELETE', path) : ask(asker, 'PUT', path, { cap: to })),
  );
  if (output !== 'table') {
    const now = to === 'default' ? await defaultCap(asker) : to;
    await writeCaps(errand, [{ session, cap: now, own: to !== 'default' }], output);
    return 0;
  }
  const whose = session === null ? 'the default cap' : `the cap of ${session}`;
  await out.lines([`${whose} is ${to === 'default' ? 'the default again' : to}`]);
  return 0;
};

/** Locks or unlocks. */
export const lock = async (
  { asker, out }: Errand,
  { do: what, session, output }: Extract<Order, { readonly do: 'lock' | 'unlock' }>,
): Promise<ExitCode> => {
  good(await ask(asker, what === 'lock' ? 'PUT' : 'DELETE', pathOf(session, 'lock')));
  if (output !== 'table') {
    await out.lines([jsonText({ session, locked: what === 'lock' })]);
    return 0;
  }
  const whose = session ?? (what === 'lock' ? 'all sessions' : 'every session');
  await out.lines([
    what === 'lock'
      ? `${whose} locked: newcomers are refused`
      : `${whose} unlocked: newcomers may come in`,
  ]);
  return 0;
};
