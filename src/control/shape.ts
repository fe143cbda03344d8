/**
 * Says whether a value that came from outside has the shape that a type promises. Built so
 * that the compiler asks for every field and every word of the type: a field that is added to
 * the contract and forgotten here does not compile. Fields that nobody knows are let through,
 * so that a newer program may say more than an older one reads.
 */

/** What is wrong with the value found at `at`; null where nothing is. */
export type Shape<T> = ((value: unknown, at: string) => string | null) & { readonly of?: T };

/** A field that may be absent. */
export type Optional<T> = { readonly optional: Shape<T> };

type Fields<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? Optional<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

type AnyFields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;

/** That of several shapes which `K` stands for; one may go by several words. */
type Case<T, Tag extends keyof T, K> = T extends unknown
  ? K extends T[Tag]
    ? Omit<T, Tag>
    : never
  : never;

type Cases<T, Tag extends keyof T> = {
  readonly [K in T[Tag] & string]: Fields<Case<T, Tag, K>>;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A finite number; JSON has no other. */
export const number: Shape<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? null : `${at} is not a number`;

/** A whole number of 0 or more. */
export const count: Shape<number> = (value, at) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? null
    : `${at} is not a whole number of 0 or more`;

/** A whole number from 0 to `most`. */
export const countTo =
  (most: number): Shape<number> =>
  (value, at) =>
    count(value, at) ?? (Number(value) > most ? `${at} is more than ${most}` : null);

/** True or false. */
export const flag: Shape<boolean> = (value, at) =>
  typeof value === 'boolean' ? null : `${at} is neither true nor false`;

/** A text, or an id that is one, of at most `most` characters. */
export const text = <T extends string = string>(most = Number.POSITIVE_INFINITY): Shape<T> => {
  const shape: Shape<string> = (value, at) => {
    if (typeof value !== 'string') return `${at} is not a text`;
    return value.length > most ? `${at} has more than ${most} characters` : null;
  };
  return shape as Shape<T>;
};

/** One of a closed set of words. */
export const words =
  <T extends string>(known: Readonly<Record<T, true>>): Shape<T> =>
  (value, at) =>
    typeof value === 'string' && Object.hasOwn(known, value) ? null : `${at} is an unknown word`;

/** One value and no other. */
export const only =
  <const T extends boolean | number | string>(wanted: T): Shape<T> =>
  (value, at) =>
    value === wanted ? null : `${at} is not ${JSON.stringify(wanted)}`;

/** The shape or null. */
export const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, at) =>
    value === null ? null : shape(value, at);

/** One of two shapes; what is wrong is said of the second. */
export const either =
  <A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> =>
  (value, at) =>
    first(value, at) === null ? null : second(value, at);

/** The shape or nothing at all. */
export const maybe = <T>(shape: Shape<T>): Optional<T> => ({ optional: shape });

/** A list of at most `most` items, of which every one has the shape. */
export const list =
  <T>(item: Shape<T>, most = Number.POSITIVE_INFINITY): Shape<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) {
      return `${at} is not a list`;
    }
    if (value.length > most) {
      return `${at} has more than ${most} items`;
    }
    for (const [index, entry] of value.entries()) {
      const wrong = item(entry, `${at}[${index}]`);
      if (wrong !== null) {
        return wrong;
      }
    }
    return null;
  };

/** An object with at least these fields. */
export const record = <T>(fields: Fields<T>): Shape<T> => {
  const wanted = Object.entries<AnyFields[string]>(fields);
  return (value, at) => {
    if (!isRecord(value)) {
      return `${at} is not an object`;
    }
    for (const [name, field] of wanted) {
      const present = Object.hasOwn(value, name);
      if (typeof field !== 'function' && !present) {
        continue;
      }
      const shape = typeof field === 'function' ? field : field.optional;
      const wrong = present ? shape(value[name], `${at}.${name}`) : `${at}.${name} is missing`;
      if (wrong !== null) {
        return wrong;
      }
    }
    return null;
  };
};

/** An object whose field `tag` says which of several it is, and so which fields it has. */
export const tagged = <T, Tag extends keyof T & string>(
  tag: Tag,
  cases: Cases<T, Tag>,
): Shape<T> => {
  const shapes = new Map<unknown, Shape<unknown>>();
  for (const [name, fields] of Object.entries<AnyFields>(cases)) {
    shapes.set(name, record<unknown>(fields));
  }
  return (value, at) => {
    const shape = isRecord(value) ? shapes.get(value[tag]) : undefined;
    return shape ? shape(value, at) : `${at}.${tag} is an unknown word`;
  };
};
