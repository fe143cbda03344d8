/** A load process: all viewers of the work that is being measured. */
import { setTimeout as wait } from 'node:timers/promises';
import { carryOut } from '../console/orders.ts';
import { latencyOf } from '../console/stats.ts';
import { anyAddress, destroyAll } from '../sockets.ts';
import { MESSAGE, opcodes, viewerFrame } from './frames.ts';
import type { Counted, Times, ViewersOrder } from './orders.ts';
import { openPeer, type Peer, type PeerRole } from './peer.ts';

/** Connections that are being made at once. */
const AT_ONCE = 64;
/** Viewers of one session. */
const PER_SESSION = 10;
/** The pause between two looks at what the pace asks for: the least that a timer can do. */
const PACE_MS = 1;
/** A message that a window has waited for this long counts with its age. */
const MISSING_MS = 100;
/** A visit that takes longer is none. */
const VISIT_MS = 5000;
/** No more round trips than these are kept in a window. */
const MOST_TIMES = 200_000;

const ASK = viewerFrame(opcodes.binary, MESSAGE);
const BYE = viewerFrame(opcodes.close, Buffer.from([0x03, 0xe8]));

let peers = new Set<Peer>();
let units = 0;
let times: number[] = [];
let failures = 0;
let lastFailure = '';
let isLeaving = false;
let pace: NodeJS.Timeout | null = null;
/** When the messages of the pace were sent that have not come back yet; they come in order. */
let waiting: number[][] = [];

const fail = (why: string): void => {
  failures += 1;
  lastFailure = why;
};

const took = (ms: number): void => {
  if (times.length < MOST_TIMES) times.push(ms);
};

const join = (role: Omit<PeerRole, 'opened' | 'gone'>): Promise<Peer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Peer>();
  const peer = openPeer({
    ...role,
    opened: resolve,
    gone: (error) => {
      peers.delete(peer);
      reject(new Error(error ?? 'closed while it connected'));
      if (!isLeaving) fail(error ?? 'closed by the proxy');
    },
  });
  peers.add(peer);
  return promise;
};

/** Joins `count` viewers, some at once; `role` says what the one at a place does. */
const joinAll = async (
  count: number,
  role: (at: number) => Omit<PeerRole, 'opened' | 'gone'>,
): Promise<Peer[]> => {
  const joined: Peer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) joined.push(await join(role(next++)));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  return joined;
};

const sessionOf = (kind: string, at: number): string => `${kind}-${Math.floor(at / PER_SESSION)}`;

const echo = async (port: number, viewers: number): Promise<void> => {
  const sentAt = new Map<Peer, number>();
  const message = (length: number, peer: Peer): void => {
    if (length !== MESSAGE.length) fail(`a message of ${length} bytes came back`);
    const now = performance.now();
    took(now - sentAt.get(peer)!);
    units += 1;
    sentAt.set(peer, now);
    peer.send(ASK);
  };
  const all = await joinAll(viewers, (at) => ({ port, session: sessionOf('echo', at), message }));
  for (const peer of all) {
    sentAt.set(peer, performance.now());
    peer.send(ASK);
  }
};

const startPace = (all: readonly Peer[], perSecond: number): void => {
  const began = performance.now();
  let sent = 0;
  const send = (): void => {
    const owed = Math.floor(((performance.now() - began) * perSecond) / 1000);
    for (; sent < owed; sent += 1) {
      const at = sent % all.length;
      waiting[at]!.push(performance.now());
      all[at]!.send(ASK);
    }
    pace = setTimeout(send, PACE_MS);
  };
  send();
};

const paced = async (port: number, viewers: number, perSecond: number): Promise<void> => {
  const queues = new Map<Peer, number[]>();
  const all = await joinAll(viewers, (at) => ({
    port,
    session: sessionOf('echo', at),
    message: (_, peer) => {
      const sentAt = queues.get(peer)?.shift();
      if (sentAt === undefined) return;
      took(performance.now() - sentAt);
      units += 1;
    },
  }));
  for (const peer of all) queues.set(peer, []);
  waiting = all.map((peer) => queues.get(peer)!);
  startPace(all, perSecond);
};

const receive = async (port: number, viewers: number, size: number): Promise<void> => {
  const message = (length: number): void => {
    if (length === size) units += size;
    else fail(`a frame of ${length} bytes came instead of ${size}`);
  };
  await joinAll(viewers, () => ({ port, session: `stream-${size}`, message }));
};

