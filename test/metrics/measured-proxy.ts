/** A proxy whose metrics are on, in this process, and what they say. */
import type { ProxyOptions } from '../../src/contract.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { onCleanup } from '../support/cleanup.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { type Family, parseOpenMetrics, valueOf } from './open-metrics.ts';

type Deps = NonNullable<Parameters<typeof withProxy>[1]>;

/** The values of one scrape. */
export type Scrape = {
  readonly families: ReadonlyMap<string, Family>;
  /** The value of that series; throws where there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number;
};

/** Scrapes once and reads what came strictly. */
export const scrape = async (metrics: Pick<Metrics, 'metrics'>): Promise<Scrape> => {
  const families = parseOpenMetrics((await metrics.metrics()).text);
  return { families, value: (name, labels) => valueOf(families, name, labels) };
};

/** A proxy under test that is measured. */
export type MeasuredProxy = {
  readonly proxy: TestProxy;
  readonly metrics: Metrics;
  /** Round trips that the proxy told of. */
  readonly rtts: readonly number[];
};

/** Starts it; see `withProxy`. */
export const measuredProxy = async (
  options: Partial<ProxyOptions> & Pick<ProxyOptions, 'backend'>,
  deps: Deps = {},
): Promise<MeasuredProxy> => {
  const metrics = createMetrics('1.2.3');
  onCleanup(metrics.close);
  const rtts: number[] = [];
  const onRtt = (rttMs: number): void => {
    rtts.push(rttMs);
    metrics.rtt(rttMs);
  };
  const proxy = await withProxy(options, { ...deps, onRtt });
  proxy.control.events(metrics.observe);
  metrics.follow(proxy.control.measure);
  return { proxy, metrics, rtts };
};
