/**
 * What other operators have armed, as the newest picture tells it: nobody here can undo it, but
 * everybody sees it, and who to ask.
 */
import type { ViewerId } from '../contract.ts';
import { plural, secondsLeft } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { newestPicture } from './sight.ts';
import type { State } from './state.ts';
import { clean } from './text.ts';

/** An eviction that somebody else has armed. */
export type OtherArmed = {
  readonly viewer: ViewerId;
  readonly actor: string;
  readonly dueAt: number;
};

/** Those of others, the next one first; a viewer may be armed here as well. */
export const othersArmed = (state: State): readonly OtherArmed[] => {
  if (state.outage !== null) return [];
  const armed = newestPicture(state)?.armed?.first ?? [];
  return armed
    .filter(({ actor }) => actor !== state.settings.actor)
    .map(({ viewer, actor, leftMs }) => ({ viewer, actor, dueAt: state.receivedAt + leftMs }))
    .toSorted((a, b) => a.dueAt - b.dueAt);
};

/** The eviction of a viewer that somebody else has armed, the one that comes first; null: none. */
export const otherOn = (state: State, viewer: ViewerId): OtherArmed | null =>
  othersArmed(state).find((one) => one.viewer === viewer) ?? null;

/**
 * Such an eviction in words behind `lead`, the fullest first; each of `beside` stands behind the
 * viewer's id in one of them.
 */
export const otherTexts = (
  state: State,
  other: OtherArmed,
  lead: string,
  beside: readonly string[],
): readonly string[] => {
  const seconds = secondsLeft(other.dueAt - state.now);
  const head = `${lead}EVICTING in ${seconds}s  ${other.viewer}`;
  const by = `   by ${clean(other.actor)}`;
  return [
    ...beside.map((more) => `${head}${more}${by}`),
    `${head}${by}`,
    head,
    `${lead}${other.viewer} in ${seconds}s`,
  ];
};

/** What others are about to do, in one line, the fullest words first; empty where nothing. */
export const othersChoices = (state: State, glyphs: Glyphs): readonly string[] => {
  const [first, ...more] = othersArmed(state);
  if (first === undefined) return [];
  const known = newestPicture(state)?.armed;
  // Beyond those that the picture names nobody knows whose they are.
  const rest = more.length + Math.max(0, (known?.count ?? 0) - (known?.first.length ?? 0));
  const lead = `${glyphs.evicting} `;
  const seconds = secondsLeft(first.dueAt - state.now);
  const what = `${lead}${clean(first.actor)} evicts ${first.viewer} in ${seconds}s`;
  const and = rest === 0 ? '' : `, and ${plural(rest, 'other')} after that`;
  return [`${what}${and}`, what, ...otherTexts(state, first, lead, [])];
};
