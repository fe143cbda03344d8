/**
 * Dials a session's backend and believes it only after its answer was verified. A dial ends
 * once: with a connection, with a cause, or without a word where it was aborted.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Cancel, Clock } from '../clock.ts';
import { readAnswer, type Agreement } from '../core/backend-answer.ts';
import { type BackendRequest, type Offers, servernameOf } from '../core/backend-request.ts';
import type { DialCause } from '../events.ts';
import { acceptFor } from './accept.ts';
import { reset } from './leg.ts';
import { sharingMemory } from './shared-read.ts';

/**
 * What came of a dial. The socket is read on: whoever takes it must listen in the same turn. `rest`
 * are the bytes behind the answer, `detail` words of our own.
 */
export type DialOutcome =
  | {
      readonly ok: true;
      readonly socket: Socket;
      readonly answer: Agreement;
      /** The `Sec-WebSocket-Accept` that was verified; the viewer's key is the same. */
      readonly accept: string;
      /** The backend is behind a Unix socket. */
      readonly isLocal: boolean;
      readonly rest: Buffer;
    }
  | { readonly ok: false; readonly cause: DialCause; readonly detail: string };

const NOTHING = Buffer.alloc(0);

const ignore = (): void => undefined;

const REFUSALS = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK', 'EACCES']);

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'connection failed';

const open = ({ address }: BackendRequest, tls: boolean): Socket => {
  if ('socketPath' in address) {
    return sharingMemory((onread) => connect({ path: address.socketPath, onread }));
  }
  const { host, port } = address;
  if (!tls) return sharingMemory((onread) => connect({ host, port, noDelay: true, onread }));
  return connectTls({ host, port, servername: servernameOf(host) ?? '' }).setNoDelay(true);
};

/** One dial in flight. */
export class Dial {
  readonly #socket: Socket;
  readonly #offers: Offers;
  readonly #isLocal: boolean;
  readonly #accept: string;
  readonly #done: (outcome: DialOutcome) => void;
  readonly #cancel: Cancel;
  #received: Buffer = NOTHING;
  #over = false;

  /**
   * `done` is called at most once, and not after `abort`. Of the timeout, `waitedMs` are gone
   * already, in which the dial waited for its turn.
   */
  constructor(
    request: BackendRequest,
    tls: boolean,
    limits: { readonly clock: Clock; readonly timeoutMs: number; readonly waitedMs: number },
    done: (outcome: DialOutcome) => void,
  ) {
    this.#offers = request.offers;
    this.#isLocal = 'socketPath' in request.address;
    this.#accept = acceptFor(request.offers.key);
    this.#done = done;
    const { clock, timeoutMs, waitedMs } = limits;
    this.#cancel = clock.after(timeoutMs - waitedMs, () => {
      const before = Math.round(waitedMs);
      const turn = before > 0 ? `, ${before} ms of them before its turn` : '';
      this.#fail('timeout', `no answer within ${timeoutMs} ms${turn}`);
    });
    this.#socket = open(request, tls);
    this.#socket.on('error', this.#onError);
    this.#socket.on('data', this.#onData);
    this.#socket.on('end', this.#onEnd);
    this.#socket.write(request.head, 'latin1');
  }

  /** Ends the dial at once; nothing more is heard of it. */
  abort(): void {
    if (this.#over) return;
    this.#finish();
    reset(this.#socket);
  }

  readonly #onError = (error: Error): void => {
    const code = codeOf(error);
    this.#fail(REFUSALS.has(code) ? 'refused' : 'error', code);
  };

  readonly #onEnd = (): void => this.#fail('bad-answer', 'closed before it answered');

  readonly #onData = (chunk: Buffer): void => {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const verdict = readAnswer(this.#received, {
      expectedAccept: this.#accept,
      offers: this.#offers,
    });
    if (verdict.kind === 'more') return;
    if (verdict.kind === 'bad') {
      this.#fail('bad-answer', verdict.detail);
      return;
    }
    this.#finish();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    const rest = this.#received.subarray(verdict.headLength);
    this.#done({
      ok: true,
      socket: this.#socket,
      answer: verdict,
      accept: this.#accept,
      isLocal: this.#isLocal,
      rest,
    });
  };

  #fail(cause: DialCause, detail: string): void {
    if (this.#over) return;
    this.#finish();
    reset(this.#socket);
    this.#done({ ok: false, cause, detail });
  }

  /** The socket may still report errors; its end says all, and an object less is kept. */
  #finish(): void {
    this.#over = true;
    this.#cancel();
    this.#socket.off('error', this.#onError);
    this.#socket.on('error', ignore);
  }
}
