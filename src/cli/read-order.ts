/** What the values of a command's options and words mean: from them to the order. */
import { filterOf } from '../console/filter-text.ts';
import type { SessionId, ViewerId } from '../contract.ts';
import { MOST_DRAIN_MS, USUAL_DRAIN_MS } from '../core/drain.ts';
import type { CommandRow } from './command-table.ts';
import { quoted, usageError, type OptionReader } from './option-reader.ts';
import {
  bad,
  type Checked,
  good,
  parseChoice,
  parseCount,
  parseDurationOrOff,
  parseSwitch,
} from './option-values.ts';
import type { Order, OutputForm } from './orders.ts';

const CAP = { min: 1, max: 100_000 } as const;
const LIMIT = { min: 1, max: 10_000_000 } as const;
const WINDOW = { min: 1, max: MOST_DRAIN_MS } as const;
const EVERY = { min: 1, max: 60_000 } as const;
const LONGEST_REASON = 80;
/** What the proxy takes in no reason: it could break a line or turn its direction. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const FORMS: readonly OutputForm[] = ['table', 'json', 'jsonl'];

const sessionId = (text: string): Checked<SessionId> =>
  /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/.test(text)
    ? good(text as SessionId)
    : bad('is no session id', 'use 1 to 128 letters, digits and . _ ~ -, no sign first');

const isViewer = (word: string): boolean => /^v\d{1,15}$/i.test(word);

/** Viewers as they are typed or piped in. */
export const viewersIn = (words: readonly string[]): readonly ViewerId[] => {
  const wrong = words.find((word) => !isViewer(word));
  if (wrong !== undefined) {
    throw usageError(`${quoted(wrong)} is no viewer`, 'they are v1, v2 and so on: wsbouncer ls -q');
  }
  return [...new Set(words.map((word) => word.toLowerCase() as ViewerId))];
};

const sessionWord = (word: string): SessionId => {
  const checked = sessionId(word);
  if (checked.ok) return checked.value;
  throw usageError(`${quoted(word)} ${checked.problem}`, checked.remedy);
};

const reasonOf = (text: string): Checked<string> => {
  if (Array.from(text).length > LONGEST_REASON) {
    return bad('is too long', `use at most ${LONGEST_REASON} characters`);
  }
  return UNFIT.test(text) ? bad('has control characters', 'leave them out') : good(text);
};

const filterText = (text: string): Checked<string> => {
  const { trouble } = filterOf(text);
  return trouble === null ? good(text) : bad('is not understood', trouble);
};

const sinceOf = (text: string): Checked<string> =>
  /^(?:0|[a-z0-9]{1,16}-\d{1,15})$/.test(text)
    ? good(text)
    : bad('is no id of an event', 'pass one that wsbouncer events -o jsonl shows, or 0');

/** Reads the values of one command. */
export class Values {
  readonly reader: OptionReader;
  constructor(reader: OptionReader) {
    this.reader = reader;
  }
  readonly is = (name: string): boolean => this.reader.one(name, parseSwitch, false);
  readonly session = (): SessionId | null =>
    this.reader.one<SessionId | null>('session', sessionId, null);
  readonly output = (): OutputForm =>
    this.reader.one('output', (text) => parseChoice(text, FORMS), 'table');
}

const lsOrder = ({ reader, is, session, output }: Values): Order => {
  const of = is('sessions') ? 'sessions' : 'viewers';
  const only = session();
  if (of === 'sessions' && only !== null) {
    throw usageError('--session does not go with --sessions', `wsbouncer show ${only} shows one`);
  }
  return {
    do: 'ls',
    of,
    session: only,
    filter: reader.one<string | null>('filter', filterText, null),
    sort: reader.one<string | null>('sort', good, null),
    limit: reader.one('limit', (text) => parseCount(text, LIMIT), Number.POSITIVE_INFINITY),
    quiet: is('quiet'),
    output: output(),
  };
};

const showOrder = ({ is, output }: Values, [word = '']: readonly string[]): Order => ({
  do: 'show',
  id:
    isViewer(word) && !is('as-session')
      ? { viewer: word.toLowerCase() as ViewerId }
      : { session: sessionWord(word) },
  output: output(),
});

const evictOrder = ({ reader, output }: Values, words: readonly string[]): Order => ({
  do: 'evict',
  viewers: words.length === 1 && words[0] === '-' ? null : viewersIn(words),
  reason: reader.one<string | null>('reason', reasonOf, null),
  everyMs: reader.durationOrOff('every', EVERY, 100),
  output: output(),
});

const capOrder = ({ is, session, output }: Values, [word]: readonly string[]): Order => {
  const whose = session();
  const reset = is('reset');
  if (reset && whose === null) {
    throw usageError('--reset needs a session', 'write cap --reset --session <id>');
  }
  if (reset && word !== undefined) {
    throw usageError('--reset takes no number', 'leave one of them out');
  }
  const cap = word === undefined ? null : parseCount(word, CAP);
  if (cap !== null && !cap.ok)
    throw usageError(`cap ${quoted(word ?? '')} ${cap.problem}`, cap.remedy);
  return {
    do: 'cap',
    to: reset ? 'default' : (cap?.value ?? null),
    session: whose,
    output: output(),
  };
};

const drainOrder = ({ reader, is, output }: Values): Order => ({
  do: 'drain',
  windowMs: reader.one('window', (text) => parseDurationOrOff(text, WINDOW), USUAL_DRAIN_MS),
  wait: is('wait'),
  output: output(),
});

const eventsOrder = ({ reader, is, output }: Values): Order => {
  const follow = is('follow');
  const form = output();
  if (follow && form === 'json') {
    throw usageError('-o json would never end with --follow', 'use -o jsonl');
  }
  return {
    do: 'events',
    follow,
    since: reader.one<string | null>('since', sinceOf, null),
    output: form,
  };
};

/** What a command asks for; null for one that asks no proxy for an answer. */
export const orderOf = (
  row: CommandRow,
  values: Values,
  words: readonly string[],
): Order | null => {
  switch (row.name) {
    case 'ls':
      return lsOrder(values);
    case 'show':
      return showOrder(values, words);
    case 'evict':
      return evictOrder(values, words);
    case 'cap':
      return capOrder(values, words);
    case 'lock':
    case 'unlock': {
      const [word] = words;
      const session = word === undefined ? null : sessionWord(word);
      return { do: row.name, session, output: values.output() };
    }
    case 'drain':
      return drainOrder(values);
    case 'events':
      return eventsOrder(values);
    case 'attach':
    case 'replay':
    case 'completion':
      return null;
    default:
      return row.name satisfies never;
  }
};
