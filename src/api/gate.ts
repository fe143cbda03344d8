/**
 * Who may ask at all. A Unix socket is guarded by its mode; over TCP only a token counts. A web
 * page has no business at either, whatever name it has made this machine's address answer to.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { needsNoResolver, parseHost } from '../core/host.ts';
import { nameFrom, whoFrom } from '../core/who.ts';
import type { Naming } from '../control/under-name.ts';
import { problem, type Answer } from './answer.ts';
import type { Strangers } from './strangers.ts';
import type { Tokens } from './tokens.ts';

/** The door that a request came through. */
export type Door =
  | { readonly kind: 'socket' }
  | {
      readonly kind: 'tcp';
      readonly tokens: Tokens;
      /** Who has connected. */
      readonly strangers: Strangers;
      /** Only this machine can reach it, and calls it by no other name. */
      readonly loopback: () => boolean;
    };

/** May go on, as whom; or the answer that says why not. */
export type Admission =
  | {
      readonly ok: true;
      readonly actor: string;
      /** What actors on a connection of his are called; null: what they say. */
      readonly naming: Naming | null;
    }
  | { readonly ok: false; readonly answer: Answer };

const no = (answer: Answer): Admission => ({ ok: false, answer });

/** What only browsers send; `none` is a person who typed the address. */
const isPage = (headers: IncomingHttpHeaders): boolean =>
  headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none';

const bearerOf = (headers: IncomingHttpHeaders): string | null =>
  /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;

const saidIn = (headers: IncomingHttpHeaders): string | null => {
  const said = headers['x-wsbouncer-actor'];
  return typeof said === 'string' ? whoFrom(said) : null;
};

/**
 * Whoever has a token is called by its name, and what he calls himself stands behind it: `ci`, or
 * `ci (ann@ops1)`. A name alone could be anybody's.
 */
const namedBy =
  (token: string): Naming =>
  (said) => {
    const own = said === null ? null : nameFrom(said);
    return own === null || own === token ? token : `${token} (${own})`;
  };

const FULL = 'too many connections have shown a token: end some, as streams and consoles';

/** Decides about the bare head of a request. */
export const admit = (
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  door: Door,
): Admission => {
  if (isPage(headers)) {
    return no(problem(403, 'web pages may not ask here: ask from a program, without Origin'));
  }
  if (headers.host === undefined) return no(problem(400, 'the Host is missing: send one'));
  if (door.kind === 'socket') {
    return { ok: true, actor: saidIn(headers) ?? 'socket', naming: null };
  }
  const host = parseHost(headers.host ?? '');
  if (host === null || (door.loopback() && !needsNoResolver(host))) {
    return no(problem(403, 'the Host is not this machine: ask 127.0.0.1, [::1] or localhost'));
  }
  const bearer = bearerOf(headers);
  const name = bearer === null ? null : door.tokens.nameOf(bearer);
  if (name === null) {
    const detail = 'a token is needed: send Authorization: Bearer with one of --control-token-file';
    return no(problem(401, detail, { 'WWW-Authenticate': 'Bearer realm="wsbouncer"' }));
  }
  if (!door.strangers.know(socket)) return no(problem(503, FULL, { 'Retry-After': '10' }));
  const naming = namedBy(name);
  return { ok: true, actor: naming(saidIn(headers)), naming };
};
