/**
 * The console as plain lines: what happens, a summary every ten seconds, and commands that are
 * typed below. For a terminal's scrollback, and for screen readers. It shows the same state as
 * the drawn console, so an eviction that was armed there goes on counting here.
 *
 * The terminal stays raw, and what is typed is echoed here: in its own line mode Ctrl-Z would
 * stop the process, and the proxy with it.
 */
import { eventText } from '../src/console/event-text.ts';
import { edited, emptyPrompt, inserted, type Prompt } from '../src/console/prompt.ts';
import { newestPicture } from '../src/console/sight.ts';
import type { State } from '../src/console/state.ts';
import type { ProxyControl } from '../src/contract.ts';
import type { ProxyEvent } from '../src/events.ts';
import type { Face, FaceParts } from './face.ts';
import { LinePrinter } from './line-printer.ts';
import { LogKeys, type Typed } from './log-keys.ts';
import * as lines from './log-lines.ts';
import { Refusals } from './refusals.ts';
import { giveBack } from './terminal.ts';

/** How often the summary is printed, if it says something new. */
const summaryMs = 10_000;

/** Who needs the operator is not said more often: at its worst it changes with every picture. */
const worstMs = 2000;

/** What has been said of the state. */
type Seen = Pick<State, 'notice' | 'armed' | 'ended' | 'outage'> & { readonly question: string };

/** That it goes on failing in other words is no news. */
const isNews = (before: State['outage'], now: State['outage']): boolean =>
  now !== null && (before === null || before.stopped !== now.stopped);

class LogMode implements Face {
  readonly #parts: FaceParts;
  /** Back to the drawn console; null where there is none. */
  readonly #leave: (() => void) | null;
  readonly #printer: LinePrinter;
  readonly #keys = new LogKeys();
  readonly #refusals = new Refusals();
  readonly #endings: (() => void)[] = [];
  #prompt: Prompt = emptyPrompt;
  #seen: Seen = { notice: null, armed: [], ended: null, outage: null, question: '' };
  #worst = '';
  #worstAt = -Infinity;
  #summary = '';
  #cancelSummary = (): void => {};

