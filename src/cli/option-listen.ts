/**
 * Where viewers connect, as the options and whoever started the program say: a service manager
 * may hand over a socket that listens already (sd_listen_fds(3)), so that nobody is refused while
 * the proxy is started again.
 */
import type { ListenAddress } from '../contract.ts';
import { parseListen } from './option-addresses.ts';
import { usageError, type OptionReader, type OptionsInput } from './option-reader.ts';
import { bad, good, type Checked } from './option-values.ts';

/** The first descriptor that a service manager hands over; those before are stdin and the like. */
const FIRST_FD = 3;

/** More than any process is handed. */
const MOST_FD = 1023;

const parsePlace = (text: string): Checked<ListenAddress> => {
  const fd = /^fd:(.*)$/s.exec(text)?.[1];
  if (fd === undefined) return parseListen(text);
  return /^\d{1,4}$/.test(fd) && Number(fd) >= FIRST_FD && Number(fd) <= MOST_FD
    ? good({ fd: Number(fd) })
    : bad('has no valid descriptor', `use one from ${FIRST_FD} to ${MOST_FD}`);
};

/** How many sockets were handed to this process, or to the one that started it for this. */
const handedOver = ({ env, processes = [] }: OptionsInput): number => {
  const count = Number(env['LISTEN_FDS']);
  return processes.some((pid) => env['LISTEN_PID'] === String(pid)) && Number.isInteger(count)
    ? Math.max(0, count)
    : 0;
};

/**
 * Where to listen, and whether somebody has chosen it: where nobody has, the one socket that was
 * handed over, or 127.0.0.1:8080.
 */
export const readListen = (
  reader: OptionReader,
  input: OptionsInput,
): { readonly listen: ListenAddress; readonly chosen: boolean } => {
  const wanted = reader.one<ListenAddress | null>('listen', parsePlace, null);
  if (wanted !== null) return { listen: wanted, chosen: true };
  const count = handedOver(input);
  if (count > 1) {
    throw usageError(
      `${count} sockets were handed over, and one is listened on`,
      `say which with --listen fd:${FIRST_FD}, or list one in the socket unit`,
    );
  }
  return count === 1
    ? { listen: { fd: FIRST_FD }, chosen: true }
    : { listen: { host: '127.0.0.1', port: 8080 }, chosen: false };
};
