/** Drives the pure console by hand: keys, pictures of a world, and time, without a terminal. */
import type { Command, CommandResult, ViewerId } from '../../src/contract.ts';
import { type Glyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import type { Size } from '../../src/console/layout.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { screenOf } from '../../src/console/screen.ts';
import {
  type Effect,
  type Input,
  initialState,
  plainSettings,
  type Settings,
  layoutIn,
  type State,
} from '../../src/console/state.ts';
import { step } from '../../src/console/step.ts';
import { textOf } from '../../src/console/text.ts';
import { outcomeIn, pictureOf, viewerId, type World } from './fake-control.ts';

/** A console in front of a world that a test changes. */
export class ConsoleDriver {
  /** Everything that was to be done so far, in order, but for the word of what was armed. */
  readonly effects: Effect[] = [];
  /** What was said of evictions that were armed and undone, in order. */
  readonly intentions: Extract<Command, { readonly do: 'intend' }>[] = [];
  state: State;
  world: World;
  now = 1000;
  /** What the terminal shows while it takes nothing; null: what there is. */
  #shown: State | null = null;
  #seq = 0;
  #answered = 0;

  constructor(
    world: World,
    size: Size = { columns: 80, rows: 24 },
    settings: Partial<Settings> = {},
  ) {
    this.world = world;
    this.state = initialState(size, { ...plainSettings, ...settings }, this.now);
    this.show();
  }

  /** Puts one input in; returns what is to be done about it. */
  input(input: Input): readonly Effect[] {
    const seen = input.type === 'keys' && this.#shown !== null ? { shown: this.#shown } : {};
    const { state, effects: all } = step(this.state, { ...input, ...seen }, this.now);
    this.state = state;
    const effects: Effect[] = [];
    for (const effect of all) {
      if (effect.do === 'send' && effect.command.do === 'intend') {
        this.intentions.push(effect.command);
      } else effects.push(effect);
    }
    this.effects.push(...effects);
    return effects;
  }

  /** The terminal goes on showing what it shows, and takes no picture. */
  stall(): void {
    this.#shown = this.state;
  }

  /** It shows what there is again. */
  resume(): void {
    this.#shown = null;
  }

  /** Keys as one string would bring them, then the pictures that follow. */
  chunk(...keys: readonly string[]): readonly Effect[] {
    const effects = this.input({ type: 'keys', keys });
    this.settle();
    return effects;
  }

  /** Keys one at a time, each followed by the pictures it asks for. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.chunk(key);
  }

  /** One picture of the world. */
  show(world: World = this.world): void {
    this.world = world;
    this.#seq += 1;
    const snapshot = pictureOf(world, viewOf(this.state), this.#seq);
    this.input({ type: 'snapshot', snapshot });
  }

  /** Pictures until the console asks for nothing else and is sure of what it has. */
  settle(): void {
    for (let before = ''; before !== this.#wish(); this.show()) before = this.#wish();
  }

  /** Lets time pass, with a tick at its end. */
  wait(ms: number): readonly Effect[] {
    this.now += ms;
    return this.input({ type: 'tick' });
  }

  /** What came of the newest command. */
  answer(result: CommandResult): void {
    const last = this.effects.findLast((effect) => effect.do === 'send');
    if (last?.do === 'send') this.input({ type: 'result', reply: last.reply, result });
  }

  /** Lets the world answer every command that has not been answered yet, in order. */
  respond(): void {
    for (; this.#answered < this.effects.length; this.#answered += 1) {
      const effect = this.effects[this.#answered];
      if (effect?.do !== 'send') continue;
      const { world, result } = outcomeIn(this.world, effect.command);
      this.world = world;
      this.input({ type: 'result', reply: effect.reply, result });
    }
  }

  /** The rows of the screen as text. */
  rows(glyphs: Glyphs = unicodeGlyphs): readonly string[] {
    return screenOf(this.#shown ?? this.state, glyphs).map(textOf);
  }

  /** The screen as one text. */
  get screen(): string {
    return this.rows().join('\n');
  }

  /** The last row. */
  get status(): string {
    return this.rows().at(-1) ?? '';
  }

  /**
   * The digits on the screen and the ids that they stand beside, read off its text alone; throws
   * where one stands beside two.
   */
  get digits(): ReadonlyMap<number, ViewerId> {
    const { kind, left } = layoutIn(this.#shown ?? this.state);
    const rows = this.rows();
    const feed = rows.findIndex((row) => row.includes('── Events'));
    const found = new Map<number, ViewerId>();
    for (const row of rows.slice(0, feed < 0 ? rows.length : feed)) {
      const text = row.slice(kind === 'wide' ? left + 1 : 0);
      const [, digit, id] = /^.(\d) [^\s│] [^│]*?\b(v\d+)(?= |$)/.exec(text) ?? [];
      if (digit === undefined || id === undefined) continue;
      const before = found.get(Number(digit)) ?? id;
      if (before !== id) throw new Error(`${digit} stands beside ${before} and ${id}`);
      found.set(Number(digit), viewerId(id));
    }
    return found;
  }

  /** Who was evicted so far, in order. */
  get evicted(): readonly ViewerId[] {
    return this.effects.flatMap((effect) =>
      effect.do === 'send' && effect.command.do === 'evict' ? [effect.command.viewer] : [],
    );
  }

  /** The caps that were set so far, in order. */
  get caps(): readonly number[] {
    return this.effects.flatMap((effect) =>
      effect.do === 'send' && effect.command.do === 'set-cap' ? [effect.command.cap] : [],
    );
  }

  #wish(): string {
    const { sessions, viewers } = this.state;
    return JSON.stringify([viewOf(this.state), sessions.unsure, viewers.unsure]);
  }
}
