/**
 * A load process: all the viewers. Some answer every second Ping only, which makes the proxy call
 * them late and then recovered, once each in two ping intervals: half of them the odd ones, half
 * the even ones, so that they do not all change at once. Others send messages at an even pace and
 * time their echoes.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type Socket } from 'node:net';
import { Head, requestFor } from '../handshake.ts';
import { destroyAll } from '../sockets.ts';
import { carryOut, type Latency, type LoadPlan, type ViewersOrder } from './orders.ts';
import { latencyOf } from './stats.ts';
import { Frames, opcodes, viewerFrame } from './wire.ts';

/** Connections that are being made at once. */
const AT_ONCE = 64;
/** The pause between two looks at what the pace asks for: about what a timer can do. */
const PACE_MS = 2;
/** An echo that a window has waited for this long counts with its age, so that none is left out. */
const MISSING_MS = 100;

const MESSAGE = viewerFrame(opcodes.text, Buffer.alloc(64, 'x'));

type Viewer = {
  readonly socket: Socket;
  /** When the messages that are not echoed yet were sent; echoes come in order. */
  readonly sentAt: number[];
};

let all: Viewer[] = [];
let echoing: Viewer[] = [];
let samples: number[] = [];
let lost = 0;
let leaving = false;
let pace: NodeJS.Timeout | null = null;

/** Which Pings a viewer answers. */
type Answers = 'all' | 'odd' | 'even';

const join = (port: number, session: string, answers: Answers): Promise<Viewer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Viewer>();
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const viewer: Viewer = { socket, sentAt: [] };
  const answer = new Head();
  const frames = new Frames();
  let open = false;
  let pings = 0;
  const onFrame = (opcode: number, payload: Buffer): void => {
    if (opcode === opcodes.text) {
      const sentAt = viewer.sentAt.shift();
      if (sentAt !== undefined) samples.push(performance.now() - sentAt);
    } else if (opcode === opcodes.ping) {
      pings += 1;
      if (answers === 'all' || (answers === 'odd') === (pings % 2 === 1))
        socket.write(viewerFrame(opcodes.pong, payload));
    }
  };
  socket.on('connect', () => socket.write(requestFor(port, session)));
  socket.on('error', reject);
  socket.on('close', () => {
    if (!leaving) lost += 1;
    reject(new Error('a viewer was closed while it connected'));
  });
  socket.on('data', (chunk: Buffer) => {
    if (open) {
      frames.feed(chunk, onFrame);
      return;
    }
    const whole = answer.feed(chunk);
    if (whole === null) return;
    const status = whole.head.slice(0, 'HTTP/1.1 101'.length);
    if (status !== 'HTTP/1.1 101') reject(new Error(`a viewer was answered with ${status}`));
    open = true;
    frames.feed(whole.rest, onFrame);
    resolve(viewer);
  });
  return promise;
};

/** Whether the `at`-th of `count` belongs to `share` of them that are spread evenly. */
const isOneOf = (at: number, share: number, count: number): boolean =>
  Math.floor(((at + 1) * share) / count) > Math.floor((at * share) / count);

const startPace = (perSecond: number): void => {
  const began = performance.now();
  let sent = 0;
  const send = (): void => {
    const owed = Math.floor(((performance.now() - began) * perSecond) / 1000);
    for (; sent < owed; sent += 1) {
      const viewer = echoing[sent % echoing.length]!;
      viewer.sentAt.push(performance.now());
      viewer.socket.write(MESSAGE);
    }
    pace = setTimeout(send, PACE_MS);
  };
  send();
};

const connectAll = async (port: number, plan: LoadPlan): Promise<void> => {
  leaving = false;
  lost = 0;
  const steady: Viewer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < plan.viewers) {
      const at = next++;
      const session = `s${Math.floor((at * plan.sessions) / plan.viewers)}`;
      const alternates = isOneOf(at, plan.alternating, plan.viewers);
      const some = at % 4 < 2 ? 'odd' : 'even';
      const viewer = await join(port, session, alternates ? some : 'all');
      all.push(viewer);
      if (!alternates) steady.push(viewer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  echoing = steady.filter((_, at) => isOneOf(at, plan.echoing, steady.length));
  if (echoing.length > 0) startPace(echoing.length * plan.echoesPerSecond);
};

const measure = async (ms: number): Promise<Latency> => {
  samples = [];
  await wait(ms);
  const taken = samples;
  const now = performance.now();
  const missing = echoing.flatMap(({ sentAt }) =>
    sentAt.map((at) => now - at).filter((age) => age >= MISSING_MS),
  );
  if (lost > 0) throw new Error(`${lost} viewers were closed by the proxy`);
  return latencyOf([...taken, ...missing]);
};

const leave = async (): Promise<void> => {
  leaving = true;
  if (pace !== null) clearTimeout(pace);
  pace = null;
  const sockets = all.map(({ socket }) => socket);
  all = [];
  echoing = [];
  await destroyAll(sockets);
};

carryOut(async (sent) => {
  const order = sent as ViewersOrder;
  if (order.do === 'connect') return connectAll(order.port, order.plan);
  return order.do === 'measure' ? measure(order.ms) : leave();
});
