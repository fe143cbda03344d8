/**
 * A filter as an operator types it: `ada`, `!10.8.`, `state:late`, `rtt>100`. It holds while it
 * is typed, so every beginning of a text has a meaning: what is not understood yet does not
 * count, and is said together with what would be.
 */
import type { Filter, FilterTerm } from '../contract.ts';
import { bytesOf, rateOf, timeOf } from './quantities.ts';
import { meant, wordsOf, type Word } from './words.ts';

/** A filter that holds, and what was typed for it. */
export type AppliedFilter = {
  readonly text: string;
  readonly terms: Filter;
  /** What of the text is not understood, with its remedy; null where all is. */
  readonly trouble: string | null;
};

/** Nothing is filtered. */
export const noFilter: AppliedFilter = { text: '', terms: [], trouble: null };

/** Terms that a proxy takes, and characters of what one of them looks for. */
const most = { terms: 50, characters: 200 } as const;

type StateWord = Extract<FilterTerm, { readonly on: 'state' }>['is'];
type Bound = Extract<FilterTerm, { readonly than: unknown }>['on'];
type Field = 'state' | 'session' | 'who' | Bound;

const fields: Readonly<Record<string, Field>> = {
  state: 'state',
  is: 'state',
  session: 'session',
  who: 'who',
  rtt: 'rtt',
  age: 'age',
  left: 'left',
  deadline: 'left',
  buffer: 'buffer',
  queue: 'buffer',
  out: 'rate',
  rate: 'rate',
};

const states: readonly StateWord[] = [
  'stuck',
  'expiring',
  'late',
  'over',
  'full',
  'dialling',
  'empty',
  'ok',
];

const bounds: Readonly<
  Record<Bound, { readonly read: (text: string) => number | null; readonly needs: string }>
> = {
  rtt: { read: (text) => timeOf(text, 'ms'), needs: 'a time: rtt>100, rtt<1s' },
  age: { read: (text) => timeOf(text, 's'), needs: 'a time: age>10m, age<30s' },
  left: { read: (text) => timeOf(text, 's'), needs: 'a time: left<10s' },
  buffer: { read: bytesOf, needs: 'bytes: buf>64K, buf>1M' },
  rate: { read: rateOf, needs: 'bytes a second: out>100K' },
};

/** A term, or the sentence that says why a word is none. */
type Reading = FilterTerm | string;

const isState = (word: string): word is StateWord => states.some((state) => state === word);

const stateTerm = (typed: string, not: boolean): Reading => {
  const found = meant(typed, states);
  const [is, ...others] = found;
  if (typed !== '' && is !== undefined && others.length === 0 && isState(is)) {
    return { on: 'state', is, not };
  }
  return typed !== '' && found.length > 1
    ? `state:${typed} may be ${found.join(' or ')}`
    : `state: is one of ${states.join(' ')}`;
};

const boundTerm = (on: Bound, name: string, sign: string, typed: string, not: boolean): Reading => {
  const { read, needs } = bounds[on];
  const bound = sign === ':' || sign === '=' ? null : read(typed);
  return bound === null
    ? `${name}${sign} needs ${sign === ':' || sign === '=' ? '> or < and ' : ''}${needs}`
    : { on, than: sign === '>' ? 'more' : 'less', bound, not };
};

const fieldTerm = (name: string, sign: string, typed: string, not: boolean): Reading => {
  const found = [...new Set(meant(name, Object.keys(fields)).map((word) => fields[word]))];
  const [on, ...others] = found;
  if (on === undefined) {
    return `no ${name}${sign} here: try state: who: rtt> buf> age> left<`;
  }
  if (others.length > 0) {
    return `${name}${sign} may be ${meant(name, Object.keys(fields)).join(' or ')}`;
  }
  if (on !== 'state' && on !== 'session' && on !== 'who') {
    return boundTerm(on, name, sign, typed, not);
  }
  if (sign !== ':' && sign !== '=') return `${name} goes with a colon: ${name}:`;
  if (on === 'state') return stateTerm(typed.toLowerCase(), not);
  if (typed === '') return `${name}: needs a part of the ${on === 'who' ? 'name' : 'id'}`;
  return { on, has: typed, not };
};

const termOf = ({ text: typed, quotedFrom }: Word): Reading => {
  const not = typed.startsWith('!') && quotedFrom !== 0;
  const text = not ? typed.slice(1) : typed;
  if (text === '') return not ? '! turns round what follows it: !10.8.' : 'quotes need a text';
  if (text.length > most.characters) return `a word has at most ${most.characters} characters`;
  const [, name = '', sign = '', value = ''] = /^([a-z]+)([:=<>])(.*)$/is.exec(text) ?? [];
  // What is quoted from its beginning on is a text, whatever it looks like.
  const isField = name !== '' && name.length + Number(not) < quotedFrom;
  // An `=` may well be a part of a name.
  const isText = sign === '=' && meant(name.toLowerCase(), Object.keys(fields)).length === 0;
  return isField && !isText
    ? fieldTerm(name.toLowerCase(), sign, value, not)
    : { on: 'text', has: text, not };
};

/** What a text means; what is not understood of it does not count, and is said. */
export const filterOf = (text: string): AppliedFilter => {
  const readings = wordsOf(text).map(termOf);
  if (readings.length === 0) return noFilter;
  const understood = readings.filter((one) => typeof one !== 'string');
  const more = understood.length > most.terms ? `only the first ${most.terms} words count` : null;
  const trouble = readings.find((one) => typeof one === 'string') ?? more;
  return { text, terms: understood.slice(0, most.terms), trouble };
};
