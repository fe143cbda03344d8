/**
 * Everything the proxy knows, as one JSON file: all sessions and viewers, not only those that are
 * drawn, and the newest events. It is gathered in pieces, so that the relay is never held up.
 */
import type { CommandResult, ProxyControl, Snapshot, View, ViewerRow } from '../src/contract.ts';

/**
 * Writes a new file that only its owner reads; resolves with its path as the operator should
 * read it, rejects with an error that says what to do.
 */
export type Save = (name: string, text: string) => Promise<string>;

/** What came of it, for the operator. */
export type Exported = { readonly tone: 'good' | 'bad'; readonly text: string };

const most = { sessions: 10_000, events: 1000, page: 500 } as const;

const everything: View = {
  sessions: { anchor: null, edge: 'first', before: 0, after: most.sessions - 1 },
  sessionSort: { by: 'name', reversed: false },
  viewerSort: { by: 'id', reversed: false },
  filter: [],
  session: null,
  viewers: { anchor: null, edge: 'first', before: 0, after: 0 },
  worst: 0,
  followed: [],
  detail: null,
  gone: 0,
  events: { rows: most.events, upTo: null, kind: null },
};

const firstPicture = async (control: ProxyControl): Promise<Snapshot> => {
  const { promise, resolve, reject } = Promise.withResolvers<Snapshot>();
  control.closed.then((reason) => reject(new Error(reason)), reject);
  const watch = control.watch(everything, resolve);
  try {
    return await promise;
  } finally {
    watch.close();
  }
};

const pageOf = (result: CommandResult): readonly ViewerRow[] => {
  if (!result.ok) throw new Error(result.reason);
  return result.viewers ?? [];
};

const allViewers = async (control: ProxyControl): Promise<readonly ViewerRow[]> => {
  const viewers: ViewerRow[] = [];
  for (;;) {
    const after = viewers.at(-1)?.id ?? null;
    const result = await control.command({
      do: 'list',
      session: null,
      filter: [],
      after,
      most: most.page,
    });
    const page = pageOf(result);
    // One by one: a spread of thousands of arguments can overflow the stack.
    for (const viewer of page) viewers.push(viewer);
    if (!result.ok || result.more !== true || page.length === 0) return viewers;
  }
};

/** `wsbouncer-2026-11-21T120510Z.json`: no colon, which some file systems do not take. */
const nameAt = (at: string): string =>
  `wsbouncer-${at.replace(/\.\d+/, '').replaceAll(':', '')}.json`;

/** Gathers everything and saves it under `name`, or where it is null under one that says when. */
export const exportAll = async (
  control: ProxyControl,
  name: string | null,
  save: Save,
): Promise<Exported> => {
  try {
    const { at: atMs, address, cap, totals, sessions, events } = await firstPicture(control);
    const viewers = await allViewers(control);
    const at = new Date(atMs).toISOString();
    const all = { at, address, cap, totals, sessions: sessions.rows, viewers, events };
    const path = await save(name ?? nameAt(at), `${JSON.stringify(all, null, 2)}\n`);
    const count = viewers.length.toLocaleString('en-US');
    return {
      tone: 'good',
      text: `wrote ${count} viewer${viewers.length === 1 ? '' : 's'} to ${path}`,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { tone: 'bad', text: `not written: ${reason}` };
  }
};
