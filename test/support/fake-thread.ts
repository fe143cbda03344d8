/** What the relay's thread runs in tests of the thread alone: the fake proxy. */
import { sharedIds } from '../../src/proxy/viewer-ids.ts';
import { offerFromThread } from '../../src/control/thread-offer.ts';
import { startFakeProxy } from './fake-proxy.ts';

await offerFromThread((options, ids, onEvent) =>
  startFakeProxy(options, { ids: sharedIds(ids), onEvent }),
);
