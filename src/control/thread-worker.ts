/** What the relay's thread runs: the proxy, offered to the main thread. */
import { sharedIds } from '../proxy/viewer-ids.ts';
import { startOpenProxy } from './open-proxy.ts';
import { offerFromThread } from './thread-offer.ts';

await offerFromThread((options, ids, onEvent, control) =>
  startOpenProxy(options, control, { ids: sharedIds(ids), onEvent }),
);
