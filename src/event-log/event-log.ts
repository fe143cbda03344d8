/**
 * The audit trail: every event as a line of a file. The disk may be full, slow or gone, and the
 * relay must not notice: lines wait in memory up to a bound while one operation after the other
 * is under way, what does not fit is counted, and an outage is told once, with its end.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { EventLogOptions } from '../contract.ts';
import { BouncerError } from '../errors.ts';
import type { LogReport, ProxyEvent } from '../events.ts';
import { lineOf } from './event-line.ts';
import { codeOf, troubleText } from './file-trouble.ts';
import { checkRotation, LogFile, rotateFiles } from './log-file.ts';
import { WaitingLines } from './waiting-lines.ts';

/** The file system as a log sees it. */
export type Files = {
  readonly open: (
    settings: EventLogOptions,
  ) => Promise<Pick<LogFile, 'room' | 'isDue' | 'write' | 'isInPlace' | 'close'>>;
  readonly rotate: (settings: EventLogOptions) => Promise<void>;
};

type OpenFile = Awaited<ReturnType<Files['open']>>;

const ownFiles: Files = { open: (settings) => LogFile.open(settings), rotate: rotateFiles };

/** What became of the last lines. */
export type LogEnd = {
  /** How many lines are not in the file, those that were lost before included. */
  readonly missing: number;
  /** Why; null where none is missing. */
  readonly detail: string | null;
};

/** Events of a moment go in one write: in a storm 50 writes a second and not thousands. */
const GATHER_MS = 20;
/** An attempt to write again costs next to nothing, and a disk has space again when it has. */
const RETRY_MS = 1000;
/** A pipe is full for a moment where its reader is busy; that is no outage yet. */
const PIPE_RETRY_MS = 50;
/** A disk that takes this long for one operation is told of, though nothing may be lost yet. */
const STALL_MS = 10_000;
/** A rotation that failed costs the file a close and an open each time. */
const ROTATE_AGAIN_MS = 10_000;
/** How often it is looked whether somebody moved the file away. */
const LOOK_EVERY_MS = 1000;
/** Bytes of one write; rotation is decided in between. */
const MOST_AT_ONCE = 256 * 1024;

const isOwn = ({ event }: ProxyEvent): boolean =>
  event === 'log.failed' || event === 'log.recovered';

/** Appends events to a file. Nothing that it is told to write ever throws or waits. */
export class EventLog {
  readonly #settings: EventLogOptions;
  readonly #clock: Clock;
  readonly #waiting = new WaitingLines();
  readonly #files: Files;
  #file: OpenFile | null;
  #report: ((report: LogReport) => void) | null = null;
  /** Why nothing is written; null: it is. */
  #outage: string | null = null;
  /** Why the file grows beyond its size, as it was told; null: it does not. */
  #unrotated: string | null = null;
  /** While it waits, no rotation is tried. */
  #again: Cancel | null = null;
  #running: Promise<void> | null = null;
  #later: Cancel | null = null;
  #wantsNewFile = false;
  /** The last attempt ended because a pipe was full. */
  #isPipeBusy = false;
  #lookedAt: number;
  #ending = false;
  #ended = false;

  private constructor(settings: EventLogOptions, clock: Clock, files: Files, file: OpenFile) {
    this.#settings = settings;
    this.#clock = clock;
    this.#files = files;
    this.#file = file;
    this.#lookedAt = clock.now();
  }

  /** Opens a log; rejects with a BouncerError of kind `environment` where that cannot be done. */
  static async open(
    settings: EventLogOptions,
    clock: Clock,
    files: Files = ownFiles,
  ): Promise<EventLog> {
    let file: OpenFile | null = null;
    try {
      file = await files.open(settings);
      await checkRotation(file, settings);
      return new EventLog(settings, clock, files, file);
    } catch (error) {
      await file?.close();
      const why = troubleText(error);
      throw file === null
        ? new BouncerError(
            'environment',
            `--event-log ${JSON.stringify(settings.path)} cannot be opened: ${why}`,
            'name another file',
            error,
          )
        : new BouncerError(
            'environment',
            `--event-log ${JSON.stringify(settings.path)} could not be rotated: ${why}`,
            'name a file in a directory of its own, or pass --event-log-size 0',
            error,
          );
    }
  }

