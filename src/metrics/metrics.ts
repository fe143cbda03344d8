/**
 * The proxy for Prometheus and the like: what happened is counted as it happens, what there is
 * is measured when somebody asks. No label names a session or a viewer, so that the number of
 * series never grows. It belongs into the proxy's thread, whose event loop it measures.
 */
import { Gauge } from 'prom-client';
import type { Measures } from '../contract.ts';
import { counting, type Counting } from './counting.ts';
import { completed } from './exposition.ts';
import { LoopDelay } from './loop-delay.ts';
import { measured } from './measured.ts';
import { processFigures } from './process-figures.ts';
import { newRegistry } from './registry.ts';

/** An answer to a scrape. */
export type Exposition = { readonly contentType: string; readonly text: string };

/** What counts and is scraped. */
export type Metrics = Counting & {
  /** Where what there is is measured, once the proxy runs; until then there is nothing. */
  readonly follow: (measure: () => Measures) => void;
  /** The values of this moment; who asks while somebody else does gets the same ones. */
  readonly metrics: () => Promise<Exposition>;
  /** Measures the event loop no more. */
  readonly close: () => void;
};

/** Begins to count; `version` is that of the program. */
export const createMetrics = (version: string): Metrics => {
  const registry = newRegistry();
  const counted = counting(registry);
  const show = measured(registry);
  const showProcess = processFigures(registry);
  const loopDelay = new LoopDelay(registry);
  new Gauge({
    name: 'wsbouncer_build_info',
    help: 'Always 1; which version runs, on which Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
  let source: (() => Measures) | null = null;
  let running: Promise<Exposition> | null = null;

  const scrape = async (): Promise<Exposition> => {
    await showProcess();
    // Together with the text, so that what is measured and what is counted are of one moment.
    if (source !== null) show(source());
    return { contentType: registry.contentType, text: completed(await registry.metrics()) };
  };
  return {
    ...counted,
    follow: (measure) => {
      source = measure;
    },
    metrics: () => {
      running ??= scrape().finally(() => {
        running = null;
      });
      return running;
    },
    close: () => loopDelay.close(),
  };
};
