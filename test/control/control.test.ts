/**
 * One behaviour, three ways to reach a proxy: itself, over a port, and in its own thread.
 * Every screen and carrier relies on what is run here.
 */
import { MessageChannel } from 'node:worker_threads';
import type { ProxyControl } from '../../src/contract.ts';
import { portCarrier } from '../../src/control/carrier.ts';
import { connect } from '../../src/control/client.ts';
import { serve } from '../../src/control/serve.ts';
import { startThread } from '../../src/control/thread.ts';
import { startProxy } from '../../src/proxy/proxy.ts';
import { echoBackend } from '../support/backends.ts';
import { testOptions } from '../support/test-options.ts';
import { viewerUrl } from '../support/viewer-url.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import type { ContractSubject } from './contract-subject.ts';
import { controlContract } from './control.contract.ts';

const subject = (address: string, control: ProxyControl): ContractSubject => ({
  control,
  connectViewer: async (session) => {
    const ws = await connectViewer(viewerUrl(address, `/ws/${session}`));
    return { closed: closeOf(ws), close: () => ws.close(1000) };
  },
  end: async () => {
    await control.command({ do: 'stop', now: true });
    await control.closed;
  },
});
/** Room for all that the suite connects, in front of a real backend. */
const options = async () => ({ ...testOptions, backend: (await echoBackend()).template });
/** Faults are thrown on purpose; that they are reported is tested elsewhere. */
const unheard = (): void => {};

controlContract('the proxy', async () => {
  const proxy = await startProxy(await options());
  return subject(proxy.address, proxy);
});
controlContract('the proxy over a port', async () => {
  const proxy = await startProxy(await options());
  const { port1, port2 } = new MessageChannel();
  serve(proxy)(portCarrier(port1));
  return subject(proxy.address, connect(portCarrier(port2), unheard));
});
controlContract('the proxy in a thread', async () => {
  const control = await startThread(await options(), { onFault: unheard });
  return subject(control.address, control);
});
