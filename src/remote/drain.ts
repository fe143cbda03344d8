/** `drain`, and with `--wait` until the proxy has ended. */
import type { Order } from '../cli/orders.ts';
import { formatAge, plural } from '../console/format.ts';
import { BouncerError } from '../errors.ts';
import { good, jsonText } from './answers.ts';
import { ask } from './ask.ts';
import type { Errand, ExitCode } from './errand.ts';
import { openStream } from './event-stream.ts';

type DrainOrder = Extract<Order, { readonly do: 'drain' }>;

/** Whether nobody answers there any more: then the proxy has ended, whatever the stream said. */
const hasEnded = async ({ asker }: Errand): Promise<boolean> => {
  try {
    return (await ask(asker, 'GET', '/healthz')).status === 503;
  } catch (error) {
    return error instanceof BouncerError && error.kind === 'absent';
  }
};

/** For programs one value, when all is said: `left` is null where nobody waited for the end. */
const tell = ({ out }: Errand, { windowMs }: DrainOrder, left: number | null): Promise<void> =>
  out.lines([jsonText({ windowMs, ended: left !== null, left })]);

const begin = async (errand: Errand, order: DrainOrder): Promise<void> => {
  const { asker, out } = errand;
  const { windowMs, wait, output } = order;
  good(await ask(asker, 'POST', '/v1/drain', { windowMs }));
  if (output !== 'table') {
    if (!wait) await tell(errand, order, null);
    return;
  }
  const how = windowMs === 0 ? 'at once' : `over ${formatAge(windowMs)}`;
  await out.lines([`draining ${how}${wait ? '' : '; the proxy ends by itself'}`]);
};

/** Begins a drain. */
export const drain = async (errand: Errand, order: DrainOrder): Promise<ExitCode> => {
  if (!order.wait) {
    await begin(errand, order);
    return 0;
  }
  const leave = new AbortController();
  const wish = { follow: true, after: null, stop: leave.signal };
  const portions = await openStream(errand.asker, wish);
  let left = 0;
  try {
    await begin(errand, order);
    for await (const portion of portions) {
      for (const { event } of portion) {
        if (event.event === 'viewer.left') left += 1;
        if (event.event === 'proxy.stopped') {
          const line = `the proxy has ended; ${plural(left, 'viewer')} left meanwhile`;
          await (order.output === 'table' ? errand.out.lines([line]) : tell(errand, order, left));
          return 0;
        }
      }
    }
  } catch (error) {
    if (!(await hasEnded(errand))) throw error;
  } finally {
    leave.abort();
  }
  if (await hasEnded(errand)) {
    if (order.output !== 'table') await tell(errand, order, left);
    return 0;
  }
  const remedy = 'look with wsbouncer events';
  throw new BouncerError('environment', 'the stream ended before the proxy did', remedy);
};
