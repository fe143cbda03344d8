/** Worlds, keys and happenings at random, for the properties of the console. */
import * as fc from 'fast-check';
import { type Binding, keymap } from '../../src/console/keymap.ts';
import type { ViewerState } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { sessionId, viewerId, viewerRow, type World } from '../support/fake-control.ts';

/** Text as others may send it: anything. */
const foreign = fc.string({ unit: 'binary', maxLength: 60 });

const states: fc.Arbitrary<ViewerState> = fc.constantFrom(
  'dialling',
  'ok',
  'ok',
  'late',
  'expiring',
  'stuck',
);
const bytes = fc.oneof(fc.constant(0), fc.nat({ max: 5_000_000_000 }));
const rtt = fc.option(fc.double({ min: 0, max: 100_000, noNaN: true }));

const sessionIds = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,40}$/)
  // A number would not keep its place among the keys of an object.
  .map((id) => `s${id}`);

const viewer = (id: string, session: string) =>
  fc
    .record({
      remote: foreign,
      who: fc.option(foreign),
      keptMs: fc.option(fc.nat({ max: 300_000 }), { freq: 8 }),
      rejoined: fc.constantFrom(0, 0, 3),
      state: states,
      rttMs: rtt,
      deadlineMs: fc.option(fc.double({ min: 0, max: 45_000, noNaN: true })),
      deadlineHeld: fc.boolean(),
      queuedBytes: bytes,
      stuckMs: fc.nat({ max: 20_000 }),
      ageMs: fc.nat({ max: 1e9 }),
      recentRttsMs: fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 8 }),
    })
    .map((parts) => viewerRow(id, session, parts));

const event = foreign.map((text): ProxyEvent => ({
  time: '2026-11-21T12:04:00.000Z',
  event: 'backend.unavailable',
  cause: 'error',
  detail: text,
  dialMs: 1,
  session: sessionId('sone'),
  viewer: viewerId('v1'),
  remote: text,
  viewers: 1,
  cap: 8,
}));

/** A world with up to 12 sessions of up to 12 viewers. */
export const worlds: fc.Arbitrary<World> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(sessionIds, fc.integer({ min: 1, max: 12 })), {
      maxLength: 12,
      selector: ([id]) => id,
    }),
    fc.constantFrom(1, 3, 8, 10, 40, 100_000),
    fc.integer({ min: 1, max: 2_000_000 }),
    fc.array(event, { maxLength: 12 }),
  )
  .chain(([shape, cap, first, events]) => {
    const rows = shape.map(([session, count], at) =>
      fc
        .tuple(
          ...Array.from({ length: count }, (_, index) =>
            viewer(`v${first + at * 12 + index}`, session),
          ),
        )
        .map((viewers) => [session, viewers] as const),
    );
    return fc.tuple(...rows).map((entries) => ({
      cap,
      sessions: Object.fromEntries(entries),
      events,
    }));
  });

const everyKey = [
  ...new Set(
    Object.values(keymap).flatMap((bindings: readonly Binding<unknown>[]) =>
      bindings.flatMap(({ keys }) => keys),
    ),
  ),
];

/** Every key that means something somewhere, and one that does not; those that evict more often. */
export const keys: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('e', 'enter', 'tab', 'u', 'j', 'space') },
  { weight: 3, arbitrary: fc.constantFrom('1', '2', '3', '4', '9') },
  { weight: 4, arbitrary: fc.constantFrom('x', ...everyKey) },
);

/** The same without the line in which a viewer can be named by its id, drawn or not. */
export const plainKeys = keys.filter((key) => key !== ':');

/** Something that happens to the console. */
export type Happening =
  | { readonly keys: readonly string[] }
  /** Keys that come one by one while the terminal shows nothing new. */
  | { readonly blind: readonly string[] }
  | { readonly ms: number }
  | { readonly size: { readonly columns: number; readonly rows: number } }
  | { readonly gone: number }
  | { readonly turned: number }
  | { readonly becomes: readonly [number, ViewerState] }
  /** The terminal stops reading behind a picture, and reads again behind the next. */
  | { readonly stalled: number }
  | { readonly picture: true };

/** Sizes of terminals, the usual ones more often. */
export const sizes = fc.oneof(
  fc.constantFrom(
    { columns: 80, rows: 24 },
    { columns: 120, rows: 36 },
    { columns: 60, rows: 15 },
    { columns: 40, rows: 8 },
    { columns: 1, rows: 1 },
  ),
  fc.record({
    columns: fc.integer({ min: 1, max: 260 }),
    rows: fc.integer({ min: 1, max: 90 }),
  }),
);

const usual = (key: fc.Arbitrary<string>): readonly fc.WeightedArbitrary<Happening>[] => [
  { weight: 6, arbitrary: fc.record({ keys: fc.tuple(key) }) },
  { weight: 2, arbitrary: fc.record({ ms: fc.constantFrom(10, 250, 1000, 2000, 3000) }) },
  { weight: 1, arbitrary: fc.record({ size: sizes }) },
  { weight: 2, arbitrary: fc.record({ gone: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ turned: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ becomes: fc.tuple(fc.nat(200), states) }) },
  { weight: 4, arbitrary: fc.constant({ picture: true } as const) },
];

/** Up to 40 happenings. */
export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ keys: fc.array(keys, { minLength: 2, maxLength: 5 }) }) },
    ...usual(keys),
  ),
  { maxLength: 40 },
);

/** Up to 60 happenings to viewers in trouble, on terminals with and without their list. */
export const troubles: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ keys: fc.array(plainKeys, { maxLength: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ blind: fc.array(plainKeys, { maxLength: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ stalled: fc.constantFrom(50, 3000, 9000, 30_000) }) },
    ...usual(plainKeys),
  ),
  { maxLength: 60 },
);
