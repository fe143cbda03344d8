/** The Pings of ours that have not been answered yet, and how their payloads are kept. */

/** One Ping that went out. */
export type SentPing = {
  readonly payload: string;
  readonly sentAt: number;
  /** The same instant in the time in which the proxy listened. */
  readonly listenedAt: number;
  /** Where it begins and ends in the bytes written to the viewer. */
  readonly startsAt: number;
  readonly endsAt: number;
};

/** Of an idle viewer there are thousands: what is empty, all of them share. */
export const NO_PINGS: readonly SentPing[] = [];

/** A payload as a string, which keeps no buffer's memory. */
export const payloadText = (payload: Buffer): string => payload.toString('latin1');

/** Those that are left, where `holds` says so. */
export const remaining = (
  pings: readonly SentPing[],
  holds: (ping: SentPing, at: number) => boolean,
): readonly SentPing[] => {
  const left = pings.filter(holds);
  return left.length === 0 ? NO_PINGS : left;
};
