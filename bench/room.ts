/** How many viewers a machine has room for. */
import { maxViewersFor } from '../src/cli/descriptors.ts';

/** What bounds them. */
export type Room = {
  /** Open files of one process. */
  readonly descriptors: number;
  /** Local ports for connections to one address. */
  readonly ports: number;
};

/** For whatever else connects meanwhile. */
const SPARE_PORTS = 2000;
/** Fewer are no load. */
const FEWEST = 20;

/** `most` viewers, or as many as there is room for; `limit` says in words what was in the way. */
export const roomFor = (
  most: number,
  { descriptors, ports }: Room,
): { readonly count: number; readonly limit: string } => {
  const byDescriptors = maxViewersFor(descriptors);
  const byPorts = ports - SPARE_PORTS;
  const count = Math.max(FEWEST, Math.min(most, byDescriptors, byPorts));
  if (count === most) return { count, limit: 'no limit of this machine' };
  return {
    count,
    limit:
      byDescriptors <= byPorts
        ? `ulimit -n of ${descriptors}, two descriptors for each`
        : `${ports} local ports of net.ipv4.ip_local_port_range`,
  };
};
