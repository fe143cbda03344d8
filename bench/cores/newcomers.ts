/** A load process: newcomers who all want into one session at once. */
import { carryOut } from '../console/orders.ts';
import { MESSAGE, opcodes, viewerFrame } from '../relay/frames.ts';
import { openPeer, type Peer } from '../relay/peer.ts';
import { anyAddress, destroyAll } from '../sockets.ts';
import type { Storm, StormOrder } from './orders.ts';

const ASK = viewerFrame(opcodes.binary, MESSAGE);

/** RFC 6455 7.4.1 and the registry of IANA: come back later. */
const TRY_AGAIN = 1013;

let peers: Peer[] = [];

const arrive = (port: number): Promise<'admitted' | 'refused'> =>
  new Promise((resolve, reject) => {
    const peer = openPeer({
      port,
      session: 'echo-storm',
      // Who comes back too soon from one address is held.
      from: anyAddress(),
      opened: ({ send }) => send(ASK),
      message: () => resolve('admitted'),
      closed: (code) => {
        if (code === TRY_AGAIN) resolve('refused');
        else reject(new Error(`closed with ${code ?? 'no code'}`));
      },
      gone: (error) => reject(new Error(error ?? 'closed without an answer')),
    });
    peers.push(peer);
  });

const storm = async (port: number, newcomers: number): Promise<Storm> => {
  const ends = await Promise.all(Array.from({ length: newcomers }, () => arrive(port)));
  const admitted = ends.filter((end) => end === 'admitted').length;
  return { admitted, refused: newcomers - admitted };
};

const leave = async (): Promise<void> => {
  const sockets = peers.map(({ socket }) => socket).filter((socket) => !socket.closed);
  peers = [];
  await destroyAll(sockets);
};

carryOut(async (sent) => {
  const order = sent as StormOrder;
  return order.do === 'storm' ? storm(order.port, order.newcomers) : leave();
});
