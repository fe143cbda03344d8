/**
 * Is a `ProxyControl` for a proxy at the other end of a carrier. It outlives its link: given a
 * new one it asks there for everything that is watched and listened to, so that a screen does
 * not notice that the relay's thread was started again.
 */
import type { Command, CommandResult, ProxyControl, Snapshot, View, Watch } from '../contract.ts';
import type { ProxyEvent } from '../events.ts';
import type { Carrier } from './carrier.ts';
import type { Link, LinkEnd } from './link.ts';
import { linkLost, openLink } from './link.ts';
import type { Decoded, FromProxy, ToProxy } from './wire.ts';

/**
 * Is told what a screen's callback threw, or rejected with, and what could not be read. Must
 * not throw.
 */
export type OnFault = (fault: unknown) => void;

type Watcher = {
  view: View;
  readonly onSnapshot: (snapshot: Snapshot) => void | Promise<void>;
  /** Settles when the last picture has been dealt with. */
  turn: Promise<void>;
};

type Listener = { readonly onEvent: (event: ProxyEvent) => void };

const warn: OnFault = (fault) => {
  process.emitWarning(fault instanceof Error ? fault : String(fault));
};

/**
 * A `ProxyControl` over the link it was last given. A callback that throws counts as done: the
 * next picture or event comes all the same, to it and to all others, and the error goes to
 * `onFault` (a warning of the process by default). All listeners share one stream of events, so
 * one that joins others may hear the last few from before it came.
 */
export class ControlClient implements ProxyControl {
  readonly closed: Promise<string>;
  readonly #close: (reason: string) => void;
  readonly #onFault: OnFault;
  readonly #watchers = new Map<number, Watcher>();
  readonly #listeners = new Set<Listener>();
  readonly #pending = new Map<number, (result: CommandResult) => void>();
  #link: Link | null = null;
  #ended = false;
  #lastId = 0;
  /** Behind the last events that came; null: unknown, or nobody listens. */
  #place: string | null = null;

  constructor(onFault: OnFault = warn) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.#close = resolve;
    this.#onFault = onFault;
  }

  /** Whether anybody listens to events. */
  get listening(): boolean {
    return this.#listeners.size > 0;
  }

  readonly watch: ProxyControl['watch'] = (view, onSnapshot): Watch => {
    const id = this.#nextId();
    const watcher: Watcher = { view, onSnapshot, turn: Promise.resolve() };
    if (!this.#ended) {
      this.#watchers.set(id, watcher);
      this.#send({ type: 'watch', id, view });
    }
    return {
      look: (next, later = false) => {
        watcher.view = next;
        if (this.#watchers.has(id)) {
          this.#send({ type: 'look', id, view: next, ...(later ? { later } : {}) });
        }
      },
      close: () => {
        if (this.#watchers.delete(id)) {
          this.#send({ type: 'unwatch', id });
        }
      },
    };
  };

  readonly events: ProxyControl['events'] = (onEvent) => {
    const listener: Listener = { onEvent };
    if (!this.#ended) {
      this.#listeners.add(listener);
      if (this.#listeners.size === 1) {
        this.#send({ type: 'listen' });
      }
    }
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
        this.#place = null;
        this.#send({ type: 'unlisten' });
      }
    };
  };

  readonly command = (command: Command): Promise<CommandResult> => {
    if (!this.#link) {
      return Promise.resolve({ ok: false, reason: linkLost });
    }
    const id = this.#nextId();
    const { promise, resolve } = Promise.withResolvers<CommandResult>();
    this.#pending.set(id, resolve);
    this.#send({ type: 'command', id, command });
    return promise;
  };

  /** Reports what a callback beside this control threw, as if it were one of its own. */
  report(fault: unknown): void {
    this.#onFault(fault);
  }

  /**
   * Speaks over this carrier from now on; settles when that has come to its end. `onGreeted` is
   * called when the other end has answered in the same version.
   */
  use(carrier: Carrier, onGreeted: () => void = () => {}): Promise<LinkEnd> {
    const { promise, resolve } = Promise.withResolvers<LinkEnd>();
    const link = openLink(carrier, {
      greeted: onGreeted,
      take: (decoded) => this.#take(link, decoded),
      ended: (end) => {
        if (this.#link === link) {
          this.#link = null;
        }
        this.#giveUpPending();
        resolve(end);
      },
    });
    this.#link = link;
    for (const [id, { view }] of this.#watchers) {
      link.send({ type: 'watch', id, view });
    }
    if (this.listening) {
      link.send({ type: 'listen', ...(this.#place === null ? {} : { after: this.#place }) });
    }
    return promise;
  }

  /** There will be no other link: settles `closed`, and everything asked for ends. */
  end(reason: string): void {
    this.#ended = true;
    this.#watchers.clear();
    this.#listeners.clear();
    this.#link?.close();
    this.#close(reason);
  }

  #take(link: Link, decoded: Decoded<FromProxy>): void {
    if (!decoded.ok) {
      this.#onFault(new Error(`the proxy's side was not understood: ${decoded.error}`));
      this.#acknowledge(link, decoded.type, decoded.id);
      return;
    }
    const { message } = decoded;
    switch (message.type) {
      case 'hello':
      case 'bye':
        // The link's own business.
        break;
      case 'snapshot':
        this.#show(link, message.id, message.snapshot);
        break;
      case 'events':
        for (const event of message.events) {
          this.#tell(event);
        }
        if (this.listening) this.#place = message.place ?? null;
        link.send({ type: 'heard' });
        break;
      case 'result':
        this.#pending.get(message.id)?.(message.result);
        this.#pending.delete(message.id);
        break;
      case 'complaint':
        this.#onFault(new Error(`the proxy's side did not understand: ${message.reason}`));
        break;
    }
  }

  /** What could not be read is not waited for, so that whatever follows it still comes. */
  #acknowledge(link: Link, type: string | null, id: number | null): void {
    if (type === 'events') {
      link.send({ type: 'heard' });
    } else if (type === 'snapshot' && id !== null) {
      link.send({ type: 'seen', id });
    } else if (type === 'result' && id !== null) {
      this.#pending.get(id)?.({ ok: false, reason: 'the answer of the proxy was not understood' });
      this.#pending.delete(id);
    }
  }

  #show(link: Link, id: number, snapshot: Snapshot): void {
    const watcher = this.#watchers.get(id);
    if (!watcher) {
      return;
    }
    // In turn: after a new link a picture may come while the last of the old one is looked at.
    watcher.turn = watcher.turn.then(async () => {
      try {
        // A picture of an old link is not shown once that is lost: another proxy may be there.
        if (this.#watchers.get(id) === watcher && this.#link === link) {
          await watcher.onSnapshot(snapshot);
        }
      } catch (fault) {
        this.#onFault(fault);
      }
      link.send({ type: 'seen', id });
    });
  }

  #tell(event: ProxyEvent): void {
    for (const listener of Array.from(this.#listeners)) {
      try {
        if (this.#listeners.has(listener)) {
          listener.onEvent(event);
        }
      } catch (fault) {
        this.#onFault(fault);
      }
    }
  }

  #giveUpPending(): void {
    for (const resolve of this.#pending.values()) {
      resolve({ ok: false, reason: linkLost });
    }
    this.#pending.clear();
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #send(message: ToProxy): void {
    this.#link?.send(message);
  }
}

/** The proxy at the other end of `carrier`, for as long as that lasts. */
export const connect = (carrier: Carrier, onFault?: OnFault): ProxyControl => {
  const client = new ControlClient(onFault);
  void client.use(carrier).then(({ reason }) => client.end(reason));
  return client;
};
