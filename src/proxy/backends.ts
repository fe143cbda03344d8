/**
 * Where the backend of a session is: where one template says for all, or where the program says
 * that the proxy is part of. That may take its time, within the dial timeout; meanwhile the
 * viewer has its slot, and whatever ends it ends the question too.
 */
import type { IncomingMessage } from 'node:http';
import type { Cancel, Clock } from '../clock.ts';
import type { BackendTemplate, ProxyOptions, SessionId } from '../contract.ts';
import { backendRequest, type DialOrder } from '../core/backend-request.ts';
import { type DialEvents, Dials } from './dials.ts';
import { reportFault } from './guarded.ts';

/** Names the backend of a session; null: there is no such session. */
export type FindBackend = (
  session: SessionId,
  request: IncomingMessage,
) => BackendTemplate | null | Promise<BackendTemplate | null>;

/** Whose backend is dialled, and what it is told of the viewer. */
export type Wanted = Omit<DialOrder, 'template' | 'backendHost'> & {
  readonly request: IncomingMessage;
};

/** Finds and dials the backends of one proxy. */
export class Backends {
  readonly #options: ProxyOptions;
  readonly #clock: Clock;
  readonly #dials: Dials;
  readonly #find: FindBackend | null;

  /** `find` null: all of them are where `options.backend` says. `missed`: see `Dials`. */
  constructor(options: ProxyOptions, clock: Clock, find: FindBackend | null, missed: () => void) {
    this.#options = options;
    this.#clock = clock;
    this.#dials = new Dials(options, clock, missed);
    this.#find = find;
  }

  /** Finds the backend and dials it, all within the dial timeout; returns what aborts it. */
  dial(wanted: Wanted, events: DialEvents): Cancel {
    const { backend: template, backendHost } = this.#options;
    if (this.#find !== null) return this.#findAndDial(this.#find, wanted, events);
    return this.#dials.dial(backendRequest({ ...wanted, template, backendHost }), events);
  }

  #findAndDial(find: FindBackend, wanted: Wanted, { begins, done }: DialEvents): Cancel {
    const { backendHost, dialTimeoutMs } = this.#options;
    const askedAt = this.#clock.now();
    let isOver = false;
    const fail = (cause: 'timeout' | 'error' | 'unknown-session', detail: string): void => {
      if (isOver) return;
      end();
      done({ ok: false, cause, detail });
    };
    const cancel = this.#clock.after(dialTimeoutMs, () => {
      fail('timeout', `the resolver named no backend within ${dialTimeoutMs} ms`);
    });
    let end: Cancel = () => {
      isOver = true;
      cancel();
    };
    const found = (template: BackendTemplate | null): void => {
      if (isOver) return;
      if (template === null) return fail('unknown-session', 'the resolver knows no such session');
      cancel();
      const request = backendRequest({ ...wanted, template, backendHost });
      end = this.#dials.dial(request, { begins, done }, { tls: template.tls, askedAt });
    };
    const ask = async () => find(wanted.session, wanted.request);
    // What is thrown while the answer is carried out is no fault of the resolver.
    void ask().then(found, (error: unknown) => {
      reportFault(error);
      fail('error', 'the resolver failed');
    });
    return () => end();
  }
}
