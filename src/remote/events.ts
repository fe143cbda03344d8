/** `events`: what has happened, and with `--follow` what happens. */
import type { Order } from '../cli/orders.ts';
import { eventText } from '../console/event-text.ts';
import { clean } from '../console/text.ts';
import { BouncerError } from '../errors.ts';
import { jsonText } from './answers.ts';
import type { Errand, ExitCode } from './errand.ts';
import { openStream, type Told } from './event-stream.ts';

const flat = ({ id, event }: Told): object => ({ id, ...event });

const lineOf = ({ id, event }: Told, form: string): string =>
  form === 'table' ? clean(eventText(event)) : jsonText(flat({ id, event }));

/** Writes events until there are no more. */
export const events = async (
  { asker, out }: Errand,
  { follow, since, output }: Extract<Order, { readonly do: 'events' }>,
): Promise<ExitCode> => {
  const portions = await openStream(asker, { follow, after: since, stop: out.gone });
  const all: Told[] = [];
  let last: Told | null = null;
  try {
    for await (const portion of portions) {
      last = portion.at(-1) ?? last;
      if (output === 'json') for (const told of portion) all.push(told);
      else await out.lines(portion.map((told) => lineOf(told, output)));
    }
  } catch (error) {
    if (!(error instanceof BouncerError) || last === null) throw error;
    const remedy = `go on with wsbouncer events ${follow ? '-f ' : ''}--since ${last.id}`;
    throw new BouncerError('environment', error.message, remedy, error);
  }
  if (output === 'json') await out.text(`${jsonText(all.map(flat), 2)}\n`);
  if (!follow || out.gone.aborted || last?.event.event === 'proxy.stopped') return 0;
  const remedy = last === null ? 'try again' : `go on with wsbouncer events -f --since ${last.id}`;
  throw new BouncerError('environment', 'the proxy has ended the stream', remedy);
};
