/** What the routes work with, and how they look at the proxy: one picture for one question. */
import type { ProxyControl, Snapshot, View, Window } from '../contract.ts';
import type { Answer } from './answer.ts';

/** Figures as a scraper reads them. */
export type MetricsText = { readonly contentType: string; readonly text: string };

/** What every route may use. */
export type Office = {
  readonly control: ProxyControl;
  readonly version: string;
  /** Null: this proxy keeps no figures. */
  readonly metrics: (() => Promise<MetricsText>) | null;
  /** Why no newcomer should be sent here; null where they are welcome. */
  readonly unready: () => string | null;
};

/** A request that has been let in and understood as far as all are alike. */
export type Ask = {
  /** What stands in the path where the pattern has `{name}`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON of the body; an empty object without one. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly actor: string;
};

/** Answers one kind of request; never rejects for what is asked. */
export type Handler = (ask: Ask, office: Office) => Promise<Answer> | Answer;

/** So many rows from the beginning, or behind a row, which is then the first. */
export const rowsFrom = <Id>(anchor: Id | null, rows: number): Window<Id> => ({
  anchor,
  edge: 'first',
  before: 0,
  after: rows - 1,
});

const narrow: View = {
  sessions: rowsFrom<never>(null, 1),
  sessionSort: { by: 'name', reversed: false },
  viewerSort: { by: 'age', reversed: false },
  filter: [],
  session: null,
  viewers: rowsFrom<never>(null, 1),
  worst: 0,
  followed: [],
  detail: null,
  gone: 0,
  events: { rows: 0, upTo: null, kind: null },
};

/** Whoever waits for a picture of one proxy. */
type Askers = { isOver: boolean; readonly tell: Set<() => void> };

const allAskers = new WeakMap<ProxyControl, Askers>();

/** One wait for the end of a proxy serves all: each of its own would be kept until then. */
const askersOf = (control: ProxyControl): Askers => {
  const known = allAskers.get(control);
  if (known !== undefined) return known;
  const askers: Askers = { isOver: false, tell: new Set() };
  allAskers.set(control, askers);
  void control.closed.then(() => {
    askers.isOver = true;
    for (const tell of askers.tell) tell();
  });
  return askers;
};

/** One picture, no wider than `view` says; null where the proxy has stopped. */
export const glimpse = async (
  control: ProxyControl,
  view: Partial<View> = {},
): Promise<Snapshot | null> => {
  const askers = askersOf(control);
  if (askers.isOver) return null;
  const { promise, resolve } = Promise.withResolvers<Snapshot | null>();
  const stopped = (): void => resolve(null);
  askers.tell.add(stopped);
  const watch = control.watch({ ...narrow, ...view }, resolve);
  try {
    return await promise;
  } finally {
    askers.tell.delete(stopped);
    watch.close();
  }
};
