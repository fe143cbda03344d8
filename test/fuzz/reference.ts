/**
 * RFC 6455 framing over a whole buffer, one field after the other: slow, plain, and without a line
 * in common with `src/core/frames.ts`, so that neither can hide a mistake of the other.
 */
import type { FailDetail } from '../../src/core/frames.ts';

/** What a direction is held to, as in `ScanRules`. */
export type Rules = {
  readonly masked: boolean;
  readonly deflate: boolean;
  readonly maxMessage: number;
};

/** One thing that is told about the stream; `start` and `end` are where its bytes stand. */
export type Told =
  | { readonly kind: 'pass'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'ping' | 'pong';
      readonly start: number;
      readonly end: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: 'close';
      readonly start: number;
      readonly end: number;
      readonly code: number | null;
      readonly reason: string;
    }
  | { readonly kind: 'fail'; readonly detail: FailDetail };

/** What is to be made of the bytes that are there. */
export type Reading = {
  /** Neighbouring bytes that pass are one run. */
  readonly told: readonly Told[];
  /** Where data frames end. */
  readonly ends: ReadonlySet<number>;
  readonly atBoundary: boolean;
  readonly midMessage: boolean;
  readonly messages: number;
};

/** A reason is read as it comes: whether it is UTF-8 is for its reader to judge. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** RFC 6455 7.4 and the registry, code by code. */
const mayStand = (code: number): boolean =>
  [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code) ||
  (code > 2999 && code < 5000);

const faultOfFirst = (byte: number, deflate: boolean, open: boolean): FailDetail | null => {
  const opcode = byte % 16;
  const bit = (value: number): boolean => Math.floor(byte / value) % 2 === 1;
  if (bit(32) || bit(16)) return 'reserved bit set';
  if (![0, 1, 2, 8, 9, 10].includes(opcode)) return 'reserved opcode';
  if (bit(64) && (!deflate || (opcode !== 1 && opcode !== 2))) return 'reserved bit set';
  if (opcode > 2) return bit(128) ? null : 'fragmented control frame';
  if (opcode === 0) return open ? null : 'continuation without a message';
  return open ? 'new message inside a fragmented one' : null;
};

/** Reads everything that is there. */
export const readWhole = (bytes: Uint8Array, rules: Rules): Reading => {
  const told: Told[] = [];
  const ends = new Set<number>();
  let at = 0;
  let open = false;
  let sum = 0n;
  let messages = 0;
  let atBoundary = true;
  let run = 0;

  const pass = (to: number): void => {
    if (to > run) told.push({ kind: 'pass', start: run, end: to });
    run = to;
  };
  const end = (): Reading => ({ told, ends, atBoundary, midMessage: open, messages });
  const fail = (start: number, detail: FailDetail): Reading => {
    pass(start);
    told.push({ kind: 'fail', detail });
    return end();
  };
  /** The stream ends in a header, or in a control frame, of which nothing is passed on. */
  const cut = (start: number): Reading => {
    pass(start);
    return end();
  };
  const big = (from: number, count: number): bigint => {
    let value = 0n;
    for (let n = 0; n < count; n += 1) value = value * 256n + BigInt(bytes[from + n] ?? 0);
    return value;
  };

  for (;;) {
    const start = at;
    const first = bytes[at];
    if (first === undefined) return cut(start);
    const wrong = faultOfFirst(first, rules.deflate, open);
    if (wrong !== null) return fail(start, wrong);
    const control = first % 16 > 7;
    const fin = first > 127;

    const second = bytes[at + 1];
    if (second === undefined) return cut(start);
    if (second > 127 !== rules.masked) {
      return fail(start, rules.masked ? 'frame not masked' : 'frame masked');
    }
    const short = second % 128;
    if (control && short > 125) return fail(start, 'control frame over 125 bytes');
    at += 2;
    let length = BigInt(short);
    if (short > 125) {
      const size = short === 126 ? 2 : 8;
      if (bytes.length < at + size) return cut(start);
      length = big(at, size);
      at += size;
      if (length >= 2n ** 53n) return fail(start, 'length of 2^53 or more');
      if (length < (size === 2 ? 126n : 65_536n)) {
        return fail(start, 'length not in its shortest form');
      }
    }
    const key = bytes.subarray(at, at + (rules.masked ? 4 : 0));
    if (rules.masked && key.length < 4) return cut(start);
    at += key.length;

    if (!control) {
      if (sum + length > BigInt(rules.maxMessage)) return fail(start, 'message over the limit');
      sum += length;
      open = true;
      if (BigInt(bytes.length - at) < length) {
        pass(bytes.length);
        atBoundary = false;
        return end();
      }
      at += Number(length);
      ends.add(at);
      if (fin) {
        open = false;
        sum = 0n;
        messages += 1;
      }
      continue;
    }

    const size = Number(length);
    if (bytes.length < at + size) return cut(start);
    const payload = Uint8Array.from(bytes.subarray(at, at + size));
    for (let n = 0; n < size; n += 1) payload[n] = (payload[n] ?? 0) ^ (key[n % 4] ?? 0);
    at += size;
    const opcode = first % 16;
    if (opcode !== 8) {
      pass(start);
      told.push({ kind: opcode === 9 ? 'ping' : 'pong', start, end: at, payload });
      run = at;
      continue;
    }
    const code = size === 0 ? null : (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
    if (size === 1 || (code !== null && !mayStand(code))) {
      return fail(start, 'close frame with an illegal payload');
    }
    pass(start);
    told.push({ kind: 'close', start, end: at, code, reason: utf8.decode(payload.subarray(2)) });
    return end();
  }
};
