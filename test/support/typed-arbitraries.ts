/**
 * Arbitraries of the shapes that a type promises. Built so that the compiler asks for every field
 * and every word of the type, those included that may be absent: what is added to a type and
 * forgotten here does not compile, and so nothing of it goes untried.
 */
import * as fc from 'fast-check';

/** A field that may be absent. */
export type Optional<T> = { readonly optional: fc.Arbitrary<T> };

type Fields<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? Optional<Exclude<T[K], undefined>>
    : fc.Arbitrary<T[K]>;
};

/** That of several shapes which `K` stands for; one may go by several words. */
type Case<T, Tag extends keyof T, K> = T extends unknown
  ? K extends T[Tag]
    ? Omit<T, Tag>
    : never
  : never;

type Cases<T, Tag extends keyof T> = {
  readonly [K in T[Tag] & string]: Fields<Case<T, Tag, K>>;
};

type AnyFields = Readonly<Record<string, fc.Arbitrary<unknown> | Optional<unknown>>>;

const recordOf = (fields: AnyFields): fc.Arbitrary<unknown> => {
  const entries = Object.entries(fields);
  const arbitraries = Object.fromEntries(
    entries.map(([name, field]) => [name, 'optional' in field ? field.optional : field]),
  );
  const requiredKeys = entries.flatMap(([name, field]) => ('optional' in field ? [] : [name]));
  return fc.record(arbitraries, { requiredKeys });
};

/** The arbitrary, or nothing at all. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): Optional<T> => ({ optional: arbitrary });

/** The arbitrary or null. */
export const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary);

/** One of a closed set of words. */
export const words = <T extends string>(known: Readonly<Record<T, true>>): fc.Arbitrary<T> =>
  fc.constantFrom(...(Object.keys(known) as T[]));

/** A few items. */
export const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> =>
  fc.array(item, { maxLength: 3 });

/** An object with these fields. */
export const record = <T>(fields: Fields<T>): fc.Arbitrary<T> =>
  recordOf(fields) as fc.Arbitrary<T>;

/** An object whose field `tag` says which of several it is. */
export const tagged = <T, Tag extends keyof T & string>(
  tag: Tag,
  cases: Cases<T, Tag>,
): fc.Arbitrary<T> =>
  fc.oneof(
    ...Object.entries<AnyFields>(cases).map(([name, fields]) =>
      recordOf({ [tag]: fc.constant(name), ...fields }),
    ),
  ) as fc.Arbitrary<T>;
