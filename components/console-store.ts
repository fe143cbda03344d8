/**
 * Runs the pure console against a proxy: hands it keys, pictures and time, sends its commands,
 * and tells the screen when to draw. Nothing is decided here.
 */
import { type RawKey, keysOf } from '../src/console/raw-keys.ts';
import { abandoned } from '../src/console/intentions.ts';
import type { Size } from '../src/console/layout.ts';
import { viewOf } from '../src/console/pictures.ts';
import {
  type Effect,
  type Input,
  initialState,
  type Settings,
  type State,
} from '../src/console/state.ts';
import { step } from '../src/console/step.ts';
import { nextTickMs } from '../src/console/wake.ts';
import type { ProxyControl, Snapshot, Watch } from '../src/contract.ts';

/** Where the console's time comes from. */
export type Time = {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Calls `run` once after `ms` milliseconds; returns what prevents it. */
  readonly after: (ms: number, run: () => void) => () => void;
};

/** What is not for the proxy: the clipboard, files, the screen. */
export type ShellEffect = Exclude<Effect, { readonly do: 'send' }>;

/** What a store needs besides the proxy. */
export type StoreOptions = {
  readonly size: Size;
  readonly settings: Settings;
  readonly time: Time;
  /** The terminal has not yet taken what was drawn: nothing new is drawn meanwhile. */
  readonly isBehind: () => boolean;
  readonly carryOut: (effect: ShellEffect) => void;
  /** Something in here threw: a bug, after which the console must go and the proxy stay. */
  readonly onFailure: (error: unknown) => void;
};

/** How often a terminal that is behind is looked at again. */
const retryMs = 50;

/** The console's state over time. */
export class ConsoleStore {
  readonly #control: ProxyControl;
  readonly #options: StoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #inputs: Input[] = [];
  #state: State;
  #shown: State;
  #watch: Watch | null = null;
  #view = '';
  #busy = false;
  #closed = false;
  /** Counts up when the link drops: a picture of before is not shown after that. */
  #link = 0;
  #cancelTick = (): void => {};
  #cancelRetry: (() => void) | null = null;

  constructor(control: ProxyControl, options: StoreOptions) {
    this.#control = control;
    this.#options = options;
    this.#state = initialState(options.size, options.settings, options.time.now());
    this.#shown = this.#state;
  }

  /** Begins to watch the proxy. */
  start(): void {
    const view = viewOf(this.#state);
    this.#view = JSON.stringify(view);
    this.#watch = this.#control.watch(view, (snapshot) => this.#take(snapshot));
    this.#control.closed.then(
      (reason) => this.dispatch({ type: 'ended', reason }),
      (error: unknown) => this.dispatch({ type: 'ended', reason: String(error) }),
    );
    this.dispatch({ type: 'tick' });
  }

  /** The state to draw; the same object until it changes. */
  readonly read = (): State => this.#shown;

  /** Calls `listener` whenever there is something new to draw; returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** A key as the drawing library reports it. */
  readonly typed = (input: string, key: RawKey): void => {
    const keys = keysOf(input, key);
    const shown = this.#shown;
    this.dispatch(keys === null ? { type: 'paste', text: input } : { type: 'keys', keys, shown });
  };

  /** Something happens to the console, now. */
  readonly dispatch = (input: Input): void => {
    if (this.#closed) return;
    this.#inputs.push(input);
    // A command or a look may be answered before it returns; its answer waits its turn.
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#inputs.length > 0) {
        for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
          this.#step(next);
        }
        this.#scheduleTick();
        // Who is told may answer at once.
        this.#publish();
      }
    } catch (error) {
      this.#options.onFailure(error);
    } finally {
      this.#busy = false;
    }
  };

  /** The link to a proxy that runs elsewhere is down; the next picture says that it is back. */
  linkDown(reason: string, stopped: boolean): void {
    this.#link += 1;
    this.dispatch({ type: 'link-down', reason, stopped });
  }

  /** Lets go of the proxy and of time; nothing happens afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const last = abandoned(this.#state);
    // Nobody is left to be told what came of it.
    if (last !== null) this.#control.command(last).catch(() => {});
    this.#cancelTick();
    this.#cancelRetry?.();
    this.#watch?.close();
    this.#listeners.clear();
  }

  #step(input: Input): void {
    const before = this.#state;
    const { state, effects } = step(before, input, this.#options.time.now());
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    const view = viewOf(state);
    const written = JSON.stringify(view);
    if (written === this.#view) return;
    this.#view = written;
    // What one picture asks of the next is not worth one more: they come four times a second.
    this.#watch?.look(view, input.type === 'snapshot' && before.snapshot !== null);
  }

  #carryOut(effect: Effect): void {
    if (effect.do !== 'send') {
      this.#options.carryOut(effect);
      return;
    }
    const { command, reply } = effect;
    this.#control.command(command).then(
      (result) => this.dispatch({ type: 'result', reply, result }),
      (error: unknown) =>
        this.dispatch({ type: 'result', reply, result: { ok: false, reason: String(error) } }),
    );
  }

  /** A picture that the terminal cannot take yet waits here, and no other is made meanwhile. */
  async #take(snapshot: Snapshot): Promise<void> {
    const link = this.#link;
    while (!this.#closed && this.#options.isBehind()) {
      await new Promise<void>((resolve) => this.#options.time.after(retryMs, resolve));
    }
    if (link === this.#link) this.dispatch({ type: 'snapshot', snapshot });
  }

  #scheduleTick(): void {
    this.#cancelTick();
    if (this.#closed) return;
    const ms = nextTickMs(this.#state);
    this.#cancelTick = this.#options.time.after(ms, () => this.dispatch({ type: 'tick' }));
  }

  #publish(): void {
    if (this.#closed || this.#cancelRetry !== null) return;
    if (this.#options.isBehind()) {
      this.#cancelRetry = this.#options.time.after(retryMs, () => {
        this.#cancelRetry = null;
        this.#publish();
      });
      return;
    }
    this.#shown = this.#state;
    for (const listener of this.#listeners) listener();
  }
}
