/** Which proxy a command asks, and as whom, as the options say. */
import { parseListen } from './option-addresses.ts';
import { quoted, usageError, type OptionReader } from './option-reader.ts';
import { parseTokenFile, TOKEN_VARIABLE } from './option-token.ts';
import { bad, good, parseDuration, type Checked } from './option-values.ts';
import type { Client, Door } from './orders.ts';

/** Shorter than a turn of a busy proxy, longer than anybody waits. */
const TIMEOUT = { min: 10, max: 3_600_000 } as const;

const LONGEST_ACTOR = 64;

const isHostPort = (text: string): boolean => /^(?:\[[^\]]*\]|[^/:]+):\d+$/.test(text);

const parseDoor = (text: string): Checked<Door> => {
  if (/^\d{1,5}$/.test(text)) return good({ listens: Number(text) });
  if (text.includes('\0')) return bad('has a NUL in its path', 'leave it out');
  if (!isHostPort(text)) return good({ socketPath: text.replace(/^unix:/, '') });
  const address = parseListen(text);
  if (!address.ok) return address;
  return 'port' in address.value ? good(address.value) : bad('is no address', 'write host:port');
};

const parseActor = (text: string): Checked<string> => {
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)) {
    return bad('has a character that no header takes', 'use printable ASCII');
  }
  return text.length <= LONGEST_ACTOR
    ? good(text)
    : bad('is too long', `use at most ${LONGEST_ACTOR} characters`);
};

/** The socket that is named without `--socket`. */
export const readDoor = (text: string): Door => {
  const door = parseDoor(text);
  if (door.ok) return door.value;
  throw usageError(`${quoted(text)} ${door.problem}`, door.remedy);
};

/** Reads who is asked and who asks. */
export const readClient = (
  reader: OptionReader,
  env: Readonly<Record<string, string | undefined>>,
): Client => {
  const variable = env[TOKEN_VARIABLE]?.trim() ?? '';
  return {
    door: reader.one<Door | null>('socket', parseDoor, null),
    tokenFile: reader.one<string | null>('token-file', parseTokenFile, null),
    token: variable === '' ? null : variable,
    actor: reader.one<string | null>('actor', parseActor, null),
    timeoutMs: reader.one('timeout', (text) => parseDuration(text, TIMEOUT), 10_000),
  };
};
