/** Several proxies, each in a process of its own, at one port. */
import { type Load, startLoad } from '../console/children.ts';
import type { ProxyOrder } from '../proxy-orders.ts';
import { wsbouncerArgs } from '../relay/candidates/wsbouncer.ts';

/** Those that run. */
export type Gang = {
  readonly pids: readonly number[];
  readonly port: number;
  /** How many viewers each of them has. */
  readonly counts: () => Promise<number[]>;
  readonly stop: () => Promise<void>;
};

/** Starts `size` of them with a cap of which each knows only its own viewers. */
export const startGang = async (
  size: number,
  backendPort: number,
  wish: { readonly cap?: number } = {},
): Promise<Gang> => {
  const members: Load<ProxyOrder>[] = [];
  // The first one takes a free port, and the others the same.
  let port = 0;
  for (let at = 0; at < size; at += 1) {
    const member = startLoad<ProxyOrder>(new URL('../proxy.ts', import.meta.url).href);
    members.push(member);
    const args = wsbouncerArgs(backendPort, wish).map((arg) =>
      arg.startsWith('--listen=') ? `--listen=127.0.0.1:${port}` : arg,
    );
    port = await member.ask<number>({ do: 'start', as: 'sharing', args });
  }
  return {
    pids: members.map(({ pid }) => pid),
    port,
    counts: () => Promise.all(members.map((member) => member.ask<number>({ do: 'count' }))),
    stop: async () => {
      for (const member of members) await member.stop();
    },
  };
};
