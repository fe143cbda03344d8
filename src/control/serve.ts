/**
 * Offers a `ProxyControl` to whoever is at the other end of a carrier. It runs beside the
 * relay, so nothing that the other end says may throw here, and nothing may grow while it says
 * nothing: a picture or a batch of events is sent only after the last one was acknowledged.
 */
import type { Command, CommandResult, ProxyControl, View, Watch } from '../contract.ts';
import type { Carrier } from './carrier.ts';
import { EventBatches } from './event-batches.ts';
import { EventTrail, type PastEvents } from './event-trail.ts';
import { Pledges } from './pledges.ts';
import { type Naming, underName } from './under-name.ts';
import type { Decoded, FromProxy, ToProxy } from './wire.ts';
import { decodeToProxy, encode, encodeEvents, versionTrouble, wireVersion } from './wire.ts';

/** A watch of the other end, and how to say that its last picture was seen. */
type Watched = { watch: Watch | null; seen: () => void };

/** Watches of one link; a console has one or two. */
const MOST_WATCHES = 16;

const nothing = (): void => {};

/** Who has stopped the proxy, as its last event says; null: nobody by name, or it is not known. */
const stopperIn = (past: PastEvents | null): string | null => {
  const last = past?.eventAt(past.newest) ?? null;
  return last?.event === 'proxy.stopped' ? (last.actor ?? null) : null;
};

/**
 * Gives the function that answers on a carrier until either end closes it. When `control` has
 * closed, what is held is sent, then the reason, and the carriers are closed. With `past`, who
 * has listened over another link goes on where that broke; it has to know of an event before. With
 * a `naming`, whoever is at the other end acts under the name that it gives.
 */
export const serve = (
  control: ProxyControl,
  past: PastEvents | null = null,
): ((carrier: Carrier, naming?: Naming) => void) => {
  const links = new Set<ServedLink>();
  let over: string | null = null;
  let by: string | null = null;
  void control.closed.then((reason) => {
    // One turn later, so that a command that is done because the proxy stopped is answered.
    setImmediate(() => {
      over = reason;
      by = stopperIn(past);
      for (const link of links) {
        link.end(reason, by);
      }
    });
  });
  return (carrier, naming) => {
    const named = naming === undefined ? control : underName(control, naming);
    const link = new ServedLink(named, carrier, past);
    links.add(link);
    carrier.onMessage((text) => link.take(decodeToProxy(text)));
    carrier.onClose(() => {
      links.delete(link);
      link.shut();
    });
    if (over !== null) {
      link.end(over, by);
    }
  };
};

class ServedLink {
  readonly #control: ProxyControl;
  readonly #carrier: Carrier;
  readonly #watches = new Map<number, Watched>();
  readonly #past: PastEvents | null;
  readonly #batches = new EventBatches((events) => this.#carry(encodeEvents(events)));
  #trail: EventTrail | null = null;
  readonly #pledges = new Pledges();
  #greeted = false;
  #open = true;
  #unlisten: (() => void) | null = null;

  constructor(control: ProxyControl, carrier: Carrier, past: PastEvents | null) {
    this.#past = past;
    this.#control = control;
    this.#carrier = carrier;
    this.#send({ type: 'hello', version: wireVersion });
  }

  take(decoded: Decoded<ToProxy>): void {
    if (!this.#open) {
      return;
    }
    if (!this.#greeted) {
      this.#greet(decoded);
    } else if (decoded.ok) {
      this.#obey(decoded.message);
    } else if (decoded.type === 'command' && decoded.id !== null) {
      const reason = `the proxy did not understand the command: ${decoded.error}`;
      this.#send({ type: 'result', id: decoded.id, result: { ok: false, reason } });
    } else {
      this.#send({ type: 'complaint', reason: decoded.error });
    }
  }

  /** Says a last word and closes the carrier. */
  end(reason: string, by: string | null = null): void {
    if (this.#open) {
      this.#batches.flush();
      this.#trail?.flush();
      this.#send({ type: 'bye', reason, ...(by === null ? {} : { by }) });
      this.shut();
      this.#carrier.close();
    }
  }

  /** Lets go of everything that was asked for over this link, and takes back what it meant to do. */
  shut(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const command of this.#pledges.commands) {
      void this.#carryOut(command);
    }
    for (const id of this.#watches.keys()) {
      this.#unwatch(id);
    }
    this.#deafen();
  }

  #greet(decoded: Decoded<ToProxy>): void {
    if (!decoded.ok || decoded.message.type !== 'hello') {
      this.end('the other end does not speak like a wsbouncer');
      return;
    }
    const trouble = versionTrouble(decoded.message.version);
    if (trouble === null) {
      this.#greeted = true;
    } else {
      this.end(trouble);
    }
  }

  #obey(message: ToProxy): void {
    switch (message.type) {
      case 'hello':
        break;
      case 'watch':
        this.#watch(message.id, message.view);
        break;
      case 'look':
        this.#watches.get(message.id)?.watch?.look(message.view, message.later);
        break;
      case 'seen':
        this.#watches.get(message.id)?.seen();
        break;
      case 'unwatch':
        this.#unwatch(message.id);
        break;
      case 'listen':
        this.#unlisten ??= this.#listen(message.after ?? null);
        break;
      case 'heard':
        this.#batches.heard();
        this.#trail?.heard();
        break;
      case 'unlisten':
        this.#deafen();
        break;
      case 'command':
        void this.#command(message.id, message.command);
        break;
    }
  }

  #watch(id: number, view: View): void {
    this.#unwatch(id);
    if (this.#watches.size >= MOST_WATCHES) {
      this.#send({
        type: 'complaint',
        reason: `${MOST_WATCHES} watches run on this link: end one`,
      });
      return;
    }
    const watched: Watched = { watch: null, seen: nothing };
    this.#watches.set(id, watched);
    watched.watch = this.#control.watch(view, (snapshot) => {
      if (this.#watches.get(id) !== watched) {
        return Promise.resolve();
      }
      this.#send({ type: 'snapshot', id, snapshot });
      return new Promise((resolve) => {
        watched.seen = resolve;
      });
    });
  }

  #unwatch(id: number): void {
    const watched = this.#watches.get(id);
    this.#watches.delete(id);
    watched?.watch?.close();
    watched?.seen();
  }

  async #command(id: number, command: Command): Promise<void> {
    this.#pledges.note(command);
    this.#send({ type: 'result', id, result: await this.#carryOut(command) });
  }

  async #carryOut(command: Command): Promise<CommandResult> {
    try {
      return await this.#control.command(command);
    } catch (error) {
      // A control never rejects; if one does, it must not take the relay's thread with it.
      return { ok: false, reason: `the proxy failed at it: ${String(error)}` };
    }
  }

  #listen(after: string | null): () => void {
    if (this.#past === null) return this.#control.events((event) => this.#batches.add(event));
    const trail = new EventTrail(this.#past, after, (events, place) =>
      this.#send({ type: 'events', events, place }),
    );
    this.#trail = trail;
    return this.#control.events(() => trail.wake());
  }

  #deafen(): void {
    this.#unlisten?.();
    this.#unlisten = null;
    this.#batches.clear();
    this.#trail?.close();
    this.#trail = null;
  }

  #send(message: FromProxy): void {
    this.#carry(encode(message));
  }

  #carry(text: string): void {
    if (this.#open) this.#carrier.send(text);
  }
}