  /** Says to `report` when the log fails and when it works again; at once where it fails now. */
  reportTo(report: (report: LogReport) => void): void {
    this.#report = report;
    const trouble = this.#outage ?? this.#unrotated;
    if (trouble !== null) report(this.#failed(trouble));
  }

  /** Lets an event be written; what the log said of itself, it has written itself. */
  readonly write = (event: ProxyEvent): void => {
    if (this.#ended || isOwn(event)) return;
    if (!this.#waiting.add(lineOf(event)) && this.#outage === null) {
      this.#fail('the disk is too slow');
    }
    if (this.#running === null && this.#later === null) this.#runIn(GATHER_MS);
  };

  /** Somebody has moved the file away, or made room: goes on in a file of that name, at once. */
  readonly reopen = (): void => {
    if (this.#ended) return;
    this.#wantsNewFile = true;
    this.#again?.();
    this.#again = null;
    if (this.#running === null) this.#runIn(0);
  };

  /** Writes what waits, within `withinMs`, and closes the file. What comes later is not written. */
  async end(withinMs: number): Promise<LogEnd> {
    this.#ending = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(withinMs, resolve);
    await Promise.race([this.#lastWrites(), late]);
    cancel();
    this.#ended = true;
    this.#later?.();
    this.#later = null;
    this.#again?.();
    const missing = this.#waiting.count + this.#waiting.lost;
    return { missing, detail: missing > 0 ? (this.#outage ?? 'the disk is too slow') : null };
  }

  async #lastWrites(): Promise<void> {
    // What is under way may fail for a reason that has passed; one more attempt, and no third.
    await this.#running;
    await this.#run();
    while (this.#isPipeBusy && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#clock.after(PIPE_RETRY_MS, resolve);
      });
      await this.#run();
    }
    if (this.#waiting.count > 0 || this.#running !== null) return;
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => undefined);
  }

  #runIn(ms: number): void {
    this.#later?.();
    this.#later = this.#clock.after(ms, () => void this.#run());
  }

  #run(): Promise<void> {
    this.#later?.();
    this.#later = null;
    this.#running ??= this.#writeAll()
      .then(
        () => null,
        (trouble: unknown) => this.#afterTrouble(trouble),
      )
      .then((retryMs) => {
        this.#running = null;
        // What came between the last look and now has waited for nobody.
        const rest = this.#waiting.count > 0 || this.#wantsNewFile;
        if (!this.#ending && (retryMs !== null || rest)) this.#runIn(retryMs ?? GATHER_MS);
      });
    return this.#running;
  }

  /** Writes until nothing waits; rejects with what the file system says. */
  async #writeAll(): Promise<void> {
    this.#isPipeBusy = false;
    for (;;) {
      const file = await this.#fileToWrite();
      if (this.#waiting.count === 0) {
        if (this.#outage === null) return;
        this.#recover();
        continue;
      }
      const room = this.#again === null ? file.room : Infinity;
      const bytes = this.#waiting.next(Math.min(MOST_AT_ONCE, room));
      this.#waiting.written(await this.#timed(file.write(bytes)));
    }
  }

  /** The file that the next line belongs into. */
  async #fileToWrite(): Promise<OpenFile> {
    if (this.#wantsNewFile || !(await this.#isInPlace())) await this.#letGo();
    this.#file ??= await this.#timed(this.#files.open(this.#settings));
    const { count, nextBytes } = this.#waiting;
    // A rotation that is overdue is tried again without a line, too.
    const bytes = count === 0 && this.#unrotated !== null && !this.#ending ? 1 : nextBytes;
    if (bytes === 0 || this.#again !== null || !this.#file.isDue(bytes)) return this.#file;
    return this.#rotated();
  }

  /** A new file; where there can be none the old one, so that a line too many is all the harm. */
  async #rotated(): Promise<OpenFile> {
    await this.#letGo();
    const rotation = this.#timed(this.#files.rotate(this.#settings));
    const trouble = await rotation.then(() => null, troubleText);
    if (trouble !== null) this.#again = this.#ended ? () => {} : this.#rotateLater();
    const file = await this.#timed(this.#files.open(this.#settings));
    this.#file = file;
    const isNew = this.#unrotated === null;
    this.#unrotated = trouble === null ? null : `it cannot be rotated and grows: ${trouble}`;
    if (this.#unrotated === null && !isNew && this.#outage === null) this.#recover();
    if (this.#unrotated !== null && isNew) this.#tell(this.#failed(this.#unrotated));
    return file;
  }

  #rotateLater(): Cancel {
    return this.#clock.after(ROTATE_AGAIN_MS, () => {
      this.#again = null;
      void this.#run();
    });
  }

  async #isInPlace(): Promise<boolean> {
    const now = this.#clock.now();
    if (this.#file === null || now - this.#lookedAt < LOOK_EVERY_MS) return true;
    this.#lookedAt = now;
    return this.#timed(this.#file.isInPlace());
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#wantsNewFile = false;
    await file?.close(this.#waiting.restart());
  }

  /** Tells of an operation that takes too long, and waits for it all the same. */
  async #timed<T>(operation: Promise<T>): Promise<T> {
    const cancel = this.#clock.after(STALL_MS, () =>
      this.#fail(`the disk has not answered for ${STALL_MS / 1000}s`),
    );
    try {
      return await operation;
    } finally {
      cancel();
    }
  }

  /** Milliseconds until the next attempt. */
  async #afterTrouble(trouble: unknown): Promise<number> {
    this.#isPipeBusy = codeOf(trouble) === 'EAGAIN';
    if (this.#isPipeBusy && this.#waiting.lost === 0) return PIPE_RETRY_MS;
    this.#fail(troubleText(trouble));
    // A pipe's reader goes on where it was; whatever else failed is opened anew.
    if (!this.#isPipeBusy) await this.#letGo().catch(() => undefined);
    return RETRY_MS;
  }

  #failed(detail: string): LogReport {
    return { event: 'log.failed', path: this.#settings.path, detail };
  }

  #fail(detail: string): void {
    const isNew = this.#outage === null;
    this.#outage = detail;
    if (isNew) this.#tell(this.#failed(detail));
  }

  #recover(): void {
    this.#outage = null;
    // Told again where it is still so: one word ends all that was told before.
    this.#unrotated = null;
    this.#tell({ event: 'log.recovered', lost: this.#waiting.tellLost() });
  }

  #tell(report: LogReport): void {
    const time = this.#clock.date().toISOString();
    this.#waiting.addOwn(`${JSON.stringify({ time, ...report })}\n`);
    this.#report?.(report);
  }
}
