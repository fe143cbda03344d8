/**
 * Evictions that were armed over one link, and neither carried out nor undone over it. When the
 * link ends nobody will carry them out any more, and whoever saw them armed is to hear of that.
 */
import type { Command, ViewerId } from '../contract.ts';

/** As many as the proxy keeps. */
const MOST = 10_000;

/** What one link has said that it will do. */
export class Pledges {
  readonly #viewers = new Map<string, Set<ViewerId>>();
  #count = 0;

  /** The link has asked for this. */
  note(command: Command): void {
    if (command.do === 'evict') this.#drop(command.actor, [command.viewer]);
    if (command.do !== 'intend') return;
    if (command.what === 'undone') this.#drop(command.actor, command.viewers);
    else this.#add(command.actor, command.viewers);
  }

  /** What takes back all that is left. */
  get commands(): readonly Command[] {
    return [...this.#viewers].map(([actor, viewers]): Command => ({
      do: 'intend',
      what: 'undone',
      viewers: [...viewers],
      dueMs: 0,
      actor,
    }));
  }

  #add(actor: string, viewers: readonly ViewerId[]): void {
    const own = this.#viewers.get(actor) ?? new Set();
    const before = own.size;
    for (const viewer of viewers.slice(0, MOST - this.#count)) own.add(viewer);
    this.#count += own.size - before;
    if (own.size > 0) this.#viewers.set(actor, own);
  }

  #drop(actor: string, viewers: readonly ViewerId[]): void {
    const own = this.#viewers.get(actor);
    if (own === undefined) return;
    for (const viewer of viewers) if (own.delete(viewer)) this.#count -= 1;
    if (own.size === 0) this.#viewers.delete(actor);
  }
}
