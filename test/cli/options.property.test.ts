import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BouncerError } from '../../src/errors.ts';
import {
  parseBackend,
  parseCidr,
  parseListen,
  parseOrigin,
} from '../../src/cli/option-addresses.ts';
import { OPTION_TABLE } from '../../src/cli/option-table.ts';
import {
  durationText,
  parseDuration,
  parseDurationOrOff,
  parseSize,
  sizeText,
} from '../../src/cli/option-values.ts';
import type { OptionsInput } from '../../src/cli/option-reader.ts';
import { parseOptions, type Parsed } from '../../src/cli/options.ts';

const anything = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Texts near what people type, so that more than the first check is met. */
const typed = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('0159.:/[]{}@#?*-,sm wsKMiB\u001B\n')) }),
  fc
    .array(
      fc.constantFrom(
        'ws',
        'wss',
        '://',
        'ws+unix:',
        '/',
        '{session}',
        ':',
        '127.0.0.1',
        '[::1]',
        '8',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

const value = fc.oneof(typed, fc.boolean(), fc.array(fc.oneof(typed, fc.boolean())));

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
const host = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')),
  fc.ipV4(),
  fc.constantFrom('::1', 'fd00::17', '2001:db8::'),
);
const bracketed = (name: string): string => (name.includes(':') ? `[${name}]` : name);
const port = fc.integer({ min: 1, max: 65_535 });
const target = fc
  .array(fc.constantFrom('a', '{session}', '%20', '?', '=', '&', '.', '..', '/', '~'))
  .map((parts) => `/${parts.join('')}`);

/** The options, or the line of the error; any other error passes through. */
const outcomeOf = (input: OptionsInput): Parsed | string => {
  try {
    return parseOptions(input);
  } catch (error) {
    if (error instanceof BouncerError && error.kind === 'usage') return error.line;
    throw error;
  }
};

const isClearLine = (line: string): boolean =>
  /^wsbouncer: .*(--|WSBOUNCER_).*; \S/.test(line) &&
  !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line) &&
  line.length < 600;

const isWhole = (number: number, min: number, max: number): boolean =>
  Number.isInteger(number) && number >= min && number <= max;

const isWholeOrOff = (number: number, min: number, max: number): boolean =>
  number === 0 || isWhole(number, min, max);

