import { MessageChannel } from 'node:worker_threads';
import type { ProxyControl } from '../../src/contract.ts';
import { portCarrier } from '../../src/control/carrier.ts';
import { connect } from '../../src/control/client.ts';
import { serve } from '../../src/control/serve.ts';
import { startThread } from '../../src/control/thread.ts';
import { fakeOptions, startFakeProxy } from '../support/fake-proxy.ts';
import { connectFakeViewer } from '../support/fake-viewer.ts';
import type { ContractSubject } from './contract-subject.ts';
import { controlContract } from './control.contract.ts';

const subject = (address: string, control: ProxyControl): ContractSubject => ({
  control,
  connectViewer: (session) => connectFakeViewer(address, session),
  end: async () => {
    await control.command({ do: 'stop', now: true });
    await control.closed;
  },
});

/** Faults are thrown on purpose; that they are reported is tested elsewhere. */
const unheard = (): void => {};

controlContract('a fake proxy', async () => {
  const proxy = await startFakeProxy(fakeOptions);
  return subject(proxy.address, proxy);
});

controlContract('a fake proxy over a port', async () => {
  const proxy = await startFakeProxy(fakeOptions);
  const { port1, port2 } = new MessageChannel();
  serve(proxy)(portCarrier(port1));
  return subject(proxy.address, connect(portCarrier(port2), unheard));
});

controlContract('a fake proxy in a thread', async () => {
  const worker = new URL('../support/fake-thread.ts', import.meta.url);
  const control = await startThread(fakeOptions, { onFault: unheard }, worker);
  return subject(control.address, control);
});
