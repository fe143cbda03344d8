/**
 * The proxy in numbers, for whoever counts: nothing of it is worked out before it is asked for.
 * What was relayed is read off the viewers that are there, and kept of those that go.
 */
import type { Measures, ProxyOptions } from '../contract.ts';
import { takeCensus } from './census.ts';
import { queuedOf } from './figures.ts';
import type { Registry } from './registry.ts';
import { totalsOf } from './snapshot.ts';
import type { Viewer } from './viewer.ts';

type Sums = { -readonly [Figure in keyof Measures['relayed']]: number };

const add = (sums: Sums, { connection }: Viewer): void => {
  if (connection === null) return;
  const { toViewer, toBackend } = connection;
  sums.bytesToViewer += toViewer.relayed;
  sums.bytesToBackend += toBackend.relayed;
  sums.messagesToViewer += toViewer.messages;
  sums.messagesToBackend += toBackend.messages;
};

/** Everything that was relayed, to the byte: until a viewer is gone, its own counters say it. */
export class Relayed {
  readonly #ofGone: Sums = {
    bytesToViewer: 0,
    bytesToBackend: 0,
    messagesToViewer: 0,
    messagesToBackend: 0,
  };

  /** Nothing is left of a viewer. To be called once for each. */
  gone(viewer: Viewer): void {
    add(this.#ofGone, viewer);
  }

  /** The sums of this moment; one that gave its slot back may still be passed a frame's rest. */
  sums({ viewers, lingerers }: Registry): Measures['relayed'] {
    const sums = { ...this.#ofGone };
    for (const viewer of viewers) add(sums, viewer);
    for (const viewer of lingerers) add(sums, viewer);
    return sums;
  }
}

/** What the numbers are taken from. */
type Scales = Parameters<typeof totalsOf>[1] & {
  readonly options: ProxyOptions;
  readonly registry: Registry;
  readonly relayed: Relayed;
};

/** The numbers of this moment: two passes over the viewers. */
export const measure = (scales: Scales): Measures => {
  const { options, ledger, registry, relayed } = scales;
  const census = takeCensus(registry, ledger);
  let queuedBytes = 0;
  for (const viewer of registry.viewers) queuedBytes += queuedOf(viewer);
  return {
    cap: ledger.cap,
    maxViewers: options.maxViewers,
    totals: totalsOf(census, scales),
    states: census.states,
    queuedBytes,
    relayed: relayed.sums(registry),
  };
};
