/** A real proxy in this process, on a free port, for tests of what it does to real sockets. */
import type { ProxyControl, ProxyOptions, Snapshot, View, Window } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { type Proxy, startProxy } from '../../src/proxy/proxy.ts';
import { onCleanup } from './cleanup.ts';
import { Inbox } from './inbox.ts';
import { testOptions } from './test-options.ts';
import { viewerUrl } from './viewer-url.ts';
import { within } from './within.ts';

const from = (rows: number): Window<never> => ({
  anchor: null,
  edge: 'first',
  before: 0,
  after: rows - 1,
});

/** A view wide enough for everything that a test makes. */
export const everything: View = {
  sessions: from(1000),
  sessionSort: { by: 'worst', reversed: false },
  viewerSort: { by: 'worst', reversed: false },
  filter: [],
  session: null,
  viewers: from(1000),
  worst: 1000,
  followed: [],
  detail: null,
  gone: 1000,
  events: { rows: 1000, upTo: null, kind: null },
};

/** One picture of what `view` looks at, as a watcher gets it. */
const pictureOf = async (control: ProxyControl, view: Partial<View> = {}): Promise<Snapshot> => {
  const { promise, resolve } = Promise.withResolvers<Snapshot>();
  const watch = control.watch({ ...everything, ...view }, resolve);
  try {
    return await within('a snapshot', promise);
  } finally {
    watch.close();
  }
};

/** A proxy under test. */
export type TestProxy = {
  readonly control: Proxy;
  readonly address: string;
  /** Where viewers of `session` connect; `rest` is what follows, such as a query. */
  readonly url: (session: string, rest?: string) => string;
  readonly events: Inbox<ProxyEvent>;
  /** One picture; every session and viewer unless `view` says otherwise. */
  readonly snapshot: (view?: Partial<View>) => Promise<Snapshot>;
  /** Stops at once; also done after the test. */
  readonly close: () => Promise<void>;
};

/** Starts a proxy; what `options` does not say is as on the command line. */
export const withProxy = async (
  options: Partial<ProxyOptions> & Pick<ProxyOptions, 'backend'>,
  deps: Omit<NonNullable<Parameters<typeof startProxy>[1]>, 'onEvent'> = {},
): Promise<TestProxy> => {
  const events = new Inbox<ProxyEvent>('events of the proxy');
  const all: ProxyOptions = { ...testOptions, ...options };
  const control = await startProxy(all, { ...deps, onEvent: events.push });
  const close = async (): Promise<void> => {
    await control.command({ do: 'stop', now: true });
    await within('the proxy to stop', control.closed);
  };
  onCleanup(close);
  return {
    control,
    address: control.address,
    url: (session, rest = '') =>
      viewerUrl(control.address, `${all.path.replace('{session}', session)}${rest}`),
    events,
    snapshot: (view) => pictureOf(control, view),
    close,
  };
};
