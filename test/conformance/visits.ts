/**
 * What viewers made with a library can say, and only that: a smaller list than the cases, gone
 * through by every library's viewer at every library's backend, directly and through the proxy.
 */

/** A message as a library takes it: a text or some bytes, in one frame for each. */
type Saying = readonly (string | Buffer)[];

/** One visit: each message is said when the one before has come back. */
export type Visit = {
  /** In the present tense. */
  readonly name: string;
  readonly sayings: readonly Saying[];
  /** The viewer's own Close, or an order to the backend, which ends with a Close of its own. */
  readonly end: { readonly code: number; readonly reason: string } | string;
  /** Whether compression is offered; default false. */
  readonly compressed?: boolean;
};

/** What a viewer tells of a visit. */
export type Told = {
  readonly extensions: string | null;
  readonly messages: readonly (string | Buffer)[];
  readonly code: number;
  readonly reason: string;
};

const LEAVE = { code: 1000, reason: '' };
const LENGTHS = [0, 1, 125, 126, 65_535, 65_536, 256 * 1024];
const words = (length: number): string => 'lorem ipsum, dolor. '.repeat(length).slice(0, length);

const visit = (
  name: string,
  sayings: readonly Saying[],
  more: Partial<Omit<Visit, 'name' | 'sayings'>> = {},
): Visit => ({ name, sayings, end: LEAVE, ...more });

/** All visits. */
export const visits: readonly Visit[] = [
  ...LENGTHS.map((length) =>
    visit(`says a text and a binary of ${length} bytes`, [
      [words(length)],
      [Buffer.from(words(length))],
    ]),
  ),
  visit('says a text of every plane', [['a\u00e9\u6f22\u{1f600}\u{20000}\u{e0041}\u{10ffff}']]),
  visit('says a text in two frames', [['in ', 'two']]),
  visit('says a binary in 20 frames', [Array.from({ length: 20 }, (_, nth) => Buffer.from([nth]))]),
  visit('says a text with an empty frame in the middle', [['an ', '', 'end']]),
  visit('says frames of every form of length', [[words(125), words(126), words(65_536)]]),
  visit(
    'says 50 messages',
    Array.from({ length: 50 }, (_, nth) => [`message ${nth}`]),
  ),
  ...[1000, 1001, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999].map((code) =>
    visit(`leaves with ${code}`, [['hello']], { end: { code, reason: `because of ${code}` } }),
  ),
  visit('leaves with a reason of 123 bytes', [], {
    end: { code: 4000, reason: '漢'.repeat(41) },
  }),
  ...[1000, 1001, 1011, 3000, 4321].map((code) =>
    visit(`is left with ${code}`, [['hello']], { end: `backend: close ${code} so told` }),
  ),
  ...LENGTHS.map((length) =>
    visit(
      `says a text and a binary of ${length} bytes, compressed`,
      [[words(length)], [Buffer.from(words(length))], [words(length)]],
      { compressed: true },
    ),
  ),
  visit('says a text in three frames, compressed', [['in ', 'three ', 'parts'], ['again']], {
    compressed: true,
  }),
  visit('leaves with 4000 after compressed messages', [['hello'], ['hello']], {
    compressed: true,
    end: { code: 4000, reason: 'pressed' },
  }),
];
