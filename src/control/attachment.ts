/**
 * A console's way to a proxy that runs elsewhere, which outlives any one link: when that drops,
 * it is told, and dialled again at growing intervals until it is back. What is watched and
 * listened to is asked for anew by the client; nothing that was ordered is ordered twice.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { ProxyControl } from '../contract.ts';
import { BouncerError } from '../errors.ts';
import type { Carrier } from './carrier.ts';
import { ControlClient, type OnFault } from './client.ts';

/** What happens to the link. */
export type LinkNews =
  | { readonly link: 'back' }
  /** `stopped`: the proxy took its leave, and only another one can come; the reason says by whom. */
  | { readonly link: 'down'; readonly reason: string; readonly stopped: boolean };

/** What an attachment needs. */
export type AttachmentParts = {
  /** Dials; rejects with a `BouncerError` whose message says why not. */
  readonly dial: () => Promise<Carrier>;
  readonly clock: Clock;
  readonly onNews: (news: LinkNews) => void;
  readonly onFault: OnFault;
};

/** An attached proxy. */
export type Attachment = ProxyControl & {
  /** Lets go of the proxy, which goes on. */
  readonly detach: () => void;
};

/** Between two tries, in milliseconds; the last holds from then on. */
const RETRY_MS = [200, 500, 1_000, 2_000, 5_000] as const;

/** For a greeting, and for an answer: who is silent for longer is dialled again. */
const ANSWER_MS = 5_000;

/** A link on which nothing is asked is tried at this interval: TCP may be dead and not know it. */
const TRY_MS = 5_000;

/** What a proxy says that has stopped. */
const STOPPED: ReadonlySet<string> = new Set(['stopped', 'drained']);

type Ending = { readonly reason: string; readonly stopped: boolean };

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

class Attached {
  readonly client: ControlClient;
  readonly #parts: AttachmentParts;
  #tries = 0;
  #over = false;
  #cancelRetry: Cancel = () => {};
  #hangUp: () => void = () => {};

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.client = new ControlClient(parts.onFault);
  }

  /** Dials once; settles when the link is good, and goes on with it until it ends. */
  async open(): Promise<void> {
    const carrier = await this.#parts.dial();
    if (this.#over) {
      carrier.close();
      return;
    }
    const { clock } = this.#parts;
    const greeting = Promise.withResolvers<null>();
    let late = false;
    const silence = clock.after(ANSWER_MS, () => {
      late = true;
      carrier.close();
    });
    this.#hangUp = () => carrier.close();
    const ended = this.client
      .use(carrier, () => greeting.resolve(null))
      .then(({ reason, said, by }): Ending => {
        if (!said || !STOPPED.has(reason)) {
          return { reason: late ? 'it does not answer' : reason, stopped: false };
        }
        const words = by === undefined ? `the proxy has ${reason}` : `${reason} by ${by}`;
        return { reason: words, stopped: true };
      });
    const failed = await Promise.race([greeting.promise, ended]);
    silence();
    if (failed !== null) {
      const remedy = 'look whether it is stuck, or of another release';
      throw new BouncerError('environment', failed.reason, remedy);
    }
    this.#tries = 0;
    const stopTrying = this.#keepTrying(carrier);
    void ended.then((ending) => {
      stopTrying();
      if (this.#over) return;
      this.#tell({ link: 'down', ...ending });
      this.#retry();
    });
  }

  readonly detach = (): void => {
    this.#over = true;
    this.#cancelRetry();
    this.#hangUp();
    this.client.end('detached');
  };

  /** Asks something small now and then; without an answer the link counts as lost. */
  #keepTrying(carrier: Carrier): Cancel {
    const { clock } = this.#parts;
    let late: Cancel | null = null;
    const stop = clock.every(TRY_MS, () => {
      if (late !== null) return;
      late = clock.after(ANSWER_MS, () => carrier.close());
      void this.client
        .command({ do: 'list', session: null, filter: [], after: null, most: 1 })
        .then(() => {
          late?.();
          late = null;
        });
    });
    return () => {
      stop();
      late?.();
    };
  }

  #retry(): void {
    const ms = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? TRY_MS;
    this.#tries += 1;
    this.#cancelRetry = this.#parts.clock.after(ms, () => {
      this.open().then(
        () => this.#tell({ link: 'back' }),
        (error: unknown) => {
          if (this.#over) return;
          this.#tell({ link: 'down', reason: wordsOf(error), stopped: false });
          this.#retry();
        },
      );
    });
  }

  #tell(news: LinkNews): void {
    try {
      this.#parts.onNews(news);
    } catch (fault) {
      this.#parts.onFault(fault);
    }
  }
}

/**
 * Attaches, and stays attached until `detach`; `closed` settles then.
 * @throws BouncerError where the first try fails
 */
export const attach = async (parts: AttachmentParts): Promise<Attachment> => {
  const attached = new Attached(parts);
  try {
    await attached.open();
  } catch (error) {
    attached.detach();
    throw error;
  }
  const { watch, events, command, closed } = attached.client;
  return { watch, events, command, closed, detach: attached.detach };
};
