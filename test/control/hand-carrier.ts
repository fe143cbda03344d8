/** A carrier of which the test is the other end: it reads what was sent and says what it likes. */
import type { Carrier } from '../../src/control/carrier.ts';
import { encode, type FromProxy, type ToProxy, wireVersion } from '../../src/control/wire.ts';
import { Inbox } from '../support/inbox.ts';

type Message = ToProxy | FromProxy;

/** The greeting of either end. */
export const hello = { type: 'hello', version: wireVersion } as const;

/** A whole message of one type. */
export const typed =
  <Type extends Message['type']>(type: Type) =>
  (message: Message): message is Extract<Message, { readonly type: Type }> =>
    message.type === type;

/** Whatever is sent is at once in `sent`; closing it, from either side, is told at once too. */
export class HandCarrier implements Carrier {
  /** What the end under test has sent. */
  readonly sent = new Inbox<Message>('sent over the carrier');
  closed = false;
  #onMessage: (text: unknown) => void = () => {};
  #onClose: () => void = () => {};

  readonly send = (text: string): void => {
    if (!this.closed) {
      this.sent.push(JSON.parse(text) as Message);
    }
  };

  readonly onMessage = (handler: (text: unknown) => void): void => {
    this.#onMessage = handler;
  };

  readonly onClose = (handler: () => void): void => {
    this.#onClose = handler;
  };

  readonly close = (): void => {
    if (!this.closed) {
      this.closed = true;
      this.#onClose();
    }
  };

  /** Says a message, or several, to the end under test. */
  readonly say = (...messages: readonly Message[]): void => {
    for (const message of messages) {
      this.sayText(encode(message));
    }
  };

  /** Says anything at all. */
  readonly sayText = (text: unknown): void => this.#onMessage(text);

  /** How often the end under test has sent a message of this type. */
  readonly countOf = (type: Message['type']): number => this.sent.all.filter(typed(type)).length;
}
