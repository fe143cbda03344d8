/** Goes through one case as a viewer over a bare socket, and tells what came of it. */
import { closeOfPayload, type Frame, opcodes } from '../support/frame-reader.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { within } from '../support/within.ts';
import { anyFrame, type Case, pong, shown, type Step } from './case.ts';
import { Inflation } from './inflation.ts';

/** What a viewer could tell of one case. */
export type Observation = {
  /** The extensions that were agreed, as the 101 says them. */
  readonly extensions: string | null;
  /** Whole messages, Pings and Pongs in their order, each as `shown` tells it. */
  readonly heard: readonly string[];
  /** Of the messages among them: whether RSV1 was set. */
  readonly compressed: readonly boolean[];
  /** The Close that came; null: none. */
  readonly close: { readonly code: number; readonly reason: string } | null;
  /** How TCP ended. */
  readonly how: 'fin' | 'reset' | 'here';
};

/** The Pings that the proxy sends of its own have so many bytes; no backend here sends such. */
const OWN_PING = 8;

/** One going through a case. */
class Visit {
  readonly heard: string[] = [];
  readonly compressed: boolean[] = [];
  readonly #viewer: RawViewer;
  readonly #inflation: Inflation;
  /** The Close frame that came first. */
  close: Observation['close'] = null;
  /** A Close went out, after which a viewer says no other. */
  #left = false;
  #message: { readonly first: Frame; readonly parts: Buffer[] } | null = null;

  constructor(viewer: RawViewer, extensions: string) {
    this.#viewer = viewer;
    this.#inflation = new Inflation(extensions);
  }

  async take(step: Step): Promise<void> {
    if ('until' in step) {
      while (this.heard.length < step.until && this.close === null && (await this.#next()));
      return;
    }
    const { send, pieces = send.length, leaves = false } = step;
    this.#left ||= leaves;
    for (let at = 0; at < send.length; at += pieces) {
      this.#viewer.send(send.subarray(at, at + pieces));
      if (pieces === send.length) continue;
      await this.#viewer.flushed();
      // The other side shares this event loop, or the kernel: it reads before the next write.
      await new Promise(setImmediate);
    }
  }

  /** Hears everything until TCP ends. */
  async rest(): Promise<Observation['how']> {
    while (await this.#next());
    if (this.#message !== null) this.heard.push('a message without an end');
    return (await this.#viewer.closed()).how;
  }

  /** Takes the next frame; false when there is none any more. */
  async #next(): Promise<boolean> {
    const { frames, nextFrame, closed } = this.#viewer;
    if (frames.left.length === 0) {
      const ended = closed().then(() => null);
      const first = await Promise.race([nextFrame().catch(() => null), ended]);
      if (first !== null) {
        this.#hear(first);
        return true;
      }
      // Rejects where nothing came in time and nothing ended.
      await ended;
      if (frames.left.length === 0) return false;
    }
    this.#hear(await nextFrame());
    return true;
  }

  #hear(frame: Frame): void {
    if (this.close !== null) {
      this.heard.push(`opcode ${frame.opcode} after a Close`);
      return;
    }
    if (frame.opcode === opcodes.ping) {
      // Only between steps, which end with a frame: a Pong must not get inside one.
      if (!this.#left) this.#viewer.send(pong(frame.payload));
      if (frame.payload.length !== OWN_PING) this.heard.push(shown('ping', frame.payload));
    } else if (frame.opcode === opcodes.pong) this.heard.push(shown('pong', frame.payload));
    else if (frame.opcode === opcodes.close) this.#leave(frame);
    else this.#gather(frame);
  }

  #leave({ payload }: Frame): void {
    this.close = closeOfPayload(payload);
    if (this.#left) return;
    this.#left = true;
    this.#viewer.send(anyFrame({ opcode: opcodes.close, payload }));
  }

  #gather(frame: Frame): void {
    const message = this.#message ?? { first: frame, parts: [] };
    message.parts.push(frame.payload);
    this.#message = frame.fin ? null : message;
    if (!frame.fin) return;
    const { opcode, rsv } = message.first;
    const compressed = (rsv & 4) !== 0;
    const bytes = Buffer.concat(message.parts);
    const data = compressed ? this.#inflation.of(bytes) : bytes;
    this.compressed.push(compressed);
    this.heard.push(shown(opcode === opcodes.text ? 'text' : 'binary', data));
  }
}

/** Goes through a case at `url`; rejects where something is waited for in vain. */
export const observe = async (url: string, one: Case): Promise<Observation> => {
  const manners = { answerClose: false, answerPings: false };
  const offer = one.extensions === undefined ? {} : { extensions: one.extensions };
  const viewer = connectRaw(url, { ...manners, ...offer });
  viewer.socket.setNoDelay(true);
  const answer = await viewer.open();
  if (!answer.upgraded) throw new Error(`the handshake was answered with ${answer.status}`);
  const extensions = answer.headers['sec-websocket-extensions'] ?? null;
  const visit = new Visit(viewer, extensions ?? '');
  const wholeVisit = async (): Promise<Observation['how']> => {
    for (const step of one.steps) await visit.take(step);
    return visit.rest();
  };
  try {
    // The proxy's Pings come for ever, so that no wait for a frame is ever in vain.
    const how = await within(`the end of ${one.id}`, wholeVisit(), {
      saw: () => `heard: ${visit.heard.slice(-20).join('; ') || 'nothing'}`,
    });
    const { heard, compressed, close } = visit;
    return { extensions, heard, compressed, close, how };
  } finally {
    viewer.destroy();
  }
};
