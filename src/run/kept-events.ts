/**
 * Where events are kept, from the first one on, also where the place of their log is known only
 * after that: beside a control socket whose name has the port that was free.
 */
import type { Clock } from '../clock.ts';
import type { EventLogOptions } from '../contract.ts';
import type { EventLog, LogEnd } from '../event-log/event-log.ts';
import type { LogReport, ProxyEvent } from '../events.ts';

/** The event log of a run, if it has one. */
export class KeptEvents {
  readonly #clock: Clock;
  #log: EventLog | null = null;
  #early: ProxyEvent[] | null;

  /** With `expected`, events wait for the log that is opened later. */
  constructor(clock: Clock, expected: boolean) {
    this.#clock = clock;
    this.#early = expected ? [] : null;
  }

  /** Opens the log; rejects with a BouncerError of kind `environment` where that cannot be done. */
  async openAt(options: EventLogOptions): Promise<void> {
    const { EventLog } = await import('../event-log/event-log.ts');
    const log = await EventLog.open(options, this.#clock);
    for (const event of this.#early?.splice(0) ?? []) log.write(event);
    this.#early = null;
    this.#log = log;
  }

  /** Keeps an event; without a log it does nothing. */
  readonly write = (event: ProxyEvent): void => {
    if (this.#log === null) this.#early?.push(event);
    else this.#log.write(event);
  };

  /** Somebody has moved the file away. */
  readonly reopen = (): void => this.#log?.reopen();

  /** Says to `report` when the log fails and when it works again. */
  reportTo(report: (report: LogReport) => void): void {
    this.#log?.reportTo(report);
  }

  /** Writes what waits, within `withinMs`. */
  async end(withinMs: number): Promise<LogEnd> {
    return (await this.#log?.end(withinMs)) ?? { missing: 0, detail: null };
  }
}
