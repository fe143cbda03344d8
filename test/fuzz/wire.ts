/**
 * The control link's decoders over messages with strokes of garbage in them. What a good message
 * looks like is learned from thousands of them: for every field the kinds of values, and where a
 * field has few words, those. A message with anything else in a field that is known must be refused.
 */
import * as fc from 'fast-check';
import { decodeFromProxy, decodeToProxy, encode, type Decoded } from '../../src/control/wire.ts';
import { anyFromProxy, anyToProxy } from '../control/wire-arbitraries.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { scratched } from './heads.ts';
import { broken, type Target } from './target.ts';

/** How many messages are learned from: so many that every field is seen two dozen times. */
const LEARNED = { toProxy: 16_000, fromProxy: 8_000 } as const;

/** How many different texts of a field are still a list of words, each of them seen so often. */
const MOST_WORDS = 20;
const OFTEN = 10;

const TAGS = ['type', 'do', 'event', 'on', 'ok', 'gone'];

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'number') return typeof value;
  return Number.isSafeInteger(value) && value >= 0 ? 'count' : 'number';
};

/** Calls `see` for every value: where it stands, by the words that say what each object is. */
const walk = (
  value: unknown,
  place: string,
  see: (place: string, value: unknown) => void,
): void => {
  see(place, value);
  if (Array.isArray(value)) {
    for (const item of value) walk(item, `${place}[]`, see);
  } else if (typeof value === 'object' && value !== null) {
    const tag = TAGS.map((name) => {
      const word: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : '';
      return typeof word === 'string' || typeof word === 'boolean' ? word : '';
    }).join();
    for (const [name, item] of Object.entries(value)) walk(item, `${place}<${tag}>.${name}`, see);
  }
};

type Known = { readonly kinds: Set<string>; readonly texts: Set<string>; seen: number };

/** What the fields of good messages hold. */
const learn = (messages: readonly unknown[]): ReadonlyMap<string, Known> => {
  const known = new Map<string, Known>();
  for (const message of messages) {
    walk(message, '', (place, value) => {
      const one = known.get(place) ?? { kinds: new Set(), texts: new Set(), seen: 0 };
      known.set(place, one);
      one.seen += 1;
      one.kinds.add(kindOf(value));
      if (typeof value === 'string' && one.texts.size <= MOST_WORDS) one.texts.add(value);
    });
  }
  return known;
};

type Side = {
  readonly name: string;
  readonly decode: (encoded: unknown) => Decoded<unknown>;
  readonly messages: readonly string[];
  readonly known: ReadonlyMap<string, Known>;
};

const sideOf = <T>(
  name: string,
  decode: Side['decode'],
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
): Side => {
  const messages = fc.sample(arbitrary, { numRuns, seed: 1 });
  const encoded = messages.map((message) => encode(message as never));
  return { name, decode, messages: encoded, known: learn(encoded.map((text) => JSON.parse(text))) };
};

let learned: readonly Side[] | null = null;

/** Made when it is first wanted: it takes two seconds. */
const sides = (): readonly Side[] => {
  learned ??= [
    sideOf('to the proxy', decodeToProxy, anyToProxy, LEARNED.toProxy),
    sideOf('from the proxy', decodeFromProxy, anyFromProxy, LEARNED.fromProxy),
  ];
  return learned;
};

const isFine = ({ kinds, texts, seen }: Known, value: unknown): boolean => {
  const kind = kindOf(value);
  if (kind === 'count' && kinds.has('number')) return true;
  if (!kinds.has(kind)) return false;
  const isList = texts.size <= MOST_WORDS && seen >= OFTEN * texts.size;
  return typeof value !== 'string' || !isList || texts.has(value);
};

const WORDS = ['', 'x', '__proto__', 'constructor', '\u0000', '\ud800', 'v1', 'x'.repeat(300)];
const NUMBERS = [0, -1, 1.5, 1e308, 2 ** 53];
const SHAPES = [[], {}, [[]], [null], { type: 'hello' }, { length: 1 }];
const JUNK: readonly unknown[] = [null, true, false, ...NUMBERS, ...WORDS, ...SHAPES];

/** Puts junk somewhere, takes something away, or moves something elsewhere. */
const spoil = (random: Random, message: unknown): void => {
  const parts: object[] = [];
  walk(message, '', (_place, value) => {
    if (typeof value === 'object' && value !== null) parts.push(value);
  });
  const part = random.pick(parts);
  const keys = Object.keys(part);
  const key = keys.length > 0 && random.chance(0.9) ? random.pick(keys) : 'added';
  const kind = random.next();
  if (kind < 0.2) Reflect.deleteProperty(part, key);
  else if (kind < 0.8) Reflect.set(part, key, structuredClone(random.pick(JUNK)));
  else {
    const other = random.pick(parts);
    const values = Object.values(other);
    if (values.length > 0) Reflect.set(part, key, structuredClone(random.pick(values)));
  }
};

const check = ({ name, decode, known }: Side, text: string): void => {
  const decoded = decode(text);
  if (!decoded.ok) {
    const { error, type, id } = decoded;
    const isTold =
      error.length > 0 &&
      (type === null || typeof type === 'string') &&
      (id === null || (Number.isSafeInteger(id) && id >= 0));
    if (!isTold) broken('a refusal is malformed', { name, text, decoded });
    return;
  }
  walk(decoded.message, '', (place, value) => {
    const field = known.get(place);
    if (field !== undefined && !isFine(field, value)) {
      broken('garbage is believed', { name, place, value, text: text.slice(0, 2_000) });
    }
  });
  const again = decode(encode(decoded.message as never));
  if (!again.ok) broken('what is understood once is not understood twice', { name, text });
};

/** One message, spoiled as a value and as a text, and one that is as it was. */
export const wireTarget: Target = {
  name: 'wire',
  run: (seed) => {
    const random = randomFrom(seed);
    const side = random.pick(sides());
    const text = random.pick(side.messages);
    if (!side.decode(text).ok) broken('a good message is refused', { text });
    const message: unknown = JSON.parse(text);
    for (let strokes = random.between(1, 3); strokes > 0; strokes -= 1) spoil(random, message);
    check(side, JSON.stringify(message));
    check(side, scratched(random, text.slice(0, 4_000)));
    for (const other of sides()) other.decode(random.pick(side.messages));
  },
};
