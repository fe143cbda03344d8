/**
 * Reads how much of what was sent on a TCP connection its far side has not acknowledged, and how
 * often that was sent again in vain: columns of Linux's `/proc/net/tcp` and `tcp6`.
 */

/** What waits to be acknowledged on one connection. */
export type SocketQueue = {
  readonly bytes: number;
  /**
   * How often the oldest of it was sent again without an answer of any kind. A far side that is
   * there and has no room left is asked instead, and answers: then 0.
   */
  readonly retransmits: number;
};

/** Both ends of a TCP connection as Node names them. */
export type Ends = {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
};

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

const ipv4Bytes = (address: string): number[] => address.split('.').map(Number);

const groupBytes = (text: string): number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (group.includes('.')) return ipv4Bytes(group);
        const value = Number.parseInt(group, 16);
        return [value >> 8, value & 255];
      });

const ipv6Bytes = (address: string): number[] => {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const start = groupBytes(head);
  if (tail === undefined) return start;
  const end = groupBytes(tail);
  return [...start, ...Array<number>(Math.max(0, 16 - start.length - end.length)).fill(0), ...end];
};

/** The kernel prints an address as 32-bit words in the machine's byte order. */
const addressHex = (address: string, littleEndian: boolean): string => {
  const bytes = address.includes(':') ? ipv6Bytes(address) : ipv4Bytes(address);
  let text = '';
  for (let word = 0; word < bytes.length; word += 4) {
    const four = bytes.slice(word, word + 4);
    for (const byte of littleEndian ? four.toReversed() : four) text += hex(byte, 2);
  }
  return text;
};

/** The two address columns of a connection, as they stand in the table. */
export const queueKey = (ends: Ends, littleEndian: boolean): string =>
  `${addressHex(ends.localAddress, littleEndian)}:${hex(ends.localPort, 4)} ` +
  `${addressHex(ends.remoteAddress, littleEndian)}:${hex(ends.remotePort, 4)}`;

/** Cells of the state of a connection and the blanks around it. */
const STATE = ' 01 '.length;

/** Digits of a queue, and of the number of retransmissions. */
const DIGITS = 8;

/** From the first queue to the timer and to that number. */
const TO_TIMER = 'tttttttt:rrrrrrrr '.length;
const TO_RETRANSMITS = 'tttttttt:rrrrrrrr 01:wwwwwwww '.length;

/** The timer that runs while something is to be sent again. */
const RETRANSMITTING = '01';

const queueAt = (rows: string, at: number, end: number): SocketQueue | null => {
  const number = (from: number): number =>
    Number.parseInt(rows.slice(from, Math.min(end, from + DIGITS)), 16);
  const bytes = number(at);
  if (Number.isNaN(bytes)) return null;
  const isSentAgain = rows.startsWith(RETRANSMITTING, at + TO_TIMER) && at + TO_TIMER < end;
  const retransmits = isSentAgain ? number(at + TO_RETRANSMITS) : 0;
  return { bytes, retransmits: Number.isNaN(retransmits) ? 0 : retransmits };
};

/**
 * What is not acknowledged for each of the `wanted` keys that `rows`, whole rows of the table,
 * have. Nothing is cut out of a row but its key: a busy machine has tens of thousands of them,
 * and all are gone through while somebody is under suspicion.
 */
export const readQueues = (
  rows: string,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, SocketQueue> => {
  const found = new Map<string, SocketQueue>();
  for (let start = 0; start < rows.length;) {
    const newline = rows.indexOf('\n', start);
    const end = newline < 0 ? rows.length : newline;
    const local = rows.indexOf(': ', start) + 2;
    const remote = rows.indexOf(' ', local) + 1;
    const state = rows.indexOf(' ', remote);
    const isRow = local > 1 && remote > local && state > remote && state < end;
    const key = isRow ? rows.slice(local, state) : '';
    if (wanted.has(key)) {
      const queue = queueAt(rows, state + STATE, end);
      if (queue !== null) found.set(key, queue);
    }
    start = end + 1;
  }
  return found;
};
