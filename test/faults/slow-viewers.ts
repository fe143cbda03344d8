/** Viewers in processes of their own that read slowly, or not at all; see `slow-viewer.py`. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.ts';
import { onCleanup } from '../support/cleanup.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { Inbox } from '../support/inbox.ts';
import type { RawViewer } from '../support/raw-viewer.ts';
import type { Patience } from '../support/within.ts';
import { PYTHON } from './machine.ts';
import type { FarNetwork } from './namespace.ts';

const KIB = 1024;

const SCRIPT = fileURLToPath(new URL('slow-viewer.py', import.meta.url));

/** How a viewer reads. */
export type Pace = {
  /** At most so many bytes each time; 0: it never reads. */
  readonly bytes: number;
  readonly everyMs: number;
  /** Reads only so often, and then no more; default: for ever. */
  readonly times?: number;
  /** What its kernel may keep for it (`SO_RCVBUF`); default: what its machine gives. */
  readonly buffer?: number;
  /** Sends a Pong that nobody asked for, so often; default: none. */
  readonly sendEveryMs?: number;
};

/**
 * Those that get on: none of them may be evicted. A kernel takes nothing more until much of its
 * buffer has been read: with the usual 128 KiB, a reader of 50 KiB/s moves every 2.5 s, and one of
 * 4 KiB/s with 8 KiB every 1.3 s. Where a kernel has taken all that was sent, the Ping behind it
 * is answered at the next read: the pong timeout is to be longer than the time between two.
 */
export const paces = {
  fifty: { bytes: 2_560, everyMs: 50 },
  four: { bytes: 410, everyMs: 100, buffer: 4 * KIB },
  bursts: { bytes: 1024 * KIB, everyMs: 3_000 },
} satisfies Record<string, Pace>;

type Told = { readonly opened?: string; readonly read?: number; readonly ended?: string };

/** A viewer that reads; killed after the test. */
export type SlowViewer = {
  /** Bytes that it has read so far. */
  readonly read: () => number;
  /** Resolves when it has read so many. */
  readonly hasRead: (bytes: number, patience?: Patience) => Promise<void>;
};

/** Joins a session of the proxy at `address`, from another network. */
export const slowViewer = async (
  far: FarNetwork,
  address: string,
  session: string,
  pace: Pace,
): Promise<SlowViewer> => {
  const [host = '', port = ''] = address.split(':');
  const order = { host, port: Number(port), path: `/ws/${session}`, ...pace };
  const child = far.spawn(PYTHON, [SCRIPT, JSON.stringify(order)]);
  const told = new Inbox<Told>(`what a slow viewer of ${session} tells`);
  createInterface({ input: child.stdout! }).on('line', (line) => told.push(JSON.parse(line)));
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.on('close', () => told.end(`it has ended; stderr: ${stderr}`));
  const { opened } = await told.next((one) => one.opened !== undefined, 'its handshake');
  if (!opened?.includes(' 101 ')) throw new Error(`${session}: ${opened}`);
  return {
    read: () => Math.max(0, ...told.all.map(({ read = 0 }) => read)),
    hasRead: async (bytes, patience) => {
      await told.next(({ read = 0 }) => read >= bytes, `${bytes} bytes`, patience);
    },
  };
};

/** Some six seconds long, at the pace of `sendSlowly`. */
export const longMessage = Buffer.alloc(256 * KIB, 'slowly ');

/** Sends that message piece by piece, again and again unless it is to be `once`. */
export const sendSlowly = (viewer: RawViewer, once: boolean): void => {
  const whole = frame({ opcode: opcodes.binary, payload: longMessage, masked: true });
  const piece = 4 * KIB;
  let sent = 0;
  const cancel = systemClock.every(95, () => {
    viewer.send(whole.subarray(sent, sent + piece));
    sent += piece;
    if (sent < whole.length) return;
    sent = 0;
    if (once) cancel();
  });
  onCleanup(cancel);
};
