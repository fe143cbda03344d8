/** A `ProxyControl` that does what the test tells it to, and pictures to show with it. */
import type {
  Command,
  CommandResult,
  ProxyControl,
  Slice,
  Snapshot,
  View,
} from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';

const none: Slice<never> = { from: 0, total: 0, rows: [] };

/** A view of nothing much. */
export const someView: View = {
  sessions: { anchor: null, edge: 'first', before: 0, after: 9 },
  sessionSort: { by: 'worst', reversed: false },
  viewerSort: { by: 'worst', reversed: false },
  filter: [],
  session: null,
  viewers: { anchor: null, edge: 'first', before: 0, after: 9 },
  worst: 3,
  followed: [],
  detail: null,
  gone: 0,
  events: { rows: 3, upTo: null, kind: null },
};

/** A picture of nothing much. */
export const snapshotAt = (seq: number): Snapshot => ({
  seq,
  at: 0,
  startedAt: 0,
  address: '127.0.0.1:8080',
  cap: 8,
  maxViewers: 100,
  pingIntervalMs: 15_000,
  pongTimeoutMs: 45_000,
  writeTimeoutMs: 20_000,
  loopP99Ms: null,
  totals: {
    sessions: 0,
    viewers: 0,
    late: 0,
    expiring: 0,
    stuck: 0,
    full: 0,
    over: 0,
    locked: false,
    locks: 0,
    draining: null,
    held: 0,
    refused: 0,
    evicted: 0,
    logFails: false,
  },
  sessions: none,
  session: null,
  viewers: none,
  worst: [],
  followed: [],
  detail: null,
  gone: [],
  events: [],
  newestEvent: 0,
});

/** An event that can be told from others by its number, of about so many bytes. */
export const eventAt = (n: number, bytes = 0): ProxyEvent => ({
  time: new Date(n).toISOString(),
  event: 'proxy.listening',
  address: `${n}`.padEnd(bytes, '.'),
});

/** One watch of a stub. */
export type StubWatch = {
  views: View[];
  /** For each look, whether its picture may come in its turn. */
  readonly patience: boolean[];
  readonly show: (snapshot: Snapshot) => void | Promise<void>;
  open: boolean;
};

/** Records what is asked of it. */
export class StubControl implements ProxyControl {
  readonly watches: StubWatch[] = [];
  readonly listeners = new Set<(event: ProxyEvent) => void>();
  readonly commands: Command[] = [];
  readonly #end = Promise.withResolvers<string>();
  readonly closed = this.#end.promise;
  /** How commands are answered. */
  answer: (command: Command) => Promise<CommandResult> = () => Promise.resolve({ ok: true });

  readonly watch: ProxyControl['watch'] = (view, show) => {
    const watch: StubWatch = { views: [view], patience: [], show, open: true };
    this.watches.push(watch);
    return {
      look: (next, later = false) => {
        watch.views.push(next);
        watch.patience.push(later);
      },
      close: () => {
        watch.open = false;
      },
    };
  };

  readonly events: ProxyControl['events'] = (onEvent) => {
    this.listeners.add(onEvent);
    return () => this.listeners.delete(onEvent);
  };

  readonly command = (command: Command): Promise<CommandResult> => {
    this.commands.push(command);
    return this.answer(command);
  };

  readonly tell = (event: ProxyEvent): void => {
    for (const listener of this.listeners) {
      listener(event);
    }
  };

  readonly end = (reason: string): void => this.#end.resolve(reason);
}
