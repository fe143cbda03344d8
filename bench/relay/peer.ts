/**
 * One viewer of the load over a raw socket. All of them read into one buffer, so that the load
 * allocates next to nothing (`onread` of `net.connect`); what comes is looked at before the next
 * read and never held.
 */
import { connect, type Socket } from 'node:net';
import { Head, requestFor } from '../handshake.ts';
import { backendFrame, FrameWalk, MESSAGE, opcodes, viewerFrame } from './frames.ts';

const shared = Buffer.alloc(256 * 1024);
const EXPECTED = backendFrame(opcodes.binary, MESSAGE);

/** What a viewer does. */
export type PeerRole = {
  readonly port: number;
  readonly session: string;
  /** Where it connects from; the kernel's choice where absent. */
  readonly from?: string;
  /** Silent ones leave Pings unanswered. */
  readonly isSilent?: true;
  readonly opened: (peer: Peer) => void;
  /** A whole message of `length` bytes. */
  readonly message?: (length: number, peer: Peer) => void;
  /** A Close with this code came; absent: the viewer answers it, and that is all. */
  readonly closed?: (code: number | null) => void;
  /** The connection is gone; `error` says why where it did not simply end. */
  readonly gone: (error: string | null) => void;
};

/** A connection of a viewer. */
export type Peer = {
  readonly socket: Socket;
  readonly send: (frame: Buffer) => void;
};

const codeOf = (payload: Buffer): number | null =>
  payload.length < 2 ? null : payload.readUInt16BE(0);

/** Connects a viewer. */
export const openPeer = (role: PeerRole): Peer => {
  let isOpen = false;
  let failure: string | null = null;
  let isClosing = false;
  const answer = new Head();
  const close = (payload: Buffer): void => {
    if (!isClosing) socket.write(viewerFrame(opcodes.close, payload));
    isClosing = true;
    socket.end();
    role.closed?.(codeOf(payload));
  };
  const walk = new FrameWalk((opcode, length, payload) => {
    if (opcode === opcodes.binary) role.message?.(length, peer);
    else if (opcode === opcodes.ping && role.isSilent === undefined)
      socket.write(viewerFrame(opcodes.pong, payload));
    else if (opcode === opcodes.close) close(payload);
  });
  const read = (chunk: Buffer): void => {
    if (isOpen) {
      walk.feed(chunk);
      return;
    }
    const whole = answer.feed(chunk);
    if (whole === null) return;
    if (!whole.head.startsWith('HTTP/1.1 101')) {
      failure = `answered with ${whole.head.slice(0, 40)}`;
      socket.destroy();
      return;
    }
    isOpen = true;
    role.opened(peer);
    walk.feed(whole.rest);
  };
  const socket = connect({
    host: '127.0.0.1',
    port: role.port,
    noDelay: true,
    ...(role.from === undefined ? {} : { localAddress: role.from }),
    onread: {
      buffer: shared,
      callback: (length) => {
        const isEcho =
          isOpen && length === EXPECTED.length && shared[0] === EXPECTED[0] && walk.isBetweenFrames;
        if (isEcho && shared[1] === MESSAGE.length) role.message?.(MESSAGE.length, peer);
        else read(shared.subarray(0, length));
        return true;
      },
    },
  });
  const peer: Peer = {
    socket,
    send: (frame) => {
      if (frame[0] === (0x80 | opcodes.close)) isClosing = true;
      socket.write(frame);
    },
  };
  socket.on('connect', () => socket.write(requestFor(role.port, role.session)));
  socket.on('error', (error) => {
    failure ??= error.message;
  });
  socket.on('close', () => role.gone(failure));
  return peer;
};
