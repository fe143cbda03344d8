/**
 * The console on a proxy that runs elsewhere. It owns nothing but its terminal: whatever ends it,
 * the proxy goes on.
 */
import type { ShownConsole } from '../../components/show-console.tsx';
import type { Clock } from '../clock.ts';
import { type AttachTo, openAttachLink } from '../control/attach-link.ts';
import { attach, type Attachment, type LinkNews } from '../control/attachment.ts';
import type { ScreenOptions } from '../contract.ts';
import { placeText } from '../core/host.ts';
import { BouncerError } from '../errors.ts';
import { type Drawing, loadDrawing } from './drawing.ts';
import { saveFile } from './save-file.ts';

/** Where, as whom, and how it looks. */
export type AttachWish = {
  readonly to: AttachTo;
  /** Who this console is, in events. */
  readonly actor: string;
  readonly screen: ScreenOptions;
  /** How to join the demo; null without one. */
  readonly join: string | null;
  /** Ends with the proxy; otherwise it waits for the next one at the same place. */
  readonly endsWithProxy: boolean;
};

/** What it needs of the process. */
export type AttachTerminal = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
};

/** How it ended; the line is for stderr. */
export type AttachEnding = { readonly code: 0 | 1; readonly line: string };

/** What is heavy, and what a test replaces. */
export type AttachParts = {
  readonly drawing: () => Promise<Drawing>;
  readonly attach: typeof attach;
};

const ownParts: AttachParts = { drawing: loadDrawing, attach };

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** One console on one proxy. */
export class AttachFront {
  /** Settles once, when the terminal has been given back. */
  readonly ended: Promise<AttachEnding>;
  readonly #end: (ending: AttachEnding) => void;
  readonly #wish: AttachWish;
  readonly #terminal: AttachTerminal;
  readonly #parts: AttachParts;
  #attachment: Attachment | null = null;
  #shown: ShownConsole | null = null;
  #down: Extract<LinkNews, { link: 'down' }> | null = null;
  #over = false;

  constructor(wish: AttachWish, terminal: AttachTerminal, parts: AttachParts = ownParts) {
    this.#wish = wish;
    this.#terminal = terminal;
    this.#parts = parts;
    const { promise, resolve } = Promise.withResolvers<AttachEnding>();
    this.ended = promise;
    this.#end = resolve;
  }

  /**
   * Attaches and shows the console; resolves when it is shown.
   * @throws BouncerError where nobody can be attached to
   */
  async show(clock: Clock): Promise<void> {
    const { to, actor, screen, join } = this.#wish;
    this.#attachment = await this.#parts.attach({
      dial: () => openAttachLink(to),
      clock,
      onNews: this.#onNews,
      // A warning of the process would land in the middle of the picture.
      onFault: (fault) => this.#shown?.tell(`an onlooker failed: ${oneLine(fault)}`),
    });
    const drawing = await this.#parts.drawing();
    if (this.#over) return;
    const { stdin, stdout, env } = this.#terminal;
    const settings = { ...screen, join, env, actor, attached: true, save: saveFile };
    const stopWith = ':stop in a console that may';
    this.#shown = drawing.showConsole(
      this.#attachment,
      { stdin, stdout },
      { ...settings, stopWith },
    );
    if (this.#down !== null) this.#onNews(this.#down);
    this.#shown.done.then(
      () => this.close(),
      (error: unknown) => this.fail(error),
    );
  }

  /** Gives the terminal back, at once, and lets go of the proxy; calling it again does nothing. */
  close(): void {
    const { line } = this;
    this.#close({ code: 0, line });
  }

  /** The same because something broke. */
  fail(error: unknown): void {
    const line = `wsbouncer: the console failed (${oneLine(error)}); the proxy is not touched`;
    this.#close({ code: 1, line });
  }

  /** The last line after an end that was wanted. */
  get line(): string {
    const where = placeText(this.#wish.to);
    if (this.#down === null) return `wsbouncer: detached from ${where}; the proxy goes on`;
    return this.#down.stopped
      ? `wsbouncer: the proxy at ${where} has stopped`
      : `wsbouncer: detached from ${where}, which did not answer`;
  }

  #close(ending: AttachEnding): void {
    if (this.#over) return;
    this.#over = true;
    this.#shown?.close();
    this.#attachment?.detach();
    this.#end(ending);
  }

  readonly #onNews = (news: LinkNews): void => {
    if (news.link !== 'down') {
      this.#down = null;
      return;
    }
    // Nobody answers where a proxy has stopped; that it has is still so.
    this.#down = this.#down?.stopped === true ? this.#down : news;
    if (news.stopped && this.#wish.endsWithProxy) this.close();
    else this.#shown?.linkDown(news.reason, news.stopped);
  };
}

/** The refusal where there is no terminal to draw on. */
export const needsTerminal = (): BouncerError =>
  new BouncerError(
    'usage',
    'attach needs a terminal',
    'wsbouncer events -f has what happens as lines, wsbouncer ls who is there',
  );
