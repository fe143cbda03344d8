/**
 * When each of many has its turn within an interval that is the same for all: evenly spread
 * over a few times, and nobody is moved because another one comes or goes.
 */

/**
 * Times in an interval. More would not be better: what one turn has brought into the processor's
 * caches serves the next where that comes at once; where it does not, a picture of 300 viewers
 * costs up to three times as much.
 */
export const PHASES = 8;

/** Where in the interval the turn at `place` is, of 1: 0, 1/2, 1/4, 3/4, 1/8 (van der Corput). */
export const phaseOf = (place: number): number => {
  let phase = 0;
  let part = 0.5;
  for (let rest = place % PHASES; rest > 0; rest = Math.floor(rest / 2)) {
    phase += (rest % 2) * part;
    part /= 2;
  }
  return phase;
};

/** The lowest place from 0 up that nobody has. */
export const freePlace = (taken: ReadonlySet<number>): number => {
  let place = 0;
  while (taken.has(place)) place += 1;
  return place;
};

/** The first turn at `place` that comes after `now`, where the intervals began at `origin`. */
export const turnAfter = (
  now: number,
  place: number,
  origin: number,
  intervalMs: number,
): number => {
  const first = origin + phaseOf(place) * intervalMs;
  return first + Math.max(0, Math.floor((now - first) / intervalMs) + 1) * intervalMs;
};
