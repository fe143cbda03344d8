/** `ls`: viewers or sessions, page by page, so that a list of any length is written as it comes. */
import type { Order } from '../cli/orders.ts';
import type { SessionRow, ViewerRow } from '../contract.ts';
import { jsonOf, jsonText } from './answers.ts';
import { ask } from './ask.ts';
import type { Errand, ExitCode } from './errand.ts';
import { sessionColumns, viewerColumns } from './row-columns.ts';
import { tableOf } from './table.ts';

type ListOrder = Extract<Order, { readonly do: 'ls' }>;

type Row = ViewerRow | SessionRow;

/** The most that a proxy gives at once. */
const PAGE = 1_000;

/** Every page of a list, until it ends or nobody reads any more. */
export async function* pagesOf(
  { asker, out }: Errand,
  { of, session, filter, sort, limit }: Omit<ListOrder, 'do' | 'quiet' | 'output'>,
): AsyncGenerator<readonly Row[]> {
  let left = limit;
  let cursor: string | null = null;
  while (left > 0 && !out.gone.aborted) {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, left)) });
    for (const [name, value] of Object.entries({ session, filter, sort, cursor })) {
      if (value !== null) query.set(name, value);
    }
    const page = jsonOf(await ask(asker, 'GET', `/v1/${of}?${query.toString()}`));
    const rows = (Array.isArray(page[of]) ? page[of] : []) as readonly Row[];
    yield rows;
    left -= rows.length;
    cursor = typeof page['next'] === 'string' ? page['next'] : null;
    if (cursor === null || rows.length === 0) return;
  }
}

/** Lists them. */
export const list = async (errand: Errand, order: ListOrder): Promise<ExitCode> => {
  const { out } = errand;
  const { of, quiet, output } = order;
  const rows: Row[] = [];
  for await (const page of pagesOf(errand, order)) {
    if (quiet) await out.lines(page.map(({ id }) => id.replaceAll(/[^\w.~-]/g, '?')));
    else if (output === 'jsonl') await out.lines(page.map((row) => jsonText(row)));
    else for (const row of page) rows.push(row);
  }
  if (quiet || output === 'jsonl') return 0;
  if (output === 'json') await out.text(`${jsonText(rows, 2)}\n`);
  else if (of === 'sessions') {
    await out.lines(tableOf(rows as readonly SessionRow[], sessionColumns, out.color));
  } else {
    const viewers = rows as readonly ViewerRow[];
    await out.lines(tableOf(viewers, viewerColumns(viewers), out.color));
  }
  return 0;
};
