/**
 * Offers a `ProxyControl` to whoever is at the other end of a carrier. It runs beside the
 * relay, so nothing that the other end says may throw here, and nothing may grow while it says
 * nothing: a picture or a batch of events is sent only after the last one was acknowledged.
 */
import type { Command, CommandResult, ProxyControl, View, Watch } from '../contract.ts';
import type { Carrier } from './carrier.ts';
import { EventBatches } from './event-batches.ts';
import type { Decoded, FromProxy, ToProxy } from './wire.ts';
import { decodeToProxy, encode, versionTrouble, wireVersion } from './wire.ts';

/** A watch of the other end, and how to say that its last picture was seen. */
type Watched = { watch: Watch | null; seen: () => void };

/** Watches of one link; a console has one or two. */
const MOST_WATCHES = 16;

const nothing = (): void => {};

/**
 * Gives the function that answers on a carrier until either end closes it. When `control` has
 * closed, what is held is sent, then the reason, and the carriers are closed.
 */
export const serve = (control: ProxyControl): ((carrier: Carrier) => void) => {
  const links = new Set<ServedLink>();
  let over: string | null = null;
  void control.closed.then((reason) => {
    // One turn later, so that a command that is done because the proxy stopped is answered.
    setImmediate(() => {
      over = reason;
      for (const link of links) {
        link.end(reason);
      }
    });
  });
  return (carrier) => {
    const link = new ServedLink(control, carrier);
    links.add(link);
    carrier.onMessage((text) => link.take(decodeToProxy(text)));
    carrier.onClose(() => {
      links.delete(link);
      link.shut();
    });
    if (over !== null) {
      link.end(over);
    }
  };
};

class ServedLink {
  readonly #control: ProxyControl;
  readonly #carrier: Carrier;
  readonly #watches = new Map<number, Watched>();
  readonly #batches = new EventBatches((events) => this.#send({ type: 'events', events }));
  #greeted = false;
  #open = true;
  #unlisten: (() => void) | null = null;

  constructor(control: ProxyControl, carrier: Carrier) {
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
  end(reason: string): void {
    if (this.#open) {
      this.#batches.flush();
      this.#send({ type: 'bye', reason });
      this.shut();
      this.#carrier.close();
    }
  }

  /** Lets go of everything that was asked for over this link. */
  shut(): void {
    this.#open = false;
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
        this.#unlisten ??= this.#control.events((event) => this.#batches.add(event));
        break;
      case 'heard':
        this.#batches.heard();
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

  #deafen(): void {
    this.#unlisten?.();
    this.#unlisten = null;
    this.#batches.clear();
  }

  #send(message: FromProxy): void {
    if (this.#open) {
      this.#carrier.send(encode(message));
    }
  }
}
