/**
 * Who may control the proxy while it runs, as the options say. Over TCP nothing goes without a
 * token, and nothing beyond this machine without being asked for in so many words.
 */
import type { Address, ControlOptions } from '../contract.ts';
import { parseListen, parseSocketPath } from './option-addresses.ts';
import { usageError, quoted, type OptionReader } from './option-reader.ts';
import { parseTokenFile, TOKEN_VARIABLE } from './option-token.ts';
import { bad, good, parseCount, parseSwitch, type Checked, type Range } from './option-values.ts';

type Tcp = Extract<Address, { readonly port: number }>;

/** As many as there may be in all. */
const STREAMS: Range = { min: 1, max: 100 };

const parseSocket = (text: string): Checked<string> => {
  if (text === 'none') return good(text);
  const path = parseSocketPath(text.replace(/^unix:/, ''));
  return path.ok ? path : bad(path.problem, `${path.remedy}, or pass none`);
};

const parseTcp = (text: string): Checked<Tcp> => {
  const address = parseListen(text);
  if (!address.ok) return address;
  return 'port' in address.value
    ? good(address.value)
    : bad('is a Unix socket', 'pass it to --control, and host:port here');
};

const isLoopback = (host: string): boolean =>
  host === '::1' || /^127\.[\d.]+$/.test(host) || host.toLowerCase() === 'localhost';

/** Refuses what would let in more than was meant. */
const checkTcp = (reader: OptionReader, listen: Tcp | null, isPublic: boolean, has: boolean) => {
  const given = reader.given('control-listen');
  const shown = `${given?.label ?? '--control-listen'} ${quoted(given?.values[0] ?? '')}`;
  if (listen !== null && !isPublic && !isLoopback(listen.host)) {
    throw usageError(
      `${shown} can be reached from other machines`,
      'use 127.0.0.1, or pass --control-public if that is meant',
    );
  }
  if (listen !== null && !has) {
    throw usageError(
      `${shown} needs a token`,
      `pass --control-token-file <file>, or set ${TOKEN_VARIABLE}`,
    );
  }
};

/** Reads how the proxy is controlled. The token's length is looked at where it is used. */
export const readControl = (
  reader: OptionReader,
  env: Readonly<Record<string, string | undefined>>,
): ControlOptions => {
  const socket = reader.one('control', parseSocket, 'default');
  const listen = reader.one<Tcp | null>('control-listen', parseTcp, null);
  const tokenFile = reader.one<string | null>('control-token-file', parseTokenFile, null);
  const variable = env[TOKEN_VARIABLE]?.trim() ?? '';
  const token = tokenFile === null && variable !== '' ? variable : null;
  const isPublic = reader.one('control-public', parseSwitch, false);
  checkTcp(reader, listen, isPublic, tokenFile !== null || token !== null);
  return {
    socketPath: socket === 'none' ? null : socket,
    listen,
    isPublic,
    tokenFile,
    token,
    maxStreamsPerAddress: reader.one(
      'max-streams-per-address',
      (text) => parseCount(text, STREAMS),
      4,
    ),
  };
};
