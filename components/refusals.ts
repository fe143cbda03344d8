/**
 * Refusals for a reader: a page that comes back at once fills any screen. The first of a session
 * and cause is told, the others are counted until they are summed up.
 */
import { plural } from '../src/console/format.ts';
import { clean } from '../src/console/text.ts';
import type { ProxyEvent } from '../src/events.ts';

/** Sessions that are counted one by one; their names come from outside. */
const mostCounted = 50;

/** Counts refusals between two sums. */
export class Refusals {
  readonly #counts = new Map<string, number>();
  #elsewhere = 0;

  /** Whether the event is to be told; a refusal like one that was told is only counted. */
  isNews(event: ProxyEvent): boolean {
    if (event.event !== 'viewer.refused') return true;
    const key = `${clean(event.session)} ${event.cause}`;
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count + 1);
    else if (this.#counts.size < mostCounted) this.#counts.set(key, 0);
    else this.#elsewhere += 1;
    return count === undefined && this.#counts.has(key);
  }

  /** What was only counted, in words; from now on the first is told again. */
  summed(): readonly string[] {
    const lines = Array.from(this.#counts)
      .filter(([, count]) => count > 0)
      .map(([key, count]) => `refused meanwhile: ${count} more, ${key}`);
    const rest = this.#elsewhere;
    this.#counts.clear();
    this.#elsewhere = 0;
    return rest === 0
      ? lines
      : [...lines, `refused meanwhile: ${plural(rest, 'viewer')} elsewhere`];
  }
}
