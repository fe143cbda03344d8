/** A load process: a crowd of viewers that stays while one load after the other is measured. */
import { setTimeout as wait } from 'node:timers/promises';
import { carryOut } from '../console/orders.ts';
import { MESSAGE, opcodes, viewerFrame } from '../relay/frames.ts';
import { openPeer, type Peer } from '../relay/peer.ts';
import { destroyAll } from '../sockets.ts';
import type { CrowdOrder } from './crowd-orders.ts';

/** Connections that are being made at once. */
const AT_ONCE = 64;
/** The pause between two looks at what the pace asks for: the least that a timer can do. */
const PACE_MS = 1;

const ASK = viewerFrame(opcodes.binary, MESSAGE);

let peers: Peer[] = [];
let messages = 0;
let lost: string | null = null;
let isLeaving = false;
let pace: NodeJS.Timeout | null = null;

const join = (port: number, session: string): Promise<Peer> =>
  new Promise((resolve, reject) => {
    openPeer({
      port,
      session,
      opened: resolve,
      message: () => {
        messages += 1;
      },
      gone: (error) => {
        if (!isLeaving) lost = error ?? 'closed by the proxy';
        reject(new Error(error ?? 'closed while it connected'));
      },
    });
  });

const joinAll = async (port: number, viewers: number, sessions: number): Promise<void> => {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < viewers) {
      const at = next++;
      peers.push(await join(port, `echo-${at % sessions}`));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, viewers) }, work));
};

const setPace = (perSecond: number): void => {
  if (pace !== null) clearTimeout(pace);
  pace = null;
  if (perSecond === 0) return;
  const began = performance.now();
  let sent = 0;
  const send = (): void => {
    const owed = Math.floor(((performance.now() - began) * perSecond) / 1000);
    for (; sent < owed; sent += 1) peers[sent % peers.length]!.send(ASK);
    pace = setTimeout(send, PACE_MS);
  };
  send();
};

const count = async (ms: number): Promise<number> => {
  messages = 0;
  await wait(ms);
  if (lost !== null) throw new Error(`a viewer was lost: ${lost}`);
  return messages;
};

const leave = async (): Promise<void> => {
  isLeaving = true;
  setPace(0);
  const sockets = peers.map(({ socket }) => socket);
  peers = [];
  await destroyAll(sockets);
  lost = null;
  isLeaving = false;
};

carryOut(async (sent) => {
  const order = sent as CrowdOrder;
  switch (order.do) {
    case 'join':
      return joinAll(order.port, order.viewers, order.sessions);
    case 'pace':
      return setPace(order.perSecond);
    case 'window':
      return count(order.ms);
    case 'leave':
      return leave();
  }
});
