/**
 * Who has a token may do everything over TCP. Tokens are kept and compared as hashes of equal
 * length, all of them each time, so that the time an answer takes says nothing about any.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ControlOptions } from '../contract.ts';
import { BouncerError } from '../errors.ts';

/** The tokens that count. */
export type Tokens = {
  /** What the token is called, for the events; null where it does not count. */
  readonly nameOf: (token: string) => string | null;
};

type Kept = { readonly name: string; readonly hash: Buffer };

/** Fewer characters could be tried out. */
const LEAST = 16;
const MOST = 512;

/** Longer than any file of tokens. */
const MOST_BYTES = 65_536;

const LINE = /^(?:([A-Za-z0-9][\w.@-]{0,63}):)?([\w.~+/=-]+)$/;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const wrong = (what: string, remedy: string): BouncerError =>
  new BouncerError('environment', what, remedy);

const tokenOf = (line: string, where: string): Kept => {
  const [, name = 'token', token = ''] = LINE.exec(line) ?? [];
  if (token === '') {
    throw wrong(
      `${where} has something that is no token`,
      'use letters, digits and . _ ~ + / = -, with name: before it for the events',
    );
  }
  if (token.length < LEAST || token.length > MOST) {
    throw wrong(
      `${where} has a token of ${token.length} characters`,
      `use ${LEAST} to ${MOST}: openssl rand -hex 24`,
    );
  }
  return { name, hash: hashOf(token) };
};

/**
 * Reads tokens, one a line, with or without `name:` before it; `#` begins a comment.
 * @throws BouncerError of kind `environment`; no error ever shows a token
 */
export const tokensFrom = (text: string, where: string): Tokens => {
  const lines = text.split('\n').map((line) => line.trim());
  const kept = lines
    .map((line, at) => ({ line, at: `${where}, line ${at + 1},` }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, at }) => tokenOf(line, lines.length > 1 ? at : where));
  if (kept.length === 0) throw wrong(`${where} has no token`, 'write one into it, on one line');
  return {
    nameOf: (token) => {
      const hash = hashOf(token);
      let name: string | null = null;
      for (const each of kept) if (timingSafeEqual(hash, each.hash)) name ??= each.name;
      return name;
    },
  };
};

/** The tokens that the options name. */
export const readTokens = async ({
  tokenFile,
  token,
}: Pick<ControlOptions, 'tokenFile' | 'token'>): Promise<Tokens> => {
  if (tokenFile === null) return tokensFrom(token ?? '', 'WSBOUNCER_CONTROL_TOKEN');
  const where = `--control-token-file ${JSON.stringify(tokenFile)}`;
  const text = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(`${where} cannot be read (${error.code ?? error.message})`, 'check path and mode');
  });
  if (text.length > MOST_BYTES) throw wrong(`${where} is too long`, 'keep it within 64 KiB');
  return tokensFrom(text, where);
};
