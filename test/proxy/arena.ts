/**
 * Many pairs of a raw viewer and a raw backend over one proxy, for tables of hostile frames: each
 * row has a session of its own, and what came of it is a value to compare.
 */
import type { ProxyOptions } from '../../src/contract.ts';
import { type RawBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { closeOfPayload, opcodes } from '../support/frame-reader.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import type { RawEnd, RawPeer } from '../support/raw-peer.ts';
import { connectRaw } from '../support/raw-viewer.ts';

/** The two ends of one connection. */
export type Ends = {
  readonly session: string;
  readonly viewer: RawPeer;
  readonly peer: RawPeer;
};

/** A proxy and its backend; nothing ticks. */
export type Arena = {
  readonly proxy: TestProxy;
  readonly backend: RawBackend;
  /** Lets a viewer in, each to a session of its own. */
  readonly enter: () => Promise<Ends>;
};

const agreed = 'permessage-deflate';

/** Starts both; with `deflate`, every connection agrees to compression. */
export const arenaWith = async (
  deflate = false,
  options: Partial<ProxyOptions> = {},
): Promise<Arena> => {
  const backend = await rawBackend(
    deflate ? { extraHeaders: { 'Sec-WebSocket-Extensions': agreed } } : {},
  );
  const clock = new FakeClock();
  const proxy = await withProxy({ backend: backend.template, ...options }, { clock });
  let entered = 0;
  const enter = async (): Promise<Ends> => {
    entered += 1;
    const session = `s${entered}`;
    const viewer = connectRaw(proxy.url(session), deflate ? { extensions: agreed } : {});
    await viewer.open();
    const { peer } = await backend.connections.next((one) => one.session === session);
    // Node's HTTP server leaves that to whoever took the socket over.
    peer.socket.on('end', () => peer.socket.end());
    return { session, viewer, peer };
  };
  return { proxy, backend, enter };
};

/** Which end offends. */
export type Offender = 'viewer' | 'backend';

/** The end that offends, and the other one. */
export const sidesOf = ({ viewer, peer }: Ends, offender: Offender) =>
  offender === 'viewer' ? ([viewer, peer] as const) : ([peer, viewer] as const);

/** What came of one row. */
export type Outcome = {
  /** The Close that each end got; null: cut without one. */
  readonly offender: RawEnd['close'];
  readonly other: RawEnd['close'];
  /** Opcodes and lengths of what was passed on, without the Close. */
  readonly passed: readonly string[];
  readonly left: {
    readonly cause: string;
    readonly code: number | undefined;
    readonly closeSent: boolean;
  };
};

/** Waits for the end of both, and says how it went; fails where a viewer left twice or not. */
export const outcomeOf = async (
  { proxy }: Arena,
  ends: Ends,
  offender: Offender,
): Promise<Outcome> => {
  const [from, to] = sidesOf(ends, offender);
  const [{ close }, end] = await Promise.all([from.closed(), to.closed()]);
  const left = await proxy.events.next(
    (event) => named('viewer.left')(event) && event.session === ends.session,
    `the leaving of ${ends.session}`,
  );
  if (!named('viewer.left')(left)) throw new Error('another event');
  const all = proxy.events.all.filter(named('viewer.left'));
  const mine = all.filter(({ session }) => session === ends.session);
  if (mine.length !== 1) throw new Error(`${mine.length} leavings of ${ends.session}`);
  const frames = to.frames.all.slice();
  const last = frames.at(-1);
  const isOwnClose =
    last?.opcode === opcodes.close &&
    JSON.stringify(closeOfPayload(last.payload)) === JSON.stringify(end.close);
  if (isOwnClose) frames.pop();
  return {
    offender: close,
    other: end.close,
    passed: frames.map(({ opcode, payload }) => `${opcode}:${payload.length}`),
    left: { cause: left.cause, code: left.code, closeSent: left.closeSent },
  };
};

/** How it goes where the offender is caught; `passed` is what was legal before. */
export const caught = (
  offender: Offender,
  passed: readonly string[],
  code: 1002 | 1009 = 1002,
): Outcome => {
  const close =
    code === 1002 ? { code, reason: 'protocol error' } : { code, reason: 'message too big' };
  const cause = code === 1002 ? 'protocol-error' : 'message-too-big';
  return offender === 'viewer'
    ? {
        offender: close,
        other: { code: 1001, reason: 'viewer lost' },
        passed,
        left: { cause, code, closeSent: true },
      }
    : {
        offender: close,
        other: { code: 1011, reason: 'backend lost' },
        passed,
        left: { cause: 'backend-lost', code: 1011, closeSent: true },
      };
};
