/**
 * What a service manager is told (sd_notify(3)): that the proxy serves, that it stops, how it
 * is, and, where a watchdog wants to know, that it still answers. The manager's socket takes
 * datagrams, which Node cannot send over Unix sockets, so systemd's own `systemd-notify` does;
 * it waits until each was read, which the manager needs to know whose child has spoken.
 */
import { execFile } from 'node:child_process';
import type { Cancel, Clock } from '../clock.ts';
import type { ProxyControl } from '../contract.ts';
import type { ProxyEvent } from '../events.ts';

/** Sends one datagram of such assignments; rejects where that cannot be done. */
export type Notify = (assignments: readonly string[]) => Promise<void>;

/** Longer than it waits itself for a manager that is busy. */
const NOTIFY_WITHIN_MS = 10_000;

/** What it needs of the environment, where a token may stand that is none of its business. */
const forSystemd = ({ PATH, NOTIFY_SOCKET }: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  PATH,
  NOTIFY_SOCKET,
});

const systemdNotify: Notify = (assignments) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = { timeout: NOTIFY_WITHIN_MS, env: forSystemd(process.env) };
  execFile('systemd-notify', [...assignments], options, (error) => {
    if (error === null) resolve();
    else reject(error);
  });
  return promise;
};

/** What the manager is told with. */
export type ManagerParts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This process, and the one that started it for this. */
  readonly processes: readonly number[];
  readonly clock: Clock;
  /** Writes a line to stderr. */
  readonly say: (line: string) => void;
  readonly notify?: Notify;
};

/** How often the watchdog wants to hear something, in milliseconds; null: it does not. */
const watchdogMs = ({ env, processes }: ManagerParts): number | null => {
  const micros = Number(env['WATCHDOG_USEC']);
  const pid = env['WATCHDOG_PID'] ?? '';
  const isMeant = pid === '' || processes.some((each) => pid === String(each));
  return isMeant && Number.isFinite(micros) && micros > 0 ? micros / 1000 : null;
};

const plural = (count: number): string => `${count} ${count === 1 ? 'viewer' : 'viewers'}`;

/** Tells the manager, in order, one after the other. Nothing waits for it, and nothing it does throws. */
export class ServiceManager {
  readonly #parts: ManagerParts;
  readonly #notify: Notify;
  #last: Promise<void> = Promise.resolve();
  #isPinging = false;
  #hasFailed = false;
  #isStopping = false;
  #cancel: Cancel | null = null;

  private constructor(parts: ManagerParts) {
    this.#parts = parts;
    this.#notify = parts.notify ?? systemdNotify;
  }

  /** Null where no manager has asked to be told. */
  static of(parts: ManagerParts): ServiceManager | null {
    return (parts.env['NOTIFY_SOCKET'] ?? '') === '' ? null : new ServiceManager(parts);
  }

  /** It serves; from now on the watchdog is told so, as often as twice in its time. */
  serves({ address, command }: Pick<ProxyControl, 'command'> & { readonly address: string }): void {
    void this.#tell('READY=1', `STATUS=serving on ${address}`);
    const everyMs = watchdogMs(this.#parts);
    if (everyMs === null) return;
    this.#cancel = this.#parts.clock.every(everyMs / 2, () => void this.#ping(command));
  }

  /** An event of the proxy. */
  readonly heard = (event: ProxyEvent): void => {
    if (event.event === 'proxy.draining') {
      const within = Math.ceil(event.windowMs / 1000);
      void this.#tell(`STATUS=draining ${plural(event.viewers)} within ${within}s`);
    }
    if (event.event === 'proxy.stopped') this.stopping();
  };

  /** It has begun to stop. */
  stopping(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    void this.#tell('STOPPING=1', 'STATUS=closing the viewers');
  }

  /** Says that it stops, and waits for the manager, at most `withinMs`. */
  async end(withinMs: number): Promise<void> {
    this.#cancel?.();
    this.stopping();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.clock.after(withinMs, resolve);
    await Promise.race([this.#last, promise]);
    cancel();
  }

  /** Only who answers lives: a question goes through the relay's own loop, wherever that runs. */
  async #ping(command: ProxyControl['command']): Promise<void> {
    if (this.#isPinging) return;
    this.#isPinging = true;
    try {
      const wanted = { do: 'list', session: null, filter: [], after: null, most: 1 } as const;
      // A dead thread and a lost link are answered too: for the relay, and not by it.
      const { ok } = await command(wanted);
      if (ok) await this.#tell('WATCHDOG=1');
    } catch {
      // The manager draws its conclusion from not hearing of it.
    } finally {
      this.#isPinging = false;
    }
  }

  #tell(...assignments: string[]): Promise<void> {
    this.#last = this.#last
      .then(() => this.#notify(assignments))
      .catch((error: unknown) => this.#failed(error));
    return this.#last;
  }

  #failed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { code } = error as { readonly code?: unknown };
    const why = code === 'ENOENT' ? 'there is no such program' : `it ended with ${String(code)}`;
    this.#parts.say(
      `wsbouncer: systemd is not told of anything (systemd-notify: ${why}); set Type=exec in the unit, without WatchdogSec`,
    );
  }
}
