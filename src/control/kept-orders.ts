/**
 * What operators have ordered while the proxy ran: caps, locks, and that it drains. A relay that
 * has to be started again starts with it: an operator who closed a session to newcomers would
 * not look for it a second time. It is read off the events, because orders come from everywhere.
 */
import type { Command, SessionId } from '../contract.ts';
import type { ProxyEvent } from '../events.ts';

const actor = 'restart';

/** Remembers the orders that one proxy has carried out. */
export class KeptOrders {
  #cap: number;
  readonly #own = new Map<SessionId, number>();
  #allLocked = false;
  readonly #locked = new Set<SessionId>();
  #drainMs: number | null = null;

  /** `cap` is the default cap at the start. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  /** The default cap as it was set last. */
  get cap(): number {
    return this.#cap;
  }

  /** What orders the rest again, of a proxy that knows of nothing. */
  get commands(): readonly Command[] {
    const caps = [...this.#own].map(([session, cap]): Command => ({
      do: 'set-cap',
      cap,
      session,
      actor,
    }));
    const locks = [...this.#locked, ...(this.#allLocked ? [null] : [])].map((session): Command => ({
      do: 'lock',
      session,
      actor,
    }));
    // Last: with nobody there it is the end.
    const drain: readonly Command[] =
      this.#drainMs === null ? [] : [{ do: 'drain', windowMs: this.#drainMs, actor }];
    return [...caps, ...locks, ...drain];
  }

  /** Something happened. */
  note(event: ProxyEvent): void {
    switch (event.event) {
      case 'cap.changed': {
        const { session, to, lifted = false } = event;
        if (session === undefined) this.#cap = to;
        else if (lifted) this.#own.delete(session);
        else this.#own.set(session, to);
        break;
      }
      case 'session.locked':
        if (event.session === undefined) this.#allLocked = true;
        else this.#locked.add(event.session);
        break;
      case 'session.unlocked':
        if (event.session === undefined) {
          this.#allLocked = false;
          this.#locked.clear();
        } else this.#locked.delete(event.session);
        break;
      case 'proxy.draining':
        this.#drainMs = event.windowMs;
        break;
      default:
    }
  }
}