/** RFC 6455 7.4.1 and the registry of IANA: come back later. */
const TRY_AGAIN = 1013;

const visit = (port: number, at: number, expects: 'accepted' | 'refused'): void => {
  if (isLeaving) return;
  const began = performance.now();
  const isRefusal = expects === 'refused';
  let code: number | null = null;
  const patience = setTimeout(() => peer.socket.destroy(new Error('a visit took 5 s')), VISIT_MS);
  const peer = openPeer({
    port,
    session: isRefusal ? 'full' : sessionOf('visit', at),
    // From one address the ports would run out: those of the last minute are still taken.
    from: anyAddress(),
    opened: ({ send }) => {
      if (!isRefusal) send(BYE);
    },
    closed: (came) => {
      code = came;
    },
    gone: (error) => {
      clearTimeout(patience);
      peers.delete(peer);
      if (isLeaving) return;
      // With its Close a visit is over, however TCP ends: a kernel that has no room for one more
      // TIME_WAIT answers the visitor's own end with a reset.
      if (code === (isRefusal ? TRY_AGAIN : 1000)) {
        units += 1;
        took(performance.now() - began);
      } else {
        fail(error ?? `closed with ${code ?? 'no code'}`);
      }
      visit(port, at, expects);
    },
  });
  peers.add(peer);
};

const visits = async (
  port: number,
  atOnce: number,
  expects: 'accepted' | 'refused',
): Promise<void> => {
  // With a cap of one, whoever is there first makes the session full.
  if (expects === 'refused') await join({ port, session: 'full' });
  for (let at = 0; at < atOnce; at += 1) visit(port, at, expects);
};

/** Viewers that stop answering at once; how late each was evicted. */
const evicted = async (port: number, viewers: number, timeoutMs: number): Promise<Times> => {
  const late: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Times>();
  let next = 0;
  let left = viewers;
  const one = (): void => {
    if (next >= viewers) return;
    const session = sessionOf('idle', next);
    let openedAt: number | null = null;
    next += 1;
    const peer = openPeer({
      port,
      session,
      isSilent: true,
      opened: () => {
        openedAt = performance.now();
        one();
      },
      closed: () => {
        late.push(performance.now() - openedAt! - timeoutMs);
      },
      gone: (error) => {
        peers.delete(peer);
        if (error !== null) fail(error);
        if (openedAt === null) one();
        left -= 1;
        if (left > 0) return;
        if (late.length === viewers) resolve(latencyOf(late));
        else reject(new Error(`${viewers - late.length} viewers got no Close: ${lastFailure}`));
      },
    });
    peers.add(peer);
  };
  for (let at = 0; at < AT_ONCE; at += 1) one();
  return promise;
};

const timesOf = (): Times | null => {
  const now = performance.now();
  const missing = waiting.flatMap((queue) =>
    queue.map((sentAt) => now - sentAt).filter((age) => age >= MISSING_MS),
  );
  const all = [...times, ...missing];
  return all.length === 0 ? null : latencyOf(all);
};

const count = async (ms: number): Promise<Counted> => {
  const began = performance.now();
  units = 0;
  times = [];
  await wait(ms);
  const counted = units;
  const passed = performance.now() - began;
  if (failures > 0) throw new Error(`${failures} viewers failed, the last one: ${lastFailure}`);
  return { ms: passed, units: counted, times: timesOf() };
};

const leave = async (): Promise<void> => {
  isLeaving = true;
  if (pace !== null) clearTimeout(pace);
  pace = null;
  waiting = [];
  const sockets = [...peers].map(({ socket }) => socket);
  peers = new Set();
  await destroyAll(sockets);
  failures = 0;
  times = [];
  isLeaving = false;
};

carryOut(async (sent) => {
  const order = sent as ViewersOrder;
  switch (order.do) {
    case 'echo':
      return echo(order.port, order.viewers);
    case 'pace':
      return paced(order.port, order.viewers, order.perSecond);
    case 'stream':
      return receive(order.port, order.viewers, order.size);
    case 'visit':
      return visits(order.port, order.atOnce, order.expects);
    case 'idle':
      return void (await joinAll(order.viewers, (at) => ({
        port: order.port,
        session: sessionOf('idle', at),
      })));
    case 'silent':
      return evicted(order.port, order.viewers, order.pongTimeoutMs);
    case 'window':
      return count(order.ms);
    case 'leave':
      return leave();
  }
});