  constructor(control: ProxyControl, parts: FaceParts, leave: (() => void) | null) {
    this.#parts = parts;
    this.#leave = leave;
    this.#printer = new LinePrinter(parts.stdout, parts.glyphs.sevenBit);
    // Both have been on the screen.
    const { notice, ended, outage } = parts.store.read();
    this.#seen = { ...this.#seen, notice, ended, outage };
    this.#takeOver();
    this.#printer.print(
      leave === null
        ? 'wsbouncer: type help and Enter for the commands; Enter alone says how it is'
        : 'log mode: Enter alone goes back to the screen; type help for the commands',
    );
    const { join } = parts.store.read().settings;
    if (join !== null && leave === null) this.#printer.print(join);
    this.#summarize();
    this.#look();
    this.#endings.push(parts.store.subscribe(this.#look), control.events(this.#tell));
  }

  /** There is nothing to draw anew: what is printed stays. */
  readonly redraw = (): void => {};

  readonly close = (): void => {
    this.#cancelSummary();
    for (const end of this.#endings.splice(0)) end();
    const { stdin, stdout } = this.#parts;
    this.#printer.enter();
    giveBack(() => {}, stdin, stdout);
    stdin.unref?.();
  };

  #takeOver(): void {
    const { stdin, stdout, onFailure } = this.#parts;
    const read = (): void => {
      try {
        for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) {
          for (const typed of this.#keys.read(String(chunk))) this.#onTyped(typed);
        }
      } catch (error) {
        onFailure(error);
      }
    };
    stdin.setEncoding('utf8');
    stdin.ref?.();
    stdin.setRawMode(true);
    stdin.on('readable', read);
    this.#endings.push(() => stdin.off('readable', read));
    // Pasted lines are told from typed ones.
    stdout.write('\u001B[?2004h');
  }

  #onTyped(typed: Typed): void {
    if ('pasted' in typed) {
      this.#typed(inserted(this.#prompt, typed.pasted));
      if (/[\r\n]/.test(typed.pasted)) this.#printer.print('pasted: press Enter to carry it out');
    } else if (typed.key === 'enter') this.#enter();
    else if (typed.key === 'ctrl-c' || typed.key === 'ctrl-z') {
      this.#parts.store.dispatch({ type: 'keys', keys: [typed.key] });
    } else if (typed.key === 'esc') this.#typed(emptyPrompt);
    else this.#typed(edited(this.#prompt, typed.key) ?? this.#prompt);
  }

  #typed(prompt: Prompt): void {
    this.#prompt = prompt;
    this.#printer.type(prompt.text);
  }

  #enter(): void {
    const { store } = this.#parts;
    const text = this.#prompt.text.trim();
    this.#printer.enter();
    this.#prompt = emptyPrompt;
    const { modal } = store.read();
    if (lines.isQuestion(modal)) {
      // Nobody agrees to what has not been asked.
      const key = this.#seen.question === '' ? 'esc' : lines.answerKey(modal, text);
      store.dispatch({ type: 'keys', keys: [key] });
      if (key === 'esc') this.#printer.print('cancelled');
    } else if (text === '') {
      if (this.#leave === null) this.#printer.print(lines.summaryLine(store.read()));
      else this.#leave();
    } else if (/^(?:help\b|\?$)/.test(text)) {
      const { settings } = store.read();
      for (const line of lines.helpLines(settings, this.#leave !== null)) this.#printer.print(line);
    } else store.dispatch({ type: 'typed-command', text });
  }

  readonly #tell = (event: ProxyEvent): void => {
    // What was armed here, and undone, has been said by the line of that.
    if (event.event === 'eviction.armed' || event.event === 'eviction.undone') {
      if (event.actor === this.#parts.store.read().settings.actor) return;
    }
    // Its eviction has been told.
    if (event.event === 'viewer.left' && event.cause === 'evicted') return;
    if (this.#refusals.isNews(event)) this.#printer.print(eventText(event));
  };

  /** Says what is new in the state. */
  readonly #look = (): void => {
    const state = this.#parts.store.read();
    const { notice, armed, ended, outage, modal } = state;
    const before = this.#seen;
    const question = lines.questionKey(modal);
    this.#seen = { notice, armed, ended, outage, question };
    const isFirst = this.#summary === lines.nothingYet && newestPicture(state) !== null;
    if (isFirst) this.#summarize();
    const isBack = before.outage !== null && outage === null;
    const fresh = [
      isFirst || isBack ? lines.othersLine(state) : null,
      ended === before.ended ? null : lines.summaryLine(state),
      isNews(before.outage, outage) ? lines.summaryLine(state) : null,
      lines.armedLine(before.armed, state),
      notice === before.notice ? null : (notice?.text ?? null),
      question === before.question
        ? null
        : lines.questionLine(
            modal,
            newestPicture(state),
            !state.settings.readOnly && outage === null,
          ),
      this.#newWorst(state),
    ];
    for (const line of fresh) if (line !== null) this.#printer.print(line);
    // What needs a screen would keep the keys for itself.
    if (modal.mode !== 'main' && !lines.isQuestion(modal)) {
      this.#printer.print('that needs the screen');
      this.#parts.store.dispatch({ type: 'keys', keys: ['esc'] });
    }
  };

  #newWorst(state: State): string | null {
    const snapshot = newestPicture(state);
    if (snapshot === null || state.now - this.#worstAt < worstMs) return null;
    const worst = lines.worstKey(snapshot);
    if (worst === this.#worst) return null;
    this.#worst = worst;
    this.#worstAt = state.now;
    return lines.worstLine(snapshot);
  }

  #summarize(): void {
    for (const line of this.#refusals.summed()) this.#printer.print(line);
    const summary = lines.summaryLine(this.#parts.store.read());
    if (summary !== this.#summary) this.#printer.print(summary);
    this.#summary = summary;
    this.#cancelSummary();
    this.#cancelSummary = this.#parts.time.after(summaryMs, () => this.#summarize());
  }
}

/** Shows the console as lines; `leave` goes back to the drawn one, null where there is none. */
export const openLog = (
  control: ProxyControl,
  parts: FaceParts,
  leave: (() => void) | null,
): Face => new LogMode(control, parts, leave);
