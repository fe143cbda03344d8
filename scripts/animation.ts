/**
 * Puts frames into one SVG that plays them without a script, so that it moves inside an `<img>`.
 * Elements that are shown at the same times share a group, and a group its times, so that what
 * stands still is written once. Whoever asks for less motion sees one frame.
 */

/** What is to be seen from a time on. */
export type Frame = {
  /** Milliseconds since the first frame. */
  readonly at: number;
  /** Elements, each with its place. */
  readonly parts: readonly string[];
};

/** Frames in order, and the one that stands for all. */
export type Film = {
  readonly frames: readonly Frame[];
  /** How long all of them take together, in milliseconds; then the first follows. */
  readonly lengthMs: number;
  /** Number of the frame for those who want no motion. */
  readonly still: number;
};

const percent = (share: number): string => `${Math.round(share * 1e4) / 100}%`;

/** When a group is shown: one turn, from one change to the next. */
const keyframes = (name: string, shown: readonly boolean[], film: Film): string => {
  const changes = film.frames.flatMap(({ at }, index) =>
    index > 0 && shown[index] === shown[index - 1]
      ? []
      : [
          `${percent(at / film.lengthMs)}{visibility:${shown[index] === true ? 'visible' : 'hidden'}}`,
        ],
  );
  return `@keyframes ${name}{${changes.join('')}}`;
};

const isBox = (part: string): boolean => part.startsWith('<rect');

/** The style and the groups of a film. */
export const animated = (
  film: Film,
): { readonly style: string; readonly groups: readonly string[] } => {
  const { frames, lengthMs, still } = film;
  const shownIn = new Map<string, boolean[]>();
  for (const [index, { parts }] of frames.entries()) {
    for (const part of parts) {
      const shown = shownIn.get(part) ?? frames.map(() => false);
      shown[index] = true;
      shownIn.set(part, shown);
    }
  }
  const groups = new Map<
    string,
    { readonly shown: readonly boolean[]; readonly parts: string[] }
  >();
  for (const [part, shown] of shownIn) {
    const key = shown.map(Number).join('');
    const group = groups.get(key) ?? { shown, parts: [] };
    group.parts.push(part);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const moving = all.filter(({ shown }) => shown.includes(false));
  const steady = all.filter(({ shown }) => !shown.includes(false));
  const style = [
    `.f{visibility:hidden;animation:${lengthMs / 1000}s step-end infinite}`,
    ...moving.map(({ shown }, index) => keyframes(`k${index}`, shown, film)),
    ...moving.map(({ shown }, index) => {
      const seen = shown[still] === true ? ';visibility:visible' : '';
      return `.f${index}{animation-name:k${index}${seen}}`;
    }),
    '@media (prefers-reduced-motion:reduce){.f{animation:none}}',
  ].join('');
  // Boxes before all words: a group that is drawn later would cover those of another one.
  const layer = (wanted: (part: string) => boolean): string[] =>
    [...steady, ...moving].flatMap(({ shown, parts }) => {
      const drawn = parts.filter(wanted).join('');
      const index = moving.findIndex((group) => group.shown === shown);
      const name = index < 0 ? '' : ` class="f f${index}"`;
      return drawn === '' ? [] : [`<g${name}>${drawn}</g>`];
    });
  return { style, groups: [...layer(isBox), ...layer((part) => !isBox(part))] };
};
