/**
 * A screen's end of a control link, from the greeting to the leave-taking: which is why nothing
 * else has to ask who speaks at the other end, and whether he still does.
 */
import type { Carrier } from './carrier.ts';
import type { Decoded, FromProxy, ToProxy } from './wire.ts';
import { decodeFromProxy, encode, versionTrouble, wireVersion } from './wire.ts';

/** How a link ends where nobody takes leave. */
export const linkLost = 'the link to the proxy is lost';

/** How a link ended; `said`: the proxy's side took its leave, with this reason, because of `by`. */
export type LinkEnd = {
  readonly reason: string;
  readonly said: boolean;
  readonly by?: string;
};

/** Where messages go. Once the link has ended, nowhere. */
export type Link = {
  readonly send: (message: ToProxy) => void;
  readonly close: () => void;
};

/** Who deals with what comes. */
export type LinkOwner = {
  /** The other end has greeted, and speaks the same version. */
  readonly greeted?: () => void;
  /** Everything between greeting and leave-taking. */
  readonly take: (decoded: Decoded<FromProxy>) => void;
  /** Called once; nothing is taken after it. */
  readonly ended: (end: LinkEnd) => void;
};

/** Greets over a carrier that is new. Calls the owner back later, never at once. */
export const openLink = (carrier: Carrier, owner: LinkOwner): Link => {
  let greeted = false;
  let open = true;

  const end = (reason: string, said: boolean, by?: string): void => {
    if (open) {
      open = false;
      owner.ended({ reason, said, ...(by === undefined ? {} : { by }) });
      carrier.close();
    }
  };

  const takeFirst = (decoded: Decoded<FromProxy>): void => {
    if (!decoded.ok || decoded.message.type !== 'hello') {
      end('what answers there does not speak like a wsbouncer', false);
      return;
    }
    greeted = true;
    const trouble = versionTrouble(decoded.message.version);
    if (trouble === null) {
      owner.greeted?.();
    } else {
      end(trouble, false);
    }
  };

  carrier.onMessage((text) => {
    if (!open) {
      return;
    }
    const decoded = decodeFromProxy(text);
    if (!greeted) {
      takeFirst(decoded);
    } else if (decoded.ok && decoded.message.type === 'bye') {
      end(decoded.message.reason, true, decoded.message.by);
    } else {
      owner.take(decoded);
    }
  });
  carrier.onClose(() => end(linkLost, false));

  carrier.send(encode({ type: 'hello', version: wireVersion }));
  return {
    send: (message) => {
      if (open) {
        carrier.send(encode(message));
      }
    },
    close: () => end(linkLost, false),
  };
};
