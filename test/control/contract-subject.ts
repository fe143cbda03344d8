/** What the behaviour suite runs against, and how it looks at it. */
import type {
  ProxyControl,
  SessionId,
  Snapshot,
  View,
  ViewerId,
  Window,
} from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { Inbox } from '../support/inbox.ts';
import { within } from '../support/within.ts';

/** A viewer that the proxy under test has let in. */
export type ContractViewer = {
  /** The Close as the viewer sees it. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Leaves. */
  readonly close: () => void;
};

/** A proxy that has just started: no viewers, a default cap of 8, the default intervals. */
export type ContractSubject = {
  readonly control: ProxyControl;
  /** Resolves once the viewer is open. */
  readonly connectViewer: (session: string) => Promise<ContractViewer>;
  /** Ends whatever is left; the proxy may have been stopped already. */
  readonly end: () => Promise<void> | void;
};

/** Who acts, in events. */
export const actor = 'test';

/** A session's id. */
export const id = (session: string): SessionId => session as SessionId;

const from = (rows: number): Window<never> => ({
  anchor: null,
  edge: 'first',
  before: 0,
  after: rows - 1,
});

/** A view wide enough for everything that a test makes. */
export const everything: View = {
  sessions: from(100),
  sessionSort: { by: 'worst', reversed: false },
  viewerSort: { by: 'worst', reversed: false },
  filter: [],
  session: null,
  viewers: from(100),
  worst: 100,
  followed: [],
  detail: null,
  gone: 100,
  events: { rows: 100, upTo: null, kind: null },
};

/** The same with the viewers of one session. */
export const viewersOf = (session: string): View => ({ ...everything, session: id(session) });

/** Watches into an inbox until the test is over. */
export const pictures = (control: ProxyControl, view: View = everything): Inbox<Snapshot> => {
  const inbox = new Inbox<Snapshot>('pictures', ({ seq, session, totals }) =>
    JSON.stringify({ seq, session, totals }),
  );
  const watch = control.watch(view, inbox.push);
  onCleanup(watch.close);
  return inbox;
};

/** The first picture of which something is true. */
export const picture = async (
  control: ProxyControl,
  wanted: (snapshot: Snapshot) => boolean = () => true,
  view: View = everything,
): Promise<Snapshot> => pictures(control, view).next(wanted, 'a certain picture');

/** Listens into an inbox; resolves when the proxy is known to have heard of it. */
export const listen = async (control: ProxyControl): Promise<Inbox<ProxyEvent>> => {
  const inbox = new Inbox<ProxyEvent>('events');
  onCleanup(control.events(inbox.push));
  await heard(control);
  return inbox;
};

/** Resolves when the proxy has dealt with everything that was asked of the control before. */
export const heard = async (control: ProxyControl): Promise<void> => {
  await within('an answer', control.command({ do: 'preview-cap', cap: 8 }));
};

/** Matches pictures with so many viewers. */
export const viewers = (count: number) => (snapshot: Snapshot) => snapshot.totals.viewers === count;

/** Connects one and says which id it got. */
export const join = async (
  { control, connectViewer }: ContractSubject,
  session: string,
): Promise<ContractViewer & { readonly id: ViewerId }> => {
  const events = await listen(control);
  const viewer = await connectViewer(session);
  const admitted = await events.next(named('viewer.admitted', { session: id(session) }));
  return { ...viewer, id: admitted.viewer };
};
