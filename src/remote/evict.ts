/** `evict`: viewers one after the other, and what came of each. */
import { viewersIn } from '../cli/read-order.ts';
import type { Order } from '../cli/orders.ts';
import type { ViewerId } from '../contract.ts';
import { BouncerError } from '../errors.ts';
import { detailOf, good, jsonText } from './answers.ts';
import { ask } from './ask.ts';
import type { Errand, ExitCode } from './errand.ts';
import { painted } from './table.ts';

type EvictOrder = Extract<Order, { readonly do: 'evict' }>;

type Outcome = {
  readonly viewer: ViewerId;
  readonly ok: boolean;
  readonly status: number;
  readonly detail: string | null;
};

const evictOne = async (
  { asker }: Errand,
  viewer: ViewerId,
  reason: string | null,
): Promise<Outcome> => {
  const body = reason === null ? {} : { reason };
  const answer = await ask(asker, 'DELETE', `/v1/viewers/${viewer}`, body);
  const { status } = answer;
  const ok = status >= 200 && status < 300;
  // Anything else is not about this viewer, and will be the same with the next.
  if (!ok && status !== 404 && status !== 409) good(answer);
  return { viewer, ok, status, detail: ok ? null : detailOf(answer) };
};

const lineOf = ({ viewer, ok, status, detail }: Outcome, color: boolean): string => {
  if (ok) return `${viewer} evicted`;
  return painted(
    `${viewer} ${status === 404 ? 'had already gone' : `not evicted: ${detail}`}`,
    'warn',
    color,
  );
};

const jsonOfOutcome = ({ viewer, ok, detail }: Outcome): object => ({
  viewer,
  evicted: ok,
  ...(detail === null ? {} : { reason: detail }),
});

const codeOf = (outcomes: readonly Outcome[]): ExitCode => {
  if (outcomes.every(({ ok }) => ok)) return 0;
  return outcomes.every(({ status }) => status === 404) ? 3 : 4;
};

/** Evicts them. */
export const evict = async (errand: Errand, order: EvictOrder): Promise<ExitCode> => {
  const { out, clock, readAll } = errand;
  const { reason, everyMs, output } = order;
  const viewers = order.viewers ?? viewersIn((await readAll()).split(/\s+/).filter(Boolean));
  const outcomes: Outcome[] = [];
  for (const viewer of viewers) {
    if (outcomes.length > 0 && everyMs > 0) {
      await new Promise<void>((resolve) => clock.after(everyMs, resolve));
    }
    try {
      const outcome = await evictOne(errand, viewer, reason);
      outcomes.push(outcome);
      if (output === 'table') await out.lines([lineOf(outcome, out.color)]);
      if (output === 'jsonl') await out.lines([jsonText(jsonOfOutcome(outcome))]);
    } catch (error) {
      if (output === 'json') await out.text(`${jsonText(outcomes.map(jsonOfOutcome), 2)}\n`);
      if (outcomes.length === 0 || !(error instanceof BouncerError)) throw error;
      const what = `${error.message}; ${outcomes.length} of ${viewers.length} were asked for`;
      throw new BouncerError('environment', what, error.remedy, error);
    }
  }
  if (output === 'json') await out.text(`${jsonText(outcomes.map(jsonOfOutcome), 2)}\n`);
  return codeOf(outcomes);
};