const isInRange = ({ options, screen, eventLog }: Parsed): boolean =>
  (eventLog === null ||
    (!/(?:^|\/)$|\0/.test(eventLog.path) &&
      isWholeOrOff(eventLog.size, 4096, 1024 ** 4) &&
      isWhole(eventLog.files, 1, 1000))) &&
  (screen.name === null || /^[ -~]{1,32}$/.test(screen.name)) &&
  (options.whoHeader === null ||
    (/^[^\sA-Z:,"]+$/.test(options.whoHeader) && options.trustProxies.length > 0)) &&
  isWhole(options.cap, 1, 100_000) &&
  isWhole(options.maxViewers, 1, 1_000_000) &&
  isWholeOrOff(options.probeOnFullMs, 10, 60_000) &&
  isWholeOrOff(options.refuseHoldMs, 10, 60_000) &&
  isWhole(options.pingIntervalMs, 10, 3_600_000) &&
  isWholeOrOff(options.backendPingIntervalMs, 10, 3_600_000) &&
  isWhole(options.maxDials, 1, 100_000) &&
  isWhole(options.pongTimeoutMs, options.pingIntervalMs + 1, 86_400_000) &&
  isWhole(options.writeTimeoutMs, 10, 86_400_000) &&
  isWhole(options.maxViewerMessage, 1, 1024 ** 3) &&
  isWhole(options.maxBackendMessage, 1, 1024 ** 3);

describe('all options', () => {
  test('whatever is typed gives options within their ranges or one clear line', () => {
    const names = OPTION_TABLE.map(({ name }) => name);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }),
        fc.dictionary(fc.constantFrom('WSBOUNCER_CAP', 'WSBOUNCER_BACKEND'), typed),
        fc.boolean(),
        (flags, env, demo) => {
          const outcome = outcomeOf({ flags, env, maxViewersDefault: 480, demo });
          expect(outcome).toSatisfy(typeof outcome === 'string' ? isClearLine : isInRange);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('durations and sizes', () => {
  test('the text of a duration is read as that duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (ms) => {
        expect(parseDuration(durationText(ms), anything)).toEqual({ ok: true, value: ms });
      }),
    );
  });

  const near = fc.oneof(typed, fc.stringMatching(/^[01]{0,3}(ms|s|m|h|d)?$/));

  test('a duration that may be off is one of the range, or 0 in any unit', () => {
    fc.assert(
      fc.property(near, fc.integer({ min: 1 }), fc.nat(), (text, min, more) => {
        const range = { min, max: min + more };
        const asDuration = parseDuration(text, range);
        const asOff = parseDurationOrOff(text, range);
        const isOff = /^0(ms|s|m|h)?$/.test(text);
        expect(asOff.ok).toBe(asDuration.ok || isOff);
        expect(asOff).toEqual(
          isOff
            ? { ok: true, value: 0 }
            : { ...asDuration, ...(!asOff.ok && { remedy: asOff.remedy }) },
        );
        expect(asOff.ok || asOff.remedy.endsWith('0 for none')).toBe(true);
      }),
    );
  });

  test('the text of a size is read as that size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (bytes) => {
        expect(parseSize(sizeText(bytes), anything)).toEqual({ ok: true, value: bytes });
      }),
    );
  });

  test('three digits after the point are exact in seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), (ms) => {
        const text = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}s`;
        expect(parseDuration(text, anything)).toEqual({ ok: true, value: ms });
      }),
    );
  });

  test('what is understood lies within the range', () => {
    fc.assert(
      fc.property(typed, fc.nat(), fc.nat(), (text, one, other) => {
        const range = { min: Math.min(one, other), max: Math.max(one, other) };
        for (const checked of [parseDuration(text, range), parseSize(text, range)]) {
          expect(checked).toSatisfy((answer: typeof checked) =>
            answer.ok ? isWhole(answer.value, range.min, range.max) : answer.remedy !== '',
          );
        }
      }),
    );
  });
});

describe('addresses', () => {
  test('a backend URL is taken apart without changing a byte of it', () => {
    fc.assert(
      fc.property(fc.boolean(), host, port, target, (tls, name, number, path) => {
        const url = `${tls ? 'wss' : 'ws'}://${bracketed(name)}:${number}${path}`;
        expect(parseBackend(url)).toEqual({
          ok: true,
          value: { address: { host: name, port: number }, tls, target: path },
        });
      }),
    );
  });

  test('a socket path and a target are parted where the target starts', () => {
    const socketPath = fc
      .array(fc.stringMatching(/^[a-z. _-]{1,5}$/), { minLength: 1, maxLength: 5 })
      .map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(socketPath, target, (path, rest) => {
        expect(parseBackend(`ws+unix:${path}:${rest}`)).toEqual({
          ok: true,
          value: { address: { socketPath: path }, tls: false, target: rest },
        });
      }),
    );
  });

  test('what is listened on is what was typed', () => {
    fc.assert(
      fc.property(host, port, (name, number) => {
        expect(parseListen(`${bracketed(name)}:${number}`)).toEqual({
          ok: true,
          value: { host: name, port: number },
        });
      }),
    );
  });

  test('an origin that is accepted is accepted again and stays as it is', () => {
    const text = fc
      .tuple(fc.constantFrom('http', 'HTTPS', 'app'), host, port)
      .map(([scheme, name, number]) => `${scheme}://${bracketed(name).toUpperCase()}:${number}`);
    fc.assert(
      fc.property(text, (origin) => {
        const first = parseOrigin(origin);
        if (!first.ok) throw new Error(`${origin} ${first.problem}`);
        expect(first.value).toBe(first.value.toLowerCase());
        expect(parseOrigin(first.value)).toEqual(first);
      }),
    );
  });

  test('an address is a range of itself, and every prefix up to its length is one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(140), (address, prefix) => {
        const longest = address.includes(':') ? 128 : 32;
        expect(parseCidr(address)).toEqual({ ok: true, value: `${address}/${longest}` });
        expect(parseCidr(`${address}/${prefix}`).ok).toBe(prefix <= longest);
      }),
    );
  });
});
