/** Lines that are being typed. */
import { formatCount, plural } from './format.ts';
import type { FilterPrompt } from './modal.ts';
import type { Prompt } from './prompt.ts';
import { knownSessions } from './session-lines.ts';
import type { State } from './state.ts';
import { clean, line, type Line, slice, widthOf } from './text.ts';

/** A line with its cursor, inverse, in at most `columns` cells: the part around the cursor. */
export const promptLine = ({ text, at }: Prompt, columns: number): Line => {
  const from = Math.max(0, at - columns + 1);
  const parts: Line = [
    ...line(text.slice(from, at)),
    { text: text.charAt(at) || ' ', tone: 'plain', inverse: true },
    ...line(text.slice(at + 1)),
  ];
  return slice(parts, 0, columns);
};

/** Cells that what is typed keeps, whatever is said beside it. */
const leastTyped = 20;

/** What the filter lets through, or what of it is not understood. */
const outcomeOf = ({ filter, snapshot }: State): Line => {
  if (filter.trouble !== null) return line(clean(filter.trouble), 'warn');
  if (snapshot === null) return [];
  const { total } = snapshot.sessions;
  const all = plural(knownSessions(snapshot), 'session');
  return line(`${formatCount(total)} of ${all}`, total === 0 ? 'warn' : 'dim');
};

/** The filter that is being typed, for the last line of the screen. */
export const filterLine = (state: State, { prompt }: FilterPrompt, columns: number): Line => {
  const outcome = outcomeOf(state);
  const room = Math.max(1, columns - 1);
  const wanted = prompt.text.length + 1;
  const beside = room - widthOf(outcome) - 3;
  const typed = promptLine(prompt, Math.min(room, Math.max(beside, Math.min(wanted, leastTyped))));
  const head: Line = [...line('/', 'strong'), ...typed];
  return slice(outcome.length === 0 ? head : [...head, ...line('   '), ...outcome], 0, columns);
};
