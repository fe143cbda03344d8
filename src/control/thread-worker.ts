/** What the relay's thread runs: the proxy, offered to the main thread. */
import { startProxy } from '../proxy/proxy.ts';
import { sharedIds } from '../proxy/viewer-ids.ts';
import { offerFromThread } from './thread-offer.ts';

await offerFromThread((options, ids, onEvent) =>
  startProxy(options, { ids: sharedIds(ids), onEvent }),
);
