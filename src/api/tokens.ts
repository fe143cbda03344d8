/**
 * Who has a token may do everything over TCP. Tokens are kept and compared as hashes of equal
 * length, all of them each time, so that the time an answer takes says nothing about any.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { ControlOptions } from '../contract.ts';
import { BouncerError } from '../errors.ts';
import { LONGEST_TOKEN, type TokenLine, tokenLines } from './token-line.ts';

/** The tokens that count. */
export type Tokens = {
  /** What the token is called, for the events; null where it does not count. */
  readonly nameOf: (token: string) => string | null;
};

type Kept = { readonly name: string; readonly hash: Buffer };

/** Fewer characters could be tried out. */
const LEAST = 16;

/** Longer than any file of tokens. */
const MOST_BYTES = 65_536;

/**
 * Of a mode: who may write there adds a token of his own. As sshd judges a list of those who may
 * come in (sshd_config(5), `StrictModes`); that others read it is usual where a machine hands
 * secrets to a service.
 */
const OTHERS_MAY_WRITE = 0o022;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const wrong = (what: string, remedy: string): BouncerError =>
  new BouncerError('environment', what, remedy);

const keptOf = ({ name, token }: TokenLine, where: string): Kept => {
  if (token === null) {
    throw wrong(
      `${where} has something that is no token`,
      'use letters, digits and . _ ~ + / = -, with name: before it for the events',
    );
  }
  if (token.length < LEAST || token.length > LONGEST_TOKEN) {
    throw wrong(
      `${where} has a token of ${token.length} characters`,
      `use ${LEAST} to ${LONGEST_TOKEN}: openssl rand -hex 24`,
    );
  }
  return { name: name ?? 'token', hash: hashOf(token) };
};

/**
 * Reads tokens, one a line, with or without `name:` before it; `#` begins a comment.
 * @throws BouncerError of kind `environment`; no error ever shows a token
 */
export const tokensFrom = (text: string, where: string): Tokens => {
  const isOne = !text.includes('\n');
  const kept = tokenLines(text).map((line) =>
    keptOf(line, isOne ? where : `${where}, line ${line.number},`),
  );
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

const readAll = async (file: FileHandle, where: string): Promise<string> => {
  const stats = await file.stat();
  // A pipe has the mode of none that anybody chose.
  if (stats.isFile() && (stats.mode & OTHERS_MAY_WRITE) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
    throw wrong(`others may write into ${where} (mode ${mode})`, 'take that away: chmod go-w');
  }
  const text = await file.readFile('utf8');
  if (text.length > MOST_BYTES) throw wrong(`${where} is too long`, 'keep it within 64 KiB');
  return text;
};

/** The tokens that the options name. */
export const readTokens = async ({
  tokenFile,
  token,
}: Pick<ControlOptions, 'tokenFile' | 'token'>): Promise<Tokens> => {
  if (tokenFile === null) return tokensFrom(token ?? '', 'WSBOUNCER_CONTROL_TOKEN');
  const where = `--control-token-file ${JSON.stringify(tokenFile)}`;
  try {
    const file = await open(tokenFile);
    try {
      return tokensFrom(await readAll(file, where), where);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof BouncerError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw wrong(`${where} cannot be read (${code ?? message})`, 'check path and mode');
  }
};
