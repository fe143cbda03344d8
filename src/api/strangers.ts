/**
 * Connections over TCP that have not shown a token. Anybody can open them, so they are few, and
 * none of them is in the way of those who have one: where there are too many, the address that
 * holds the most loses its oldest. Whoever has a token shows it at once, and has gone from here
 * before it could be anybody's turn; who says nothing is closed by the server, within seconds.
 */
import { isIPv6, type Socket } from 'node:net';

/**
 * Connections at once: with a token every stream, every console and some for questions; without
 * one as many as a burst of those who have one.
 */
export const tcpBounds = { known: 140, strangers: 100 } as const;

/** Who has one address of IPv6 has 2^64 of them. */
const PREFIX_GROUPS = 4;
const GROUPS = 8;

/** Whom an address belongs to, as far as that can be told. */
export const holderOf = (address: string): string => {
  if (!isIPv6(address) || /^::ffff:/i.test(address)) return address;
  const [before = [], after = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const between = Array.from({ length: GROUPS - before.length - after.length }, () => '0');
  return [...before, ...between, ...after].slice(0, PREFIX_GROUPS).join(':');
};

/** Keeps the two apart, and each within its bound. */
export class Strangers {
  /** With whom they belong; the oldest first. */
  readonly #strangers = new Map<Socket, string>();
  readonly #known = new Set<Socket>();

  /** Somebody has connected. */
  readonly come = (socket: Socket): void => {
    this.#strangers.set(socket, holderOf(socket.remoteAddress ?? ''));
    socket.on('close', () => {
      this.#strangers.delete(socket);
      this.#known.delete(socket);
    });
    if (this.#strangers.size > tcpBounds.strangers) this.#makeRoom();
  };

  /** It has shown a token; false where too many have, and then it stays a stranger. */
  readonly know = (socket: Socket): boolean => {
    if (this.#known.has(socket)) return true;
    if (this.#known.size >= tcpBounds.known) return false;
    this.#strangers.delete(socket);
    this.#known.add(socket);
    return true;
  };

  #makeRoom(): void {
    const counts = new Map<string, number>();
    for (const from of this.#strangers.values()) counts.set(from, (counts.get(from) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [socket, from] of this.#strangers) {
      if (counts.get(from) !== most) continue;
      this.#strangers.delete(socket);
      socket.destroy();
      return;
    }
  }
}
