/**
 * What a control link travels over. A message is one text, so that a port between threads and
 * a socket with one line per message carry exactly the same, and neither can carry what the
 * other cannot.
 */
import type { MessagePort } from 'node:worker_threads';

/** One end of a link: what is sent at one end arrives at the other, whole and in order. */
export type Carrier = {
  /** Does nothing once the carrier is closed. */
  readonly send: (text: string) => void;
  /** To be called once; messages that came before wait for it. Whatever comes is unverified. */
  readonly onMessage: (handler: (text: unknown) => void) => void;
  /** Calls back once, whichever end closed, after the last message. */
  readonly onClose: (handler: () => void) => void;
  /** What was sent before still arrives. */
  readonly close: () => void;
};

/** The word of the HTTP Upgrade by which a console attaches over a socket. */
export const attachProtocol = 'wsbouncer-control';

/** A link between threads, or within one. */
export const portCarrier = (port: MessagePort): Carrier => ({
  send: (text) => port.postMessage(text),
  onMessage: (handler) => {
    port.on('message', handler);
  },
  onClose: (handler) => {
    port.once('close', handler);
  },
  close: () => port.close(),
});
